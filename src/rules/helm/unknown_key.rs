use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::schema::FaultKind;
use std::collections::BTreeSet;

/// A key in the values of a release that its chart does not read.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    // A field of the release itself is the subject of `helm/misplaced-field`.
    let misplaced: BTreeSet<_> = cluster.misplaced_fields().iter().map(|entry| entry.key.span).collect();
    let unknown = cluster.inventory.refused.iter().filter(|fault| fault.kind == FaultKind::UnknownField);
    unknown.map(|fault| fault.finding.clone()).filter(|finding| !misplaced.contains(&finding.span)).collect()
}
