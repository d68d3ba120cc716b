use crate::diagnostic::{Finding, Severity};
use crate::formats::talconfig::Talconfig;
use crate::formats::talos::machine_configs;
use crate::model::cluster::Cluster;
use crate::model::route::claims;
use crate::resource::Role;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// An issuer of tokens at a host that no route serves, where another issuer has one.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut issuers = Vec::new();
    cluster.applied().for_each(|(_, resource)| issuers.extend(named(&resource.node)));
    if issuers.is_empty() {
        return Vec::new();
    }
    let claims = claims(cluster.inventory, &cluster.routes);
    // A host of which only the beginning is known may be any that begins so.
    let open = claims.iter().filter(|claim| claim.host.literal().is_none() || claim.name.contains(['*', '$', '{']));
    let beginnings: Vec<&str> = open.map(|claim| claim.name.split(['*', '$', '{']).next().unwrap_or("")).collect();
    let served: BTreeSet<&str> = claims.iter().map(|claim| claim.name).collect();
    let tree = cluster.repo.tree();
    let machines = tree.files().iter().filter(|file| file.role_of_root() == Some(Role::MachineConfig));
    let talconfigs = Talconfig::all(tree).map(|talconfig| talconfig.file);
    let configs: Vec<Node> = machines.chain(talconfigs).flat_map(|file| machine_configs(file, tree)).collect();
    let others: Vec<(&Node, &str)> = configs.iter().flat_map(named).chain(issuers.iter().copied()).collect();
    let finding = |(node, host): &(&Node, &str)| {
        let may_be_served = served.contains(host) || beginnings.iter().any(|beginning| host.starts_with(beginning));
        let domain = host.split_once('.').filter(|_| !may_be_served)?.1;
        let of_domain = |other: &&(&Node, &str)| other.1.split_once('.').is_some_and(|(_, own)| own == domain);
        let (place, other) = others.iter().filter(of_domain).find(|(_, other)| served.contains(other))?;
        let message = format!("no route serves `{host}`, where tokens are to come from");
        let finding =
            Finding::new(node.span, message).help(format!("another issuer is `{other}`, which a route serves"));
        Some(finding.related(place.span, "another issuer"))
    };
    issuers.iter().filter_map(finding).collect()
}

/// The settings that name an issuer by its address, each with the host.
fn named(node: &Node) -> Vec<(&Node, &str)> {
    let mut found = Vec::new();
    node.walk_entries(&mut |entry| {
        let is_issuer = entry.key.text().is_some_and(|key| key.to_ascii_lowercase().contains("issuer"));
        let address = entry.value.literal().filter(|_| is_issuer).and_then(|text| text.strip_prefix("https://"));
        let host = address.and_then(|address| address.split(['/', ':']).next()).filter(|host| host.contains('.'));
        found.extend(host.map(|host| (&entry.value, host)));
    });
    found
}
