use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::rule::Rule;

/// A Service that nothing makes.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    deployed.missing(&["Service"])
}
