use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::formats::talos::TABLE;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::source::is_slip;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// A misspelt label by which nodes are told apart.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for (_, resource) in cluster.applied() {
        resource.node.walk_entries(&mut |entry| {
            if entry.key.text() == Some("topologyKey") {
                found.extend(finding(&entry.value).filter(|finding| seen.insert(finding.span)));
            }
        });
    }
    found
}

fn finding(key: &Node) -> Option<Finding> {
    let text = key.literal().filter(|text| !TABLE.node_labels.contains(*text))?;
    let near = TABLE.node_labels.iter().find(|label| is_slip(text, label))?;
    let message = format!("no node has the label `{text}`: pods are not told apart by it");
    Some(Finding::new(key.span, message).help(did_you_mean(near)))
}
