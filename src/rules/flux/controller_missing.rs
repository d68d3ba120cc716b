use crate::diagnostic::{Finding, Severity};
use crate::flux::entry::instance_spec;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// An object that no controller of this Flux reconciles.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let specs = cluster.applied().filter_map(|(_, resource)| instance_spec(resource));
    let mut lists = specs.map(|spec| spec.items_at(&["components"])).filter(|list| !list.is_empty());
    let (Some(list), None) = (lists.next(), lists.next()) else { return Vec::new() };
    let names: Vec<&str> = list.iter().filter_map(Node::literal).collect();
    if names.len() != list.len() || !names.contains(&"source-controller") {
        return Vec::new();
    }
    let mut idle: BTreeMap<&str, &Resource> = BTreeMap::new();
    for (_, resource) in cluster.applied() {
        let controller = cluster.repo.links().controller(resource.group(), &resource.kind);
        if let Some(controller) = controller.filter(|controller| !names.contains(controller)) {
            idle.entry(controller).or_insert(resource);
        }
    }
    let finding = |(controller, resource): (&&str, &&Resource)| {
        let message = format!("`{}` needs `{controller}`, which Flux does not run here", resource.title());
        let help = format!("add `{controller}` to the `components` of Flux");
        let finding = Finding::new(resource.name_span(), message).help(help);
        list.first().map(|first| finding.related(first.span, "the components begin here"))
    };
    idle.iter().filter_map(finding).collect()
}
