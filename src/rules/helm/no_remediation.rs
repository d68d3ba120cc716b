use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::doubt::is_convention;
use crate::model::inventory::Installation;
use crate::rule::Rule;

/// A release that stays failed, where the house retries.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    ["install", "upgrade"].iter().flat_map(|action| lacking(cluster, action)).collect()
}

fn lacking(cluster: &Cluster, action: &str) -> Vec<Finding> {
    let all = &cluster.inventory.releases;
    let without: Vec<&Installation> = all.iter().filter(|installed| !remedies(installed, action)).collect();
    let (with, all) = (all.len() - without.len(), all.len());
    if !is_convention(with, all) {
        return Vec::new();
    }
    let finding = |installed: &&Installation| {
        let message = format!("`{}` does not retry a failed {action}", installed.resource.title());
        let help = format!("set `{action}.remediation.retries`, as {with} of {all} releases do");
        Finding::new(installed.resource.name_span(), message).help(help)
    };
    without.iter().map(finding).collect()
}

/// Whether something is done about a failure; a strategy brings retries of its own.
fn remedies(installed: &Installation, action: &str) -> bool {
    let field = |name: &str| installed.resource.node.at(&["spec", action, name]);
    field("remediation").or_else(|| field("strategy")).is_some()
}
