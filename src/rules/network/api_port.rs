use crate::diagnostic::{Finding, Severity};
use crate::formats::cluster_network::{ClusterNetwork, is_local, of_chart};
use crate::helm::Release;
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A port of the node itself at which no API server answers.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let Some(network) = cluster.network() else { return Vec::new() };
    cluster.inventory.releases.iter().filter_map(|installed| finding(&installed.release, &network)).collect()
}

fn finding(release: &Release, network: &ClusterNetwork) -> Option<Finding> {
    let chart = of_chart(release.chart.known_name()?)?;
    release.value(&chart.host)?.literal().filter(|host| is_local(host))?;
    let node = release.value(&chart.port)?;
    let port: u16 = node.literal()?.parse().ok()?;
    let ports = network.ports()?;
    let known: Vec<String> = ports.iter().map(|port| format!("`{port}`")).collect();
    let message = format!("no API server answers at port {port} of the node itself");
    let help = format!("KubePrism and the API server listen on {}", known.join(" and "));
    (!ports.contains(&port)).then(|| Finding::new(node.span, message).help(help))
}
