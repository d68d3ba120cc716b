use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A ServiceAccount that nothing makes.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.missing(&["ServiceAccount"]).into_iter().chain(cluster.misnamed_subjects()).collect()
}
