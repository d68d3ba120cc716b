use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::rule::Rule;
use crate::schema::FaultKind;

/// A value that the chart of a release refuses, or that it misses.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let faults = deployed.inventory.refused.iter().filter(|fault| fault.kind != FaultKind::UnknownField);
    faults.map(|fault| fault.finding.clone()).collect()
}
