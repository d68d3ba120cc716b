use crate::diagnostic::{Finding, did_you_mean, listed};
use crate::model::gateway::{Gateways, parent_refs};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A route that names a listener which its Gateway does not have.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    if repo.renames_resources() {
        return Vec::new();
    }
    let parents = file.resources().iter().flat_map(parent_refs);
    parents.filter_map(|parent| finding(parent, repo.gateways())).collect()
}

fn finding(parent: &Node, gateways: &Gateways) -> Option<Finding> {
    let section = parent.get("sectionName")?;
    let name = section.literal()?;
    let gateway = parent.get("name")?.literal()?;
    let named = gateways.named(gateway);
    let listeners: Option<Vec<Vec<&str>>> = named.iter().map(|gateway| gateway.listeners()).collect();
    let names = listeners?.concat();
    // Listeners may come from elsewhere, and a patch may add some.
    if names.is_empty() || names.contains(&name) {
        return None;
    }
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => did_you_mean(near),
        None => format!("its listeners are {}", listed(names)),
    };
    let finding = Finding::new(section.span, format!("Gateway `{gateway}` has no listener `{name}`")).help(help);
    Some(finding.related(named.first()?.listeners_span()?, "its listeners"))
}
