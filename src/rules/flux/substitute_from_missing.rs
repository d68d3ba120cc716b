use crate::deployed::{Deployed, Resolved, is_substitute_from};
use crate::diagnostic::{Finding, Severity};
use crate::rule::Rule;

/// Variables from a ConfigMap or Secret that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let references = deployed.references.iter().chain(&deployed.root_references);
    deployed.judge(references.filter(|resolved| is_substitute_from(resolved)), tell)
}

fn tell((member, reference, answer): &Resolved) -> Option<Finding> {
    let finding = answer.missing(reference)?;
    let name = member.resource.name().unwrap_or("");
    let consequence = format!("Kustomization `{name}` cannot be built without it");
    Some(if finding.help.is_some() { finding } else { finding.help(consequence) })
}
