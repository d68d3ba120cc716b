use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::schema::Served;
use crate::source::is_slip;
use crate::yaml::Node;

/// A misspelt verb or resource in a role.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

/// What may be done with resources.
const VERBS: [&str; 8] = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

/// Verbs of some resources alone.
const SPECIAL: [&str; 8] = ["approve", "attest", "bind", "escalate", "impersonate", "sign", "use", "*"];

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let roles = members.filter(|resource| resource.group() == "rbac.authorization.k8s.io");
    let mut rules = roles.flat_map(|role| role.node.items_at(&["rules"])).peekable();
    if rules.peek().is_none() {
        return Vec::new();
    }
    let served = cluster.repo.validation().schemas.served();
    rules.flat_map(|rule| verbs(rule).into_iter().chain(resources(rule, &served))).collect()
}

fn verbs(rule: &Node) -> Vec<Finding> {
    let finding = |verb: &Node| {
        let text = verb.literal().filter(|text| !VERBS.contains(text) && !SPECIAL.contains(text))?;
        let same = |known: &&&str| is_slip(text, known) || text.eq_ignore_ascii_case(known);
        let near = VERBS.iter().find(same)?;
        Some(Finding::new(verb.span, format!("`{text}` is no verb: it gives no right")).help(did_you_mean(near)))
    };
    rule.items_at(&["verbs"]).iter().filter_map(finding).collect()
}

/// Resources that no group has, of rules whose groups are all known.
fn resources(rule: &Node, served: &Served) -> Vec<Finding> {
    let groups: Vec<&str> = rule.items_at(&["apiGroups"]).iter().filter_map(Node::literal).collect();
    if groups.is_empty()
        || groups.len() < rule.items_at(&["apiGroups"]).len()
        || !groups.iter().all(|group| served.knows(group))
    {
        return Vec::new();
    }
    let finding = |resource: &Node| {
        let name = resource.literal()?.split('/').next()?;
        let near = served.groups(name).next().is_none().then(|| served.near(name, &groups))??;
        let message = format!("no resource is called `{name}`: the rule gives no right to it");
        Some(Finding::new(resource.span, message).help(did_you_mean(near)))
    };
    rule.items_at(&["resources"]).iter().filter_map(finding).collect()
}
