use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;

/// A role that may do everything to everything.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let roles = members.filter(|resource| resource.group() == "rbac.authorization.k8s.io");
    let rules = roles.flat_map(|role| role.node.items_at(&["rules"]).iter().map(move |rule| (role.title(), rule)));
    rules.filter_map(|(title, rule)| finding(&title, rule)).collect()
}

fn finding(title: &str, rule: &Node) -> Option<Finding> {
    let has = |field: &str, text: &str| rule.items_at(&[field]).iter().find(|item| item.literal() == Some(text));
    let verbs = has("verbs", "*")?;
    // An operator may do everything to the objects of its own group.
    has("resources", "*").and(has("apiGroups", "*").or(has("apiGroups", "")))?;
    Some(Finding::new(verbs.span, format!("`{title}` may do everything, Secrets and pods included")))
}
