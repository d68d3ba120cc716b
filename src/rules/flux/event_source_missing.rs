use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::{Cluster, Resolved};
use crate::rule::Rule;

/// A Receiver or an Alert that names an object which does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let references = cluster.references.iter().filter(|resolved| is_event_source(resolved));
    cluster.judge(references, |(_, reference, answer)| answer.missing(reference))
}

fn is_event_source((member, reference, _): &Resolved) -> bool {
    let notification = member.resource.group() == "notification.toolkit.fluxcd.io";
    notification && reference.kinds.iter().all(|kind| kind.group.ends_with(".fluxcd.io") && kind.kind != "Provider")
}
