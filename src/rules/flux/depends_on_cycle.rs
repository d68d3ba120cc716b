use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Dependencies that wait for one another.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// Kind, namespace and name.
type Id<'a> = (&'a str, &'a str, &'a str);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let roots = cluster.roots();
    let members = cluster.inventory.members.iter().chain(&roots);
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
    let own = resource.namespace().unwrap_or("");
    let entries = resource.node.items_at(&["spec", "dependsOn"]).iter();
    entries.filter_map(move |entry| {
        Some((resource.kind.as_str(), entry.text_at(&["namespace"]).unwrap_or(own), entry.text_at(&["name"])?))
    })
}

/// A way from a node back to itself, reported at the first of the circle's names only.
fn finding(nodes: &BTreeMap<Id, &Resource>, start: Id, resource: &Resource) -> Option<Finding> {
    let mut before: BTreeMap<Id, Id> = BTreeMap::new();
    let mut waiting: Vec<Id> = vec![start];
    while let Some(current) = waiting.pop() {
        for next in nodes.get(&current).into_iter().flat_map(|resource| dependencies(resource)) {
            if next == start {
                let mut names = vec![start.2, current.2];
                let mut at = current;
                while let Some(earlier) = before.get(&at).filter(|_| at != start) {
                    at = *earlier;
                    names.push(at.2);
                }
                names.dedup();
                names.reverse();
                let circle_starts_here = names.iter().all(|name| *name >= start.2);
                let way = if current == start { String::new() } else { format!(": {}", names.join(" → ")) };
                let message = format!("{} `{}` depends on itself{way}", start.0, start.2);
                let span = resource.node.at(&["spec", "dependsOn"])?.span;
                return circle_starts_here
                    .then(|| Finding::new(span, message).help("remove one of these dependencies"));
            }
            if let Entry::Vacant(first) = before.entry(next) {
                first.insert(current);
                waiting.push(next);
            }
        }
    }
    None
}
