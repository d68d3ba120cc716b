use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use std::collections::BTreeSet;

/// A variable that nothing uses.
pub const RULE: Rule = Rule::cluster(Severity::Info, check).off();

fn check(cluster: &Cluster) -> Vec<Finding> {
    let readable = cluster.kustomizations().filter(|applied| applied.complete && applied.refusals.is_empty());
    readable.flat_map(findings).collect()
}

fn findings(applied: &Applied) -> Vec<Finding> {
    let used: BTreeSet<&str> = applied.uses.iter().map(|used| used.found.name.as_str()).collect();
    let own = &applied.resource.node;
    // What a parent patches in is meant for many.
    let written =
        own.entries_at(&["spec", "postBuild", "substitute"]).iter().filter(|entry| own.span.contains(entry.key.span));
    let unused =
        written.filter_map(|entry| Some((entry.key.span, entry.key.text().filter(|name| !used.contains(name))?)));
    let message = |name: &str| format!("nothing that Kustomization `{}` applies uses `${{{name}}}`", applied.name());
    unused.map(|(span, name)| Finding::new(span, message(name)).help("delete it")).collect()
}
