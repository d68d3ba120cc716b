use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A name in the values of a release that the values themselves do not have.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let faults = cluster.inventory.faults.iter().filter(|fault| !fault.kind.is_idle_mount());
    faults.map(|fault| fault.finding.clone()).collect()
}
