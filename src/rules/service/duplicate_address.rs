use crate::diagnostic::{Finding, Severity};
use crate::links::Links;
use crate::model::cluster::Cluster;
use crate::model::inventory::Member;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A load balancer address that two objects claim.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// The field that only a Service of type LoadBalancer reads.
const FIELD: &str = "loadBalancerIP";

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut owners: BTreeMap<&str, Vec<(&Node, &Member)>> = BTreeMap::new();
    for member in &cluster.inventory.members {
        for node in addresses(member, cluster.repo.links()) {
            for address in node.literal().unwrap_or("").split(',').map(str::trim).filter(|text| !text.is_empty()) {
                owners.entry(address).or_default().push((node, member));
            }
        }
    }
    owners.iter().flat_map(|(address, owners)| findings(address, owners)).collect()
}

/// The addresses that an object claims and does not share.
fn addresses<'m>(member: &'m Member, links: &Links) -> Vec<&'m Node> {
    let resource = &member.resource;
    let claims = match resource.group() {
        _ if resource.is_helm_release() => resource.node.at(&["spec", "values"]),
        "dragonflydb.io" => resource.node.at(&["spec", "serviceSpec"]),
        _ if resource.is("", "Service") || resource.is("gateway.networking.k8s.io", "Gateway") => Some(&resource.node),
        _ => None,
    };
    let mut found = Vec::new();
    let claims = claims.filter(|_| !resource.node.get("metadata").is_some_and(|node| is_shared(node, links)));
    claims.into_iter().for_each(|node| claimed(node, links, &mut found));
    found
}

/// The addresses at or below a mapping, unless they are shared or switched off.
fn claimed<'n>(node: &'n Node, links: &Links, found: &mut Vec<&'n Node>) {
    let off = node.get("enabled").is_some_and(|switch| !switch.is_true());
    if off || is_shared(node, links) {
        return;
    }
    let internal = node.get("type").is_some_and(|kind| kind.literal() != Some("LoadBalancer"));
    for entry in node.entries() {
        let is_address = entry.key.text().is_some_and(|key| links.is_address(key) && !(internal && key == FIELD));
        found.extend(is_address.then_some(&entry.value));
        claimed(&entry.value, links, found);
    }
}

/// Whether a mapping, or the annotations in it, let others have the same address.
fn is_shared(node: &Node, links: &Links) -> bool {
    links.is_shared(node) || node.get("annotations").is_some_and(|annotations| links.is_shared(annotations))
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
