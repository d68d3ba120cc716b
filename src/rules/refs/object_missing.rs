use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// Another object of the cluster that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.missing(&[
        "Provider",
        "ImageRepository",
        "ImagePolicy",
        "ResourceSetInputProvider",
        "Postgres",
        "PersistentVolume",
        "Password",
        "ClusterGenerator",
    ])
}
