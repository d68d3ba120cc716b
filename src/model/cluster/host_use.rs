//! Host names of Services in settings, and what they lead to.

use super::Cluster;
use crate::kubernetes::host::{Host, hosts};
use crate::links::{Kind, Maker, Place, Reference};
use crate::model::inventory::{Answer, Inventory, Member};
use crate::model::repo::Repo;
use crate::source::Span;
use crate::yaml::Node;
use rayon::prelude::*;
use smol_str::SmolStr;

/// What a host name of the cluster leads to.
const SERVICE: Kind = Kind { group: SmolStr::new_static(""), kind: SmolStr::new_static("Service") };

/// The host name of a Service where somebody speaks of it.
#[derive(Debug)]
pub struct HostUse<'a> {
    /// The object whose setting it is.
    pub member: &'a Member,
    /// Where it stands.
    pub span: Span,
    /// The name.
    pub host: Host,
}

/// The host names in the values of releases, in ConfigMaps, in workloads and in custom resources.
pub(super) fn host_uses<'a>(repo: &Repo, inventory: &'a Inventory) -> Vec<HostUse<'a>> {
    let members = inventory.members.par_iter().filter(|member| !member.from_chart);
    let uses = members.flat_map_iter(|member| {
        let resource = &member.resource;
        let settings = match resource.group() {
            "helm.toolkit.fluxcd.io" => resource.node.at(&["spec", "values"]),
            "" if resource.kind == "ConfigMap" => resource.node.get("data"),
            "apps" | "batch" => resource.spec(),
            group if repo.links().is_custom(group) => resource.spec(),
            _ => None,
        };
        let mut found = Vec::new();
        settings.into_iter().for_each(|settings| {
            settings.walk(&mut |node| {
                let hosts = node.known().map_or_else(|| hosts_beside(node), hosts).into_iter();
                found.extend(hosts.map(|host| HostUse { member, span: part(repo, node.span, &host.text), host }));
            });
        });
        found
    });
    uses.collect()
}

/// The hosts in a text with variables that are not known, but for those that have to do with a variable.
fn hosts_beside(node: &Node) -> Vec<Host> {
    let text = node
        .text()
        .filter(|text| text.contains("${") && !["{{", "<<", "#{", "<%"].iter().any(|tag| text.contains(tag)));
    let mut parts = text.unwrap_or("").split("${");
    let mut beside = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let after = part.split_once('}').map_or("", |(_, after)| after);
        beside.extend(["${}", after]);
    }
    hosts(&beside)
}

/// Where a part of a text stands, or all of it where it is not written as it reads.
fn part(repo: &Repo, span: Span, text: &str) -> Span {
    let start = repo.tree().slice(span).find(text).map(|at| span.start as usize + at);
    start.map_or(span, |start| Span::new(span.file, start, start + text.len()))
}

impl<'a> Cluster<'a> {
    /// What the host name of a Service leads to.
    pub fn service(&self, used: &HostUse) -> Answer<'a> {
        self.find(used, SERVICE, &used.host.name)
    }

    /// What alone could make the Service of a host name and is not there: its kind and its name.
    pub fn absent_maker(&self, used: &HostUse) -> Option<(Kind, SmolStr)> {
        let (kind, name) = self.repo.links().only_maker(&SERVICE, &used.host.name)?;
        let missing = matches!(self.find(used, kind.clone(), &name), Answer::Missing { .. });
        (missing && self.inventory.has_kind(&kind)).then_some((kind, name))
    }

    /// What there is of a kind and a name in the namespace of a host.
    fn find(&self, used: &HostUse, kind: Kind, name: &str) -> Answer<'a> {
        let reference = Reference {
            name: &Node::string(used.span, name),
            kinds: vec![kind],
            place: Place::Namespace(used.host.namespace.clone()),
            key: None,
            others: Vec::new(),
            needs: Vec::new(),
            port: None,
            granted: false,
            optional: false,
            hint: false,
            maker: Maker::Anyone,
        };
        self.inventory.answer(used.member, &reference)
    }
}
