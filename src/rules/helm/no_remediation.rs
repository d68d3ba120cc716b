use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::inventory::Installed;
use crate::rule::{Rule, is_convention};

/// A release that stays failed, where the house retries.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    ["install", "upgrade"].iter().flat_map(|action| lacking(deployed, action)).collect()
}

fn lacking(deployed: &Deployed, action: &str) -> Vec<Finding> {
    let all = &deployed.inventory.releases;
    let without: Vec<&Installed> = all.iter().filter(|installed| !remedies(installed, action)).collect();
    let (with, all) = (all.len() - without.len(), all.len());
    if !is_convention(with, all) {
        return Vec::new();
    }
    let finding = |installed: &&Installed| {
        let message = format!("`{}` does not retry a failed {action}", installed.resource.title());
        let help = format!("set `{action}.remediation.retries`, as {with} of {all} releases do");
        Finding::new(installed.resource.name_span(), message).help(help)
    };
    without.iter().map(finding).collect()
}

/// Whether something is done about a failure; a strategy brings retries of its own.
fn remedies(installed: &Installed, action: &str) -> bool {
    let field = |name: &str| installed.resource.node.at(&["spec", action, name]);
    field("remediation").or_else(|| field("strategy")).is_some()
}
