use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::{Cluster, Resolved, is_substitute_from};
use crate::rule::Rule;

/// Variables from a ConfigMap or Secret that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let references = cluster.references.iter().chain(&cluster.root_references);
    cluster.judge(references.filter(|resolved| is_substitute_from(resolved)), tell)
}

fn tell((member, reference, answer): &Resolved) -> Option<Finding> {
    let finding = answer.missing(reference)?;
    let name = member.resource.name().unwrap_or("");
    let consequence = format!("Kustomization `{name}` cannot be built without it");
    Some(if finding.help.is_some() { finding } else { finding.help(consequence) })
}
