use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A mount for a controller or container that the values of a release do not have.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let faults = cluster.inventory.faults.iter().filter(|fault| fault.kind.is_idle_mount());
    faults.map(|fault| fault.finding.clone()).collect()
}
