use crate::diagnostic::{Finding, Severity};
use crate::links::Kind;
use crate::model::cluster::{Cluster, Resolved};
use crate::model::gateway::{GROUP, grants};
use crate::model::inventory::Answer;
use crate::resource::Resource;
use crate::rule::Rule;

/// A reference to another namespace that no ReferenceGrant allows.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let grant = Kind { group: GROUP.into(), kind: "ReferenceGrant".into() };
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let all: Vec<&Resource> = members.filter(|resource| resource.is(&grant.group, &grant.kind)).collect();
    let granted = cluster.references.iter().filter(|(_, reference, _)| reference.granted);
    granted.filter_map(|resolved| finding(cluster, &grant, &all, resolved)).collect()
}

fn finding(cluster: &Cluster, grant: &Kind, all: &[&Resource], resolved: &Resolved) -> Option<Finding> {
    let (member, reference, answer) = resolved;
    let (own, place) = (member.resource.namespace()?, reference.place.namespace()?);
    let (kind, name) = (reference.kinds.first()?, reference.name.literal()?);
    let is_known = |namespace: &str| !namespace.contains(['$', '{']);
    // What is not there is told as such, and who makes it out of sight may make the grant, too.
    if own == place || !is_known(own) || !is_known(place) || !matches!(answer, Answer::Here(_)) {
        return None;
    }
    let from = Kind { group: member.resource.group().into(), kind: member.resource.kind.clone() };
    let there = |grant: &&&Resource| grant.namespace().is_none_or(|namespace| namespace == place);
    let allowed = all.iter().filter(there).any(|grant| grants(grant, (&from, own), (kind, name)));
    if allowed || cluster.inventory.may_have(place, grant) {
        return None;
    }
    let message =
        format!("no ReferenceGrant lets {} of namespace `{own}` use {} `{name}` of `{place}`", from.kind, kind.kind);
    let help = format!("add a ReferenceGrant to namespace `{place}`, or move one of the two");
    let finding = Finding::new(reference.name.span, message).help(help);
    Some(answer.entries().iter().fold(finding, |finding, entry| finding.related(entry.span, "what it names")))
}
