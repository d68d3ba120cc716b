use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::rule::Rule;
use crate::schema::FaultKind;
use std::collections::BTreeSet;

/// A key in the values of a release that its chart does not read.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    // A field of the release itself is the subject of `helm/misplaced-field`.
    let misplaced: BTreeSet<_> = deployed.misplaced_fields().iter().map(|entry| entry.key.span).collect();
    let unknown = deployed.inventory.refused.iter().filter(|fault| fault.kind == FaultKind::UnknownField);
    unknown.map(|fault| fault.finding.clone()).filter(|finding| !misplaced.contains(&finding.span)).collect()
}
