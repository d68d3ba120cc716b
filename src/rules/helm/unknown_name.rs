use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::helm::{Fault, FaultKind};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::source::nearest;

/// A name in the values of a release that the values themselves do not have.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.inventory.faults.iter().filter_map(finding).collect()
}

fn finding(fault: &Fault) -> Option<Finding> {
    let what = match fault.kind {
        FaultKind::Controller => "controller",
        FaultKind::Container => "container",
        FaultKind::Service => "service",
        FaultKind::Port => "port",
        FaultKind::ConfigMap => "ConfigMap",
        FaultKind::Secret => "Secret",
        FaultKind::ServiceAccount => "service account",
        FaultKind::Role => "role",
    };
    let finding = Finding::new(fault.span, format!("the values have no {what} `{}`", fault.name));
    let names: Vec<String> = fault.expected.iter().map(|name| format!("`{name}`")).collect();
    let near = nearest(&fault.name, fault.expected.iter().map(|name| name.as_str()));
    Some(match (near, names.is_empty()) {
        (Some(near), _) => finding.help(did_you_mean(near)),
        (None, false) => finding.help(format!("there is {}", names.join(", "))),
        (None, true) => finding,
    })
}
