use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::inventory::Member;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A load balancer address that two objects claim.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// Annotations by which Cilium, MetalLB and kube-vip hand out addresses, and the field of a Service.
const ADDRESSES: [&str; 6] = [
    "lbipam.cilium.io/ips",
    "io.cilium/lb-ipam-ips",
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/loadBalancerIPs",
    "kube-vip.io/loadbalancerIPs",
    FIELD,
];
const FIELD: &str = "loadBalancerIP";
const SHARING: [&str; 4] = [
    "lbipam.cilium.io/sharing-key",
    "io.cilium/lb-ipam-sharing-key",
    "metallb.io/allow-shared-ip",
    "metallb.universe.tf/allow-shared-ip",
];

fn check(deployed: &Deployed) -> Vec<Finding> {
    let mut owners: BTreeMap<&str, Vec<(&Node, &Member)>> = BTreeMap::new();
    for member in &deployed.inventory.members {
        for node in addresses(member) {
            for address in node.literal().unwrap_or("").split(',').map(str::trim).filter(|text| !text.is_empty()) {
                owners.entry(address).or_default().push((node, member));
            }
        }
    }
    owners.iter().flat_map(|(address, owners)| findings(address, owners)).collect()
}

/// The addresses that an object claims and does not share.
fn addresses(member: &Member) -> Vec<&Node> {
    let resource = &member.resource;
    let claims = match resource.group() {
        _ if resource.is_helm_release() => resource.node.at(&["spec", "values"]),
        "dragonflydb.io" => resource.node.at(&["spec", "serviceSpec"]),
        _ if resource.is("", "Service") || resource.is("gateway.networking.k8s.io", "Gateway") => Some(&resource.node),
        _ => None,
    };
    let mut found = Vec::new();
    let claims = claims.filter(|_| !resource.node.get("metadata").is_some_and(is_shared));
    claims.into_iter().for_each(|node| claimed(node, &mut found));
    found
}

/// The addresses at or below a mapping, unless they are shared or switched off.
fn claimed<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    let off = node.get("enabled").is_some_and(|switch| !switch.is_true());
    if off || is_shared(node) {
        return;
    }
    let internal = node.get("type").is_some_and(|kind| kind.literal() != Some("LoadBalancer"));
    for entry in node.entries() {
        let key = entry.key.text().unwrap_or("");
        if ADDRESSES.contains(&key) && !(key == FIELD && internal) {
            found.push(&entry.value);
        }
        claimed(&entry.value, found);
    }
}

/// Whether a mapping, or the annotations in it, let others have the same address.
fn is_shared(node: &Node) -> bool {
    let has_key = |node: &Node| SHARING.iter().any(|name| node.get(name).is_some());
    has_key(node) || node.get("annotations").is_some_and(has_key)
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
