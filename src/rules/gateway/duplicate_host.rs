use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::route::{Claim, claims};
use crate::rule::Rule;
use std::collections::BTreeMap;

/// A host name that two routes claim on the same listener, for the same requests.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut named: BTreeMap<&str, Vec<Claim>> = BTreeMap::new();
    for claim in claims(cluster.inventory, &cluster.routes) {
        named.entry(claim.name).or_default().push(claim);
    }
    named.values().flat_map(|claims| findings(claims)).collect()
}

fn findings(claims: &[Claim]) -> Vec<Finding> {
    let finding = |(index, claim): (usize, &Claim)| {
        let earlier = claims.iter().take(index).find(|other| claim.is_contested_by(other))?;
        let owner = earlier.owner.title();
        let message = format!("host `{}` is claimed by `{owner}` on the same listener already", claim.name);
        let finding = Finding::new(claim.host.span, message);
        let finding = finding.help("only the older route is served: choose another host or path");
        Some(finding.related(earlier.host.span, "claimed here"))
    };
    claims.iter().enumerate().filter_map(finding).collect()
}
