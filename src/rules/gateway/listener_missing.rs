use crate::diagnostic::{Finding, Severity, did_you_mean, listed};
use crate::model::cluster::Cluster;
use crate::model::gateway::{Gateway, parent_refs};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A route that names a listener which its Gateway does not have.
pub const RULE: Rule = Rule::everywhere(Severity::Error, check_cluster, check);

fn check_cluster(cluster: &Cluster) -> Vec<Finding> {
    let parents = cluster.routes.iter().flat_map(|route| route.parents().map(move |parent| (route, parent)));
    let finding = |(route, parent): (&_, _)| finding(parent, &[cluster.gateway(route, parent)?]);
    parents.filter_map(finding).collect()
}

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    if repo.renames_resources() {
        return Vec::new();
    }
    let parents = file.resources().iter().flat_map(parent_refs);
    let finding = |parent: &Node| finding(parent, &repo.gateways().named(parent.get("name")?.literal()?)?);
    parents.filter_map(finding).collect()
}

fn finding(parent: &Node, gateways: &[Gateway]) -> Option<Finding> {
    let section = parent.get("sectionName")?;
    let name = section.literal()?;
    let listeners: Option<Vec<Vec<&str>>> = gateways.iter().map(|gateway| gateway.listener_names()).collect();
    let names = listeners?.concat();
    // Listeners may come from elsewhere, and a patch may add some.
    if names.is_empty() || names.contains(&name) {
        return None;
    }
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => did_you_mean(near),
        None => format!("its listeners are {}", listed(names)),
    };
    let first = gateways.first()?;
    let message = format!("Gateway `{}` has no listener `{name}`", first.0.name()?);
    Some(Finding::new(section.span, message).help(help).related(first.listeners_span()?, "its listeners"))
}
