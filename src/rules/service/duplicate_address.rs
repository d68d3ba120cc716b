use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::inventory::Member;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A load balancer address that two objects claim.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// Annotations by which Cilium hands out addresses (<https://docs.cilium.io/en/stable/network/lb-ipam/>).
const ADDRESSES: [&str; 2] = ["lbipam.cilium.io/ips", "io.cilium/lb-ipam-ips"];
const SHARING: [&str; 2] = ["lbipam.cilium.io/sharing-key", "io.cilium/lb-ipam-sharing-key"];

fn check(deployed: &Deployed) -> Vec<Finding> {
    let mut owners: BTreeMap<&str, Vec<(&Node, &Member)>> = BTreeMap::new();
    for member in &deployed.inventory.members {
        let shared = SHARING.iter().any(|name| member.resource.annotation(name).is_some());
        for node in addresses(member).into_iter().filter(|_| !shared) {
            for address in node.literal().unwrap_or("").split(',').map(str::trim).filter(|text| !text.is_empty()) {
                owners.entry(address).or_default().push((node, member));
            }
        }
    }
    owners.iter().flat_map(|(address, owners)| findings(address, owners)).collect()
}

fn addresses(member: &Member) -> Vec<&Node> {
    let resource = &member.resource;
    if !resource.is("", "Service") && !resource.is("gateway.networking.k8s.io", "Gateway") {
        return Vec::new();
    }
    let annotation = |prefix: &[&str], name: &str| {
        let path: Vec<&str> = prefix.iter().copied().chain(["annotations", name]).collect();
        resource.node.at(&path)
    };
    let own = ADDRESSES.iter().filter_map(|name| annotation(&["metadata"], name));
    let infrastructure = ADDRESSES.iter().filter_map(|name| annotation(&["spec", "infrastructure"], name));
    own.chain(infrastructure).chain(resource.node.at(&["spec", "loadBalancerIP"])).collect()
}

fn findings(address: &str, owners: &[(&Node, &Member)]) -> Vec<Finding> {
    let Some((first, original)) = owners.first() else { return Vec::new() };
    let others = owners
        .iter()
        .filter(|(node, member)| node.span != first.span && member.resource.title() != original.resource.title());
    let finding = |(node, _): &(&Node, &Member)| {
        let message = format!("address `{address}` is claimed by `{}` already", original.resource.title());
        Finding::new(node.span, message)
            .help("choose a free one, or give both the same sharing key")
            .related(first.span, "claimed here")
    };
    others.map(finding).collect()
}
