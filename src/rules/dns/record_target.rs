use crate::diagnostic::{Finding, Severity};
use crate::formats::dns::{Record, records};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;

/// A DNS record that holds what its type does not.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    members.flat_map(records).flat_map(findings).collect()
}

fn findings(record: Record) -> Vec<Finding> {
    let Some((content, misfits)) = record.misfits() else { return Vec::new() };
    let finding = |target: &&Node| {
        let kind = record.kind.text()?;
        let message = format!("a record of type {kind} holds {}, not `{}`", content.words(), target.text()?);
        let finding = Finding::new(record.kind.span, message).help("change the type or the target");
        Some(finding.related(target.span, "the target"))
    };
    misfits.first().and_then(finding).into_iter().collect()
}
