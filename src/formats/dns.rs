//! DNS: records, and the programs that make them of Gateways and routes.

use crate::resource::Resource;
use crate::yaml::{Node, from_table};
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

/// `schemas/dns.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Table {
    records: BTreeMap<SmolStr, Content>,
    alias: SmolStr,
    target: SmolStr,
    external_dns: Program,
    k8s_gateway: Program,
}

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// IPv4 addresses.
    Ipv4,
    /// IPv6 addresses.
    Ipv6,
    /// A host name.
    Name,
}

/// A program that makes DNS records, as its chart is told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Program {
    /// The name of its chart.
    pub chart: SmolStr,
    /// The value that lists what it reads.
    pub sources: SmolStr,
    /// One of those that are routes.
    pub route: SmolStr,
    /// A part of the name of each of them.
    routes: SmolStr,
}

impl Program {
    /// Whether what it reads is routes.
    pub fn reads(&self, source: &str) -> bool {
        source.contains(self.routes.as_str())
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(|| from_table(include_str!("../../schemas/dns.yaml")));

/// external-dns.
pub fn external_dns() -> &'static Program {
    &TABLE.external_dns
}

/// k8s-gateway.
pub fn k8s_gateway() -> &'static Program {
    &TABLE.k8s_gateway
}

/// What the names of a Gateway's routes lead to.
pub fn target(gateway: &Resource) -> Option<&Node> {
    gateway.node.at(&["metadata", "annotations"])?.get(&TABLE.target)
}

/// A record of a DNSEndpoint.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Its name.
    pub name: &'a Node,
    /// Its type.
    pub kind: &'a Node,
    /// Whether its provider makes it hold a name.
    alias: bool,
    /// What it leads to.
    pub targets: &'a [Node],
}

/// The records of a DNSEndpoint.
pub fn records(resource: &Resource) -> impl Iterator<Item = Record<'_>> {
    let endpoint = resource.is("externaldns.k8s.io", "DNSEndpoint");
    let endpoints = if endpoint { resource.node.items_at(&["spec", "endpoints"]) } else { &[] };
    let record = |item| Record::of(item);
    endpoints.iter().filter_map(record)
}

impl<'a> Record<'a> {
    fn of(item: &'a Node) -> Option<Self> {
        let (name, kind) = (item.get("dnsName")?, item.get("recordType")?);
        let special = item.items_at(&["providerSpecific"]).iter();
        let alias =
            special.filter_map(|setting| setting.text_at(&["name"])).any(|name| name.contains(TABLE.alias.as_str()));
        Some(Record { name, kind, alias, targets: item.items_at(&["targets"]) })
    }

    /// What it has to hold, and the targets that are surely something else.
    pub fn misfits(self) -> Option<(Content, Vec<&'a Node>)> {
        let content = *TABLE.records.get(self.kind.literal()?).filter(|_| !self.alias)?;
        Some((content, self.targets.iter().filter(|target| content.refuses(target) == Some(true)).collect()))
    }
}

impl Content {
    /// Whether a target is something else; `None` where that is not known.
    fn refuses(self, target: &Node) -> Option<bool> {
        let text = target.text()?;
        let Some(literal) = target.literal() else {
            // Whatever the variable is: no address has letters like these around it.
            let outside =
                text.split("${").filter_map(|part| part.split_once('}').map_or(Some(part), |(_, rest)| Some(rest)));
            let letters = outside.flat_map(str::chars).any(|char| char.is_ascii_alphabetic());
            return (self == Content::Ipv4 && text.contains("${") && !text.contains("{{") && letters).then_some(true);
        };
        let (four, six) = (literal.parse::<Ipv4Addr>().is_ok(), literal.parse::<Ipv6Addr>().is_ok());
        Some(match self {
            Content::Ipv4 => !four,
            Content::Ipv6 => !six,
            Content::Name => four || six,
        })
    }

    /// What it is in words.
    pub fn words(self) -> &'static str {
        match self {
            Content::Ipv4 => "an IPv4 address",
            Content::Ipv6 => "an IPv6 address",
            Content::Name => "a host name",
        }
    }
}
