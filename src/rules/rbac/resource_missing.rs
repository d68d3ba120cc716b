use crate::diagnostic::{Finding, Severity, listed};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::schema::Served;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// Rights to a resource in an API group that does not have it.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let roles = members.filter(|resource| resource.group() == "rbac.authorization.k8s.io");
    let mut roles = roles.map(|role| role.node.items_at(&["rules"])).filter(|rules| !rules.is_empty()).peekable();
    if roles.peek().is_none() {
        return Vec::new();
    }
    let served = cluster.repo.validation().schemas.served();
    roles.flat_map(|rules| rules.iter().flat_map(|rule| findings(rule, rules, &served).unwrap_or_default())).collect()
}

/// What is wrong with one rule of a role, where all its groups are known: one finding for each group that is missing.
fn findings(rule: &Node, rules: &[Node], served: &Served) -> Option<Vec<Finding>> {
    let groups: Vec<&str> = rule.items_at(&["apiGroups"]).iter().map(Node::literal).collect::<Option<_>>()?;
    if groups.is_empty() || !groups.iter().all(|group| served.knows(group)) {
        return None;
    }
    let mut wrong: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for resource in rule.items_at(&["resources"]) {
        let name = resource.literal().unwrap_or("");
        let at: Vec<&str> = served.groups(name.split('/').next().unwrap_or(name)).collect();
        let known = at.iter().any(|group| groups.contains(group) || rules.iter().any(|rule| gives(rule, group, name)));
        let first = at.iter().find(|group| served.knows(group)).or(at.first());
        if let Some(first) = first.filter(|_| !known) {
            wrong.entry(first).or_default().push(resource);
        }
    }
    Some(wrong.into_iter().filter_map(|(group, resources)| finding(group, &resources)).collect())
}

/// Whether a rule gives some right to a resource of a group.
fn gives(rule: &Node, group: &str, resource: &str) -> bool {
    let has = |field: &str, wanted: &str| {
        let mut items = rule.items_at(&[field]).iter().map(Node::literal);
        items.any(|item| item.is_none_or(|text| text == "*" || text == wanted))
    };
    has("apiGroups", group) && has("resources", resource)
}

fn finding(group: &str, resources: &[&Node]) -> Option<Finding> {
    let names = listed(resources.iter().filter_map(|resource| resource.text()));
    let finding =
        Finding::new(resources.first()?.span, format!("no group of this rule has {names}: it gives no right to them"));
    let group = if group.is_empty() { "\"\"" } else { group };
    Some(finding.help(format!("they are in `apiGroups: [{group}]`")))
}
