use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::rule::Rule;

/// Another object of the cluster that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    deployed.missing(&[
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
