use crate::diagnostic::{Finding, Severity};
use crate::model::address::{Claim, claims};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use std::collections::BTreeMap;

/// A load balancer address that two objects claim.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut claimed: BTreeMap<&str, Vec<Claim>> = BTreeMap::new();
    for claim in claims(cluster.inventory, cluster.repo.links()) {
        claim.addresses().for_each(|address| claimed.entry(address).or_default().push(claim));
    }
    claimed.iter().flat_map(|(address, claims)| findings(address, claims)).collect()
}

fn findings(address: &str, claims: &[Claim]) -> Vec<Finding> {
    let conflict = |(index, claim): (usize, &Claim)| {
        let first = claims.iter().take(index).find(|other| claim.conflicts(other))?;
        let message = format!("address `{address}` is claimed by `{}` already", first.member.resource.title());
        let help = match claim.sharing.and(first.sharing) {
            Some(_) => "give both the same sharing key, and where they are in two namespaces let each name the other's",
            None => "choose a free one, or give both the same sharing key",
        };
        Some(Finding::new(claim.address.span, message).help(help).related(first.address.span, "claimed here"))
    };
    claims.iter().enumerate().filter_map(conflict).collect()
}
