use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A Role or ClusterRole that nothing makes.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.missing(&["Role"]).into_iter().chain(cluster.misnamed(&["ClusterRole"])).collect()
}
