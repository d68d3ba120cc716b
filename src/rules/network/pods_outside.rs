use crate::diagnostic::{Finding, Severity};
use crate::formats::cluster_network::{ClusterNetwork, of_chart};
use crate::helm::Release;
use crate::kubernetes::network::Range;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;

/// Pods that are outside of the network which the CNI takes for theirs.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let network = cluster.network();
    let releases = cluster.inventory.releases.iter().filter(|installed| !installed.release.partial);
    releases.filter_map(|installed| finding(&installed.release, network.as_ref())).collect()
}

fn finding(release: &Release, network: Option<&ClusterNetwork>) -> Option<Finding> {
    let chart = of_chart(release.chart.known_name()?)?;
    let node = release.value(&chart.native)?;
    let native = Range::cidr(node.literal()?)?;
    let by_kubernetes = release.value(&chart.mode).map(|mode| mode.literal() == Some(chart.kubernetes.as_str()));
    let pods = if by_kubernetes == Some(true) { network?.pods.clone() } else { pools(release, &chart.pools)? };
    let outside =
        |(_, range): &&(&Node, Range)| range.first.is_ipv4() == native.first.is_ipv4() && !native.covers(range);
    let (own, _) = pods.iter().find(outside)?;
    let message = format!("pods have addresses of `{}`, which is not in `{}`", own.text()?, node.text()?);
    let finding = Finding::new(node.span, message).help("write the network of the pods, or one around it");
    Some(finding.related(own.span, "the network of the pods"))
}

/// The networks that the chart hands out addresses from.
fn pools<'a>(release: &'a Release, path: &str) -> Option<Vec<(&'a Node, Range)>> {
    let value = release.value(path)?;
    let items = if value.is_seq() { value.items() } else { std::slice::from_ref(value) };
    items.iter().map(|item| Some((item, Range::cidr(item.literal()?)?))).collect()
}
