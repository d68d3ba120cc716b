use crate::diagnostic::{Finding, did_you_mean};
use crate::model::repo::Repo;
use crate::resource::{File, Resource};
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A route that names a listener which its Gateway does not have.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    if repo.renames_resources() {
        return Vec::new();
    }
    let parents = file.resources().iter().flat_map(|resource| repo.parent_refs(resource));
    parents.filter_map(|parent| finding(&parent, repo.gateways())).collect()
}

fn finding(parent: &Node, gateways: &[Resource]) -> Option<Finding> {
    let section = parent.get("sectionName")?;
    let name = section.literal()?;
    let gateway = parent.get("name")?.literal()?;
    let named: Vec<&Resource> = gateways.iter().filter(|candidate| candidate.name() == Some(gateway)).collect();
    let listeners: Vec<&Node> =
        named.iter().flat_map(|gateway| gateway.node.items_at(&["spec", "listeners"])).collect();
    let names: Vec<&str> = listeners.iter().filter_map(|listener| listener.get("name")?.known()).collect();
    // Listeners may come from elsewhere, and a patch may add some.
    if listeners.is_empty() || names.len() < listeners.len() || names.contains(&name) {
        return None;
    }
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => did_you_mean(near),
        None => {
            format!("its listeners are {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    };
    let finding = Finding::new(section.span, format!("Gateway `{gateway}` has no listener `{name}`")).help(help);
    Some(finding.related(named.first()?.node.at(&["spec", "listeners"])?.span, "its listeners"))
}
