use crate::diagnostic::{Finding, Severity};
use crate::links::Reference;
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A Receiver or an Alert that names an object which does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let watched = |reference: &Reference| {
        reference.kinds.iter().all(|kind| kind.group.ends_with(".fluxcd.io") && kind.kind != "Provider")
    };
    let references = cluster.references.iter().filter(|(member, reference, _)| {
        member.resource.group() == "notification.toolkit.fluxcd.io" && watched(reference)
    });
    references.filter_map(|(_, reference, answer)| answer.missing(reference)).collect()
}
