//! Addresses of load balancers: who claims them, and the pools they are taken from.

use crate::kubernetes::network::Range;
use crate::links::{Links, Pool, Sharing};
use crate::model::gateway::{GROUP, Gateway};
use crate::model::inventory::{Inventory, Member};
use crate::resource::Resource;
use crate::yaml::Node;
use std::net::IpAddr;

/// The field that only a Service of type LoadBalancer reads.
const FIELD: &str = "loadBalancerIP";

/// A place where an object claims addresses.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The annotation or the field.
    pub key: &'a str,
    /// The addresses, with commas between them.
    pub address: &'a Node,
    /// How it lets others have them, too.
    pub sharing: Option<Sharing<'a>>,
    /// The object.
    pub member: &'a Member,
}

/// Everything that claims addresses in a cluster.
pub fn claims<'a>(inventory: &'a Inventory, links: &Links) -> Vec<Claim<'a>> {
    inventory.members.iter().flat_map(|member| claimed_by(member, links)).collect()
}

impl<'a> Claim<'a> {
    /// The addresses that are known, as written.
    pub fn addresses(&self) -> impl Iterator<Item = &'a str> {
        let addresses = self.address.literal().unwrap_or("").split(',').map(str::trim);
        addresses.filter(|text| !text.is_empty())
    }

    /// Whether both cannot have one address.
    pub fn conflicts(&self, other: &Claim) -> bool {
        let namespace = |claim: &Claim| claim.member.resource.namespace().unwrap_or("").to_owned();
        let shared = self
            .sharing
            .zip(other.sharing)
            .is_some_and(|(sharing, with)| sharing.allows(&namespace(self), &with, &namespace(other)));
        let same = self.address.span == other.address.span || self.member.resource.is_same(&other.member.resource);
        !same && !shared
    }
}

fn claimed_by<'m>(member: &'m Member, links: &Links) -> Vec<Claim<'m>> {
    let resource = &member.resource;
    let node = if resource.is_helm_release() {
        resource.node.at(&["spec", "values"])
    } else if resource.is("", "Service") || resource.is(GROUP, "Gateway") {
        Some(&resource.node)
    } else {
        links.service_settings(resource)
    };
    let mut found = Vec::new();
    let sharing = resource.node.get("metadata").and_then(|node| shared(node, links));
    node.into_iter().for_each(|node| {
        claimed(node, sharing, links, &mut |key, address, sharing| {
            found.push(Claim { key, address, sharing, member });
        })
    });
    if resource.is(GROUP, "Gateway") {
        let infrastructure = resource.node.at(&["spec", "infrastructure"]);
        let sharing = infrastructure.and_then(|node| shared(node, links)).or(sharing);
        let own = Gateway(resource).addresses().into_iter();
        found.extend(own.map(|(key, address)| Claim { key, address, sharing, member }));
    }
    found
}

/// The addresses at or below a mapping, unless they are switched off, with how they are shared.
fn claimed<'n>(
    node: &'n Node,
    above: Option<Sharing<'n>>,
    links: &Links,
    found: &mut impl FnMut(&'n str, &'n Node, Option<Sharing<'n>>),
) {
    if node.get("enabled").is_some_and(|switch| !switch.is_true()) {
        return;
    }
    let sharing = shared(node, links).or(above);
    let internal = node.get("type").is_some_and(|kind| kind.literal() != Some("LoadBalancer"));
    for entry in node.entries() {
        let key = entry.key.text().filter(|key| links.is_address(key) && !(internal && *key == FIELD));
        key.into_iter().for_each(|key| found(key, &entry.value, sharing));
        claimed(&entry.value, sharing, links, found);
    }
}

/// How a mapping, or the annotations in it, let others have the same address.
fn shared<'n>(node: &'n Node, links: &Links) -> Option<Sharing<'n>> {
    links.sharing(node).or_else(|| links.sharing(node.get("annotations")?))
}

/// Why an item of a pool is no range of addresses.
#[derive(Debug, Clone, Copy)]
pub enum NoRange<'a> {
    /// This text is none.
    Wrong(&'a Node),
    /// That is not known.
    Unknown,
}

/// The range that an item of a pool stands for: a text, or a mapping with `cidr`, or `start` and `stop`.
pub fn range(item: &Node) -> Result<Range, NoRange<'_>> {
    let node = item.get("cidr").unwrap_or(item);
    if node.text().is_some() {
        return Range::parse(known(node)?).ok_or(NoRange::Wrong(node));
    }
    let start = item.get("start").ok_or(NoRange::Unknown)?;
    let stop = item.get("stop").unwrap_or(start);
    Range::between(address(start)?, address(stop)?).ok_or(NoRange::Wrong(stop))
}

fn known(node: &Node) -> Result<&str, NoRange<'_>> {
    node.literal().ok_or(NoRange::Unknown)
}

fn address(node: &Node) -> Result<IpAddr, NoRange<'_>> {
    known(node)?.parse().map_err(|_| NoRange::Wrong(node))
}

/// The ranges of the pools of a kind that a cluster has; `None` where one is not known.
pub fn ranges<'a>(inventory: &'a Inventory, pool: &Pool) -> Option<Vec<(&'a Node, Range)>> {
    let pools = pools(inventory, pool).into_iter().flat_map(|resource| pool.ranges(resource));
    pools.map(|item| Some((item, range(item).ok()?))).collect()
}

/// The pools of a kind that a cluster has.
pub fn pools<'a>(inventory: &'a Inventory, pool: &Pool) -> Vec<&'a Resource> {
    let members = inventory.members.iter().map(|member| &member.resource);
    members.filter(|resource| resource.is(&pool.kind.group, &pool.kind.kind)).collect()
}
