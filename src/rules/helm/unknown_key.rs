use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::rule::Rule;
use crate::schema::FaultKind;

/// A key in the values of a release that its chart does not read.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let faults = deployed.inventory.refused.iter().filter(|fault| fault.kind == FaultKind::UnknownField);
    faults.map(|fault| fault.finding.clone()).collect()
}
