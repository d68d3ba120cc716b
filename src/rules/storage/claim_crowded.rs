use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::inventory::Member;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A volume that one node can mount at a time, in several pods of one workload.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter();
    let claims = members.filter(|member| cluster.repo.links().is_of_one_node(&member.resource));
    let claims: BTreeMap<(&str, &str), &Member> =
        claims.filter_map(|claim| Some(((claim.resource.namespace()?, claim.resource.name()?), claim))).collect();
    let mut found = Vec::new();
    for (member, pod) in cluster.workloads().filter(|_| !claims.is_empty()) {
        // Who says on which nodes the pods run may mean one.
        let pinned = ["affinity", "nodeSelector", "nodeName"].iter().any(|field| pod.spec.get(field).is_some());
        found.extend(pod.claims().filter(|_| !pinned).filter_map(|name| {
            let claim = claims.get(&(member.resource.namespace()?, name.literal()?))?;
            let replicas = cluster.replicas(member).filter(|replicas| *replicas > 1)?;
            Some(finding(name, claim, replicas, &member.resource.title()))
        }));
    }
    found
}

fn finding(name: &Node, claim: &Member, replicas: u32, owner: &str) -> Finding {
    let text = name.text().unwrap_or("");
    let message = format!("claim `{text}` is for one node at a time, and `{owner}` has {replicas} pods that mount it");
    Finding::new(name.span, message).related(claim.resource.name_span(), "the claim")
}
