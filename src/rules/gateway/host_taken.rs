use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::route::{Claim, claims};
use crate::rule::Rule;
use std::collections::BTreeMap;

/// The host name of one app that the route of another claims on a second Gateway.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let claims = claims(cluster.inventory, &cluster.routes);
    let mut named: BTreeMap<&str, Vec<&Claim>> = BTreeMap::new();
    let mut owned: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for claim in &claims {
        named.entry(claim.name).or_default().push(claim);
        owned.entry(claim.owner.identity()).or_default().push(claim.name);
    }
    // Who has a name of its own may well stand in front of another app.
    let only = |claim: &Claim| {
        owned.get(&claim.owner.identity()).is_some_and(|names| names.iter().all(|name| *name == claim.name))
    };
    let finding = |claim: &Claim| {
        let rivals = named.get(claim.name)?;
        let rival = rivals.iter().find(|rival| claim.is_elsewhere(rival) && is_of(rival) && !is_like(claim))?;
        let (name, owner) = (claim.name, rival.owner.title());
        let message = format!("host `{name}` is that of `{owner}`, on Gateway `{}`", rival.door());
        let finding = Finding::new(claim.host.span, message).help("choose a host of its own");
        only(claim).then(|| finding.related(rival.host.span, "claimed here"))
    };
    claims.iter().filter_map(finding).collect()
}

fn label<'a>(claim: &Claim<'a>) -> &'a str {
    claim.name.split('.').next().unwrap_or("")
}

/// Whether the host is called as its owner is.
fn is_of(claim: &Claim) -> bool {
    claim.owner.name() == Some(label(claim))
}

/// Whether the host has anything to do with the name or the namespace of its owner.
fn is_like(claim: &Claim) -> bool {
    let own = [claim.owner.name(), claim.owner.namespace()];
    own.iter().flatten().any(|name| name.contains(label(claim)) || label(claim).contains(*name))
}
