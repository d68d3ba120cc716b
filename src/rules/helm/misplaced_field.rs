use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A setting of the release that stands among the values of its chart, where nothing reads it.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster
        .misplaced_fields()
        .iter()
        .map(|entry| {
            let name = entry.key.text().unwrap_or("");
            let message = format!("`{name}` is a setting of the HelmRelease, but stands among the values of its chart");
            Finding::new(entry.key.span, message).help("move it out of `values`, to the left")
        })
        .collect()
}
