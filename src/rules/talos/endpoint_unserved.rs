use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;
use std::net::IpAddr;

/// An endpoint with an address that is neither a node's nor the one that the control plane shares.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    file.roots_of(Role::Talconfig).filter_map(finding).collect()
}

fn finding(talconfig: &Node) -> Option<Finding> {
    let endpoint = talconfig.get("endpoint")?;
    let host = endpoint.literal()?.split_once("://")?.1;
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).trim_matches(['[', ']']);
    let host: IpAddr = host.parse().ok()?;
    let mut shared = Vec::new();
    let mut addresses = Vec::new();
    talconfig.walk_entries(&mut |entry| match entry.key.text() {
        Some("vip") => shared.extend(entry.value.get("ip")),
        Some("ipAddress") => addresses.push(&entry.value),
        _ => {}
    });
    // Without a shared address something else may stand before the nodes.
    let first = *shared.first()?;
    let served: Option<Vec<&str>> = shared.iter().chain(&addresses).map(|node| node.literal()).collect();
    let is_served = |text: &&str| text.split(',').any(|text| text.trim().parse() == Ok(host));
    if served?.iter().any(is_served) {
        return None;
    }
    let finding = Finding::new(endpoint.span, format!("no node answers at `{host}`"));
    Some(finding.related(first.span, "the address that the control plane shares"))
}
