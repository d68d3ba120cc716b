use crate::diagnostic::Finding;
use crate::formats::talconfig::{Machine, Talconfig};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Node;
use std::net::IpAddr;

/// A node that is called at an address that none of its interfaces has.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let machines = Talconfig::within(file, repo.tree()).flat_map(|talconfig| talconfig.machines().collect::<Vec<_>>());
    machines.filter_map(finding).collect()
}

fn finding(machine: Machine) -> Option<Finding> {
    let written = machine.node.get("ipAddress")?;
    let interfaces = machine.interfaces();
    let is_dynamic = |link: &Node| link.get("dhcp").is_some_and(|dhcp| !dhcp.is_false());
    let links = || interfaces.iter().flat_map(|link| std::iter::once(link).chain(link.items_at(&["vlans"])));
    let own: Vec<&Node> = links().flat_map(|link| link.items_at(&["addresses"])).collect();
    if own.is_empty() || links().any(is_dynamic) || own.iter().any(|node| node.literal().is_none()) {
        return None;
    }
    let has = |text: &str| own.iter().filter_map(|node| node.literal()).any(|own| own.split('/').next() == Some(text));
    let wrong = written.literal()?.split(',').map(str::trim).find(|text| !has(text))?;
    let is_address = wrong.parse::<IpAddr>().is_ok();
    let finding = Finding::new(written.span, format!("no interface of the node has the address `{wrong}`"));
    is_address
        .then(|| finding.related(own.first().map_or(written.span, |node| node.span), "its interface has this one"))
}
