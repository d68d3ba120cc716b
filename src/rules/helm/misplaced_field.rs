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
            let message = format!("`{name}` is a field of the HelmRelease, but is written under `values`");
            Finding::new(entry.key.span, message).help("move it out of `values`")
        })
        .collect()
}
