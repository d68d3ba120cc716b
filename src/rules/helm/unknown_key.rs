use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::helm::{Fault, FaultKind};
use crate::rule::Rule;
use crate::source::nearest;

/// A key in the values of a release that its chart does not read.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let keys = deployed.inventory.faults.iter().filter(|fault| fault.kind == FaultKind::Key);
    keys.map(finding).collect()
}

fn finding(fault: &Fault) -> Finding {
    let near = nearest(&fault.name, fault.expected.iter().map(|key| key.as_str()));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "the chart refuses values that it does not know".to_owned(),
    };
    Finding::new(fault.span, format!("app-template has no key `{}` here", fault.name)).help(help)
}
