use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::links::Kind;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::is_slip;
use crate::yaml::Node;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// A namespace that nothing creates.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let kind = Kind { group: SmolStr::default(), kind: SmolStr::new_static("Namespace") };
    let mut used = BTreeMap::new();
    for (_, resource) in cluster.applied() {
        let Some(node) = resource.node.at(&["metadata", "namespace"]) else { continue };
        if let Some(name) = node.literal() {
            used.entry(name).or_insert_with(Vec::new).push((node.span, resource));
        }
    }
    // Flux runs where its first Kustomizations are, so that namespace is there.
    let roots = &cluster.inventory.roots;
    let has_root =
        |name: &str| roots.iter().any(|root| root.resource.node.text_at(&["metadata", "namespace"]) == Some(name));
    let made = |name: &str| cluster.inventory.named(&kind, name).next().is_some();
    let known = used.keys().filter(|name| made(name)).count();
    // A house that makes its namespaces elsewhere makes none of them here.
    let complete = cluster.flux.is_complete() || known * 10 >= used.len() * 9;
    let in_sight = complete && known >= 5 && known * 5 >= used.len() * 4;
    // Of a misspelling it holds few things, and the namespace that was meant many.
    let misspelt =
        |name: &str, uses: usize| used.iter().any(|(other, others)| is_slip(name, other) && uses * 5 <= others.len());
    let by_helm: BTreeSet<&str> = cluster.applied().filter_map(|(_, resource)| created_by_helm(resource)).collect();
    let missing = used.iter().filter(|(name, uses)| {
        let made = made(name) || has_root(name) || by_helm.contains(*name);
        !made && (in_sight || misspelt(name, uses.len()))
    });
    missing
        .filter_map(|(name, uses)| {
            let (span, _) = uses.first()?;
            let message = format!("nothing creates namespace `{name}`");
            let near = used.keys().find(|other| is_slip(name, other)).map(|near| did_you_mean(near));
            let others = || format!("{known} of {} namespaces have a Namespace in the repository: add one", used.len());
            Some(Finding::new(*span, message).help(near.unwrap_or_else(others)))
        })
        .collect()
}

/// The namespace that Helm creates for what a release brings. The release itself needs one before that.
fn created_by_helm(resource: &Resource) -> Option<&str> {
    let creates = resource.node.at(&["spec", "install", "createNamespace"]).is_some_and(Node::is_true);
    resource.node.at(&["spec", "targetNamespace"]).filter(|_| creates)?.literal()
}
