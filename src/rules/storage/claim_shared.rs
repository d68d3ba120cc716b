use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::pod::Pod;
use crate::model::cluster::Cluster;
use crate::model::inventory::Member;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A volume that one node can mount at a time, in the pods of several workloads.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut users: BTreeMap<(&str, &str), Vec<(&Node, &Member)>> = BTreeMap::new();
    // What runs only now and then need not run at the same time.
    for (member, pod) in cluster.workloads().filter(|(member, _)| member.resource.group() == "apps") {
        for claim in claims(&pod) {
            let Some((namespace, name)) = member.resource.namespace().zip(claim.literal()) else { continue };
            users.entry((namespace, name)).or_default().push((claim, member));
        }
    }
    let one_node = |member: &&Member| cluster.repo.links().is_of_one_node(&member.resource);
    let claims = cluster.inventory.members.iter().filter(one_node);
    claims
        .filter_map(|claim| finding(claim, users.get(&(claim.resource.namespace()?, claim.resource.name()?))?))
        .collect()
}

/// The claims in pods that may run anywhere.
fn claims<'a>(pod: &Pod<'a>) -> Vec<&'a Node> {
    let pinned = ["affinity", "nodeSelector", "nodeName"].iter().any(|field| pod.spec.get(field).is_some());
    if pinned { Vec::new() } else { pod.claims().collect() }
}

fn finding(claim: &Member, users: &[(&Node, &Member)]) -> Option<Finding> {
    let (first, owner) = users.first()?;
    let (second, other) = users.iter().find(|(_, member)| member.resource.title() != owner.resource.title())?;
    let name = claim.resource.name()?;
    let (one, two) = (owner.resource.title(), other.resource.title());
    let message = format!("claim `{name}` is for one node at a time, but `{one}` and `{two}` both mount it");
    let finding = Finding::new(claim.resource.name_span(), message);
    let finding = finding.help("make it ReadWriteMany, or keep the pods on one node by an affinity");
    Some(finding.related(first.span, format!("mounted by `{one}`")).related(second.span, format!("mounted by `{two}`")))
}
