use crate::diagnostic::{Finding, Severity};
use crate::links::{Links, Sharing};
use crate::model::cluster::Cluster;
use crate::model::inventory::Member;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A load balancer address that two objects claim.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// The field that only a Service of type LoadBalancer reads.
const FIELD: &str = "loadBalancerIP";

/// An address that an object claims.
#[derive(Clone, Copy)]
struct Claim<'a> {
    address: &'a Node,
    sharing: Option<Sharing<'a>>,
    member: &'a Member,
}

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut claims: BTreeMap<&str, Vec<Claim>> = BTreeMap::new();
    for claim in cluster.inventory.members.iter().flat_map(|member| claimed_by(member, cluster.repo.links())) {
        let addresses = claim.address.literal().unwrap_or("").split(',').map(str::trim);
        addresses.filter(|text| !text.is_empty()).for_each(|address| claims.entry(address).or_default().push(claim));
    }
    claims.iter().flat_map(|(address, claims)| findings(address, claims)).collect()
}

fn claimed_by<'m>(member: &'m Member, links: &Links) -> Vec<Claim<'m>> {
    let resource = &member.resource;
    let node = match resource.group() {
        _ if resource.is_helm_release() => resource.node.at(&["spec", "values"]),
        "dragonflydb.io" => resource.node.at(&["spec", "serviceSpec"]),
        _ if resource.is("", "Service") || resource.is("gateway.networking.k8s.io", "Gateway") => Some(&resource.node),
        _ => None,
    };
    let mut found = Vec::new();
    let sharing = resource.node.get("metadata").and_then(|node| shared(node, links));
    node.into_iter().for_each(|node| {
        claimed(node, sharing, links, &mut |address, sharing| {
            found.push(Claim { address, sharing, member });
        })
    });
    found
}

/// The addresses at or below a mapping, unless they are switched off, with how they are shared.
fn claimed<'n>(
    node: &'n Node,
    above: Option<Sharing<'n>>,
    links: &Links,
    found: &mut impl FnMut(&'n Node, Option<Sharing<'n>>),
) {
    if node.get("enabled").is_some_and(|switch| !switch.is_true()) {
        return;
    }
    let sharing = shared(node, links).or(above);
    let internal = node.get("type").is_some_and(|kind| kind.literal() != Some("LoadBalancer"));
    for entry in node.entries() {
        if entry.key.text().is_some_and(|key| links.is_address(key) && !(internal && key == FIELD)) {
            found(&entry.value, sharing);
        }
        claimed(&entry.value, sharing, links, found);
    }
}

/// How a mapping, or the annotations in it, let others have the same address.
fn shared<'n>(node: &'n Node, links: &Links) -> Option<Sharing<'n>> {
    links.sharing(node).or_else(|| links.sharing(node.get("annotations")?))
}

fn findings(address: &str, claims: &[Claim]) -> Vec<Finding> {
    let conflict = |(index, claim): (usize, &Claim)| {
        let first = claims.iter().take(index).find(|other| conflicts(claim, other))?;
        let message = format!("address `{address}` is claimed by `{}` already", first.member.resource.title());
        let help = match claim.sharing.and(first.sharing) {
            Some(_) => "give both the same sharing key, and where they are in two namespaces let each name the other's",
            None => "choose a free one, or give both the same sharing key",
        };
        Some(Finding::new(claim.address.span, message).help(help).related(first.address.span, "claimed here"))
    };
    claims.iter().enumerate().filter_map(conflict).collect()
}

fn conflicts(one: &Claim, other: &Claim) -> bool {
    let namespace = |claim: &Claim| claim.member.resource.namespace().unwrap_or("").to_owned();
    let shared = one
        .sharing
        .zip(other.sharing)
        .is_some_and(|(sharing, with)| sharing.allows(&namespace(one), &with, &namespace(other)));
    let same = one.address.span == other.address.span || one.member.resource.is_same(&other.member.resource);
    !same && !shared
}
