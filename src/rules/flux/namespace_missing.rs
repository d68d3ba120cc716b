use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::is_slip;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// A namespace that nothing creates.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let namespaces = cluster.namespaces();
    // Of a misspelling it holds few things, and the namespace that was meant many.
    let misspelt = |name: &str, uses: usize| {
        namespaces.used.iter().any(|(other, others)| is_slip(name, other) && uses * 5 <= others.len())
    };
    let by_helm: BTreeSet<&str> = cluster.applied().filter_map(|(_, resource)| created_by_helm(resource)).collect();
    let missing = namespaces.used.iter().filter(|(name, uses)| {
        let made = cluster.has_namespace(name) || by_helm.contains(*name);
        !made && (namespaces.in_sight || misspelt(name, uses.len()))
    });
    missing
        .filter_map(|(name, uses)| {
            let message = format!("nothing creates namespace `{name}`");
            let (known, all) = (namespaces.known, namespaces.used.len());
            let near = namespaces.used.keys().find(|other| is_slip(name, other)).map(|near| did_you_mean(near));
            let others = || format!("{known} of {all} namespaces have a Namespace in the repository: add one");
            Some(Finding::new(*uses.first()?, message).help(near.unwrap_or_else(others)))
        })
        .collect()
}

/// The namespace that Helm creates for what a release brings. The release itself needs one before that.
fn created_by_helm(resource: &Resource) -> Option<&str> {
    let creates = resource.node.at(&["spec", "install", "createNamespace"]).is_some_and(Node::is_true);
    resource.node.at(&["spec", "targetNamespace"]).filter(|_| creates)?.literal()
}
