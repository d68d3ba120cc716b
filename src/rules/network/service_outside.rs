use crate::diagnostic::{Finding, Severity};
use crate::formats::cluster_network::ClusterNetwork;
use crate::kubernetes::network::Range;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::{Entry, Node};
use std::net::IpAddr;

/// The fixed address of a Service outside of the network of Services.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// The field of a Service, which charts call alike.
const FIELD: &str = "clusterIP";

fn check(cluster: &Cluster) -> Vec<Finding> {
    let Some(network) = cluster.network().filter(|network| !network.services.is_empty()) else { return Vec::new() };
    let members = cluster.inventory.members.iter().filter(|member| !member.from_chart);
    let settings = members.filter_map(|member| match &member.resource {
        release if release.is_helm_release() => release.node.at(&["spec", "values"]),
        service if service.is("", "Service") => service.spec(),
        _ => None,
    });
    settings.flat_map(|settings| findings(settings, &network)).collect()
}

fn findings(settings: &Node, network: &ClusterNetwork) -> Vec<Finding> {
    let mut found = Vec::new();
    settings.walk_entries(&mut |entry| found.extend(finding(entry, network)));
    found
}

fn finding(Entry { key, value }: &Entry, network: &ClusterNetwork) -> Option<Finding> {
    let address: IpAddr = value.literal().filter(|_| key.text() == Some(FIELD))?.parse().ok()?;
    let alike = |range: &Range| range.first.is_ipv4() == address.is_ipv4();
    let (node, _) = network.services.iter().find(|(_, range)| alike(range))?;
    if network.services.iter().any(|(_, range)| range.contains(address)) {
        return None;
    }
    let message = format!("`{address}` is not in the network of Services, `{}`", node.text()?);
    let finding = Finding::new(value.span, message).help("choose an address of that network");
    Some(finding.related(node.span, "the network of Services"))
}
