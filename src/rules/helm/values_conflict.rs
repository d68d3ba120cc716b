use crate::diagnostic::{Finding, Severity};
use crate::helm::Conflict;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;

/// Values of a release that its chart does not take together.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let conflicts = cluster.inventory.releases.iter().flat_map(|installed| installed.release.conflicts());
    conflicts.filter_map(|(conflict, values)| finding(conflict, &values)).collect()
}

fn finding(conflict: &Conflict, values: &[(&str, &Node)]) -> Option<Finding> {
    let ((first, one), (last, other)) = (values.first()?, values.last()?);
    let message = format!("`{last}: {}` does not go with `{first}: {}`", other.text()?, one.text()?);
    Some(Finding::new(other.span, message).help(conflict.why.as_str()).related(one.span, "set here"))
}
