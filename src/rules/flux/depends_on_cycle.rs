use crate::diagnostic::{Finding, Severity};
use crate::flux::spec::depends_on;
use crate::model::circle::circle;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use std::collections::BTreeMap;

/// Dependencies that wait for one another.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// Kind, namespace and name.
type Id<'a> = (&'a str, &'a str, &'a str);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let roots = &cluster.inventory.roots;
    let members = cluster.inventory.members.iter().chain(roots);
    let nodes: BTreeMap<Id, &Resource> = members
        .map(|member| &member.resource)
        .filter(|resource| resource.is_flux_kustomization() || resource.is_helm_release())
        .filter_map(|resource| Some((id(resource)?, resource)))
        .collect();
    nodes.iter().filter_map(|(id, resource)| finding(&nodes, *id, resource)).collect()
}

fn id(resource: &Resource) -> Option<Id<'_>> {
    Some((resource.kind.as_str(), resource.namespace().unwrap_or(""), resource.name()?))
}

fn dependencies<'a>(resource: &'a Resource) -> impl Iterator<Item = Id<'a>> {
    let kind = resource.kind.as_str();
    depends_on(resource).filter_map(move |one| Some((kind, one.namespace.unwrap_or(""), one.name.text()?)))
}

/// A way from a node back to itself, reported at the first of the circle's names only.
fn finding(nodes: &BTreeMap<Id, &Resource>, start: Id, resource: &Resource) -> Option<Finding> {
    let way = circle(start, |id| nodes.get(&id).into_iter().flat_map(|resource| dependencies(resource)).collect())?;
    let names: Vec<&str> = way.iter().map(|(_, _, name)| *name).collect();
    if names.iter().any(|name| *name < start.2) {
        return None;
    }
    let way = if way.len() > 2 { format!(": {}", names.join(" → ")) } else { String::new() };
    let message = format!("{} `{}` depends on itself{way}", start.0, start.2);
    let first = depends_on(resource).find(|one| one.name.text() == names.get(1).copied())?;
    Some(Finding::new(first.name.span, message).help("remove one of these dependencies"))
}
