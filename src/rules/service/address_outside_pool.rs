use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::network::Range;
use crate::links::Pool;
use crate::model::address::{Claim, claims, ranges};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// A load balancer address that is in none of the pools.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let links = cluster.repo.links();
    let claims = claims(cluster.inventory, links);
    let known = |pool: &&Pool| !cluster.inventory.may_have("", &pool.kind);
    let pools = links.pools().iter().filter(known);
    let pools = pools.filter_map(|pool| Some((pool, ranges(cluster.inventory, pool)?)));
    let findings = pools.flat_map(|(pool, ranges)| {
        let own = claims.iter().filter(|claim| pool.is_of(claim.key));
        own.flat_map(|claim| findings(claim, &ranges)).collect::<Vec<Finding>>()
    });
    findings.collect()
}

fn findings(claim: &Claim, ranges: &[(&Node, Range)]) -> Vec<Finding> {
    let Some((first, _)) = ranges.first() else { return Vec::new() };
    let mut seen = BTreeSet::new();
    let outside = claim.addresses().filter(|text| {
        // Some write an address of IPv4 a second time, as one of IPv6.
        let address = text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
        address.is_some_and(|address| !ranges.iter().any(|(_, range)| range.contains(address)) && seen.insert(address))
    });
    let finding = |address: &str| {
        let finding = Finding::new(claim.address.span, format!("address `{address}` is in no pool"));
        let finding = finding.help("choose one of a pool, or add it to one");
        finding.related(first.span, "the addresses of a pool")
    };
    outside.map(finding).collect()
}
