use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::network::Range;
use crate::links::Pool;
use crate::model::address::ranges;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;
use std::net::IpAddr;

/// A pool of load balancer addresses with the address of a node in it.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let Some(network) = cluster.network() else { return Vec::new() };
    let ranges = |pool: &Pool| ranges(cluster.inventory, pool).unwrap_or_default();
    let ranges = cluster.repo.links().pools().iter().flat_map(ranges);
    ranges.filter_map(|(item, range)| finding(item, range, &network.nodes)).collect()
}

fn finding(item: &Node, range: Range, nodes: &[(&Node, IpAddr)]) -> Option<Finding> {
    // Who gives a whole network to the pool names an address for each Service, and knows what is free in it.
    item.get("start")?;
    let (node, address) = nodes.iter().find(|(_, address)| range.contains(*address))?;
    let message = format!("`{address}` is in this pool and belongs to a node");
    let finding = Finding::new(item.span, message).help("leave addresses that are in use out of the pool");
    Some(finding.related(node.span, "the node"))
}
