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
    let mut found = Vec::new();
    if resource.is_helm_release() {
        resource.node.at(&["spec", "values"]).into_iter().for_each(|values| annotated(values, &mut found));
    } else if resource.is("", "Service") || resource.is("gateway.networking.k8s.io", "Gateway") {
        let before = found.len();
        annotated(&resource.node, &mut found);
        let requested = resource.node.at(&["spec", "loadBalancerIP"]);
        found.extend(requested.filter(|_| found.len() == before));
    }
    found
}

/// The addresses in annotations at or below a mapping, unless they are shared or switched off.
fn annotated<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    let off = node.get("enabled").is_some_and(|switch| !switch.is_true());
    if off || SHARING.iter().any(|name| node.get(name).is_some()) {
        return;
    }
    for entry in node.entries() {
        let key = entry.key.text().unwrap_or("");
        if ADDRESSES.contains(&key) {
            found.push(&entry.value);
        }
        annotated(&entry.value, found);
    }
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
