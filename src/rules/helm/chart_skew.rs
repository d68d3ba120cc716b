use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::doubt::is_convention;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A chart at another version than everywhere else in the cluster.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut charts: BTreeMap<(&str, &str), BTreeMap<&str, Vec<&Node>>> = BTreeMap::new();
    for installed in &cluster.inventory.releases {
        let chart = &installed.release.chart;
        let (Some(name), Some(version)) = (chart.known_name(), chart.version.as_ref()) else { continue };
        let url = chart.url.as_ref().and_then(Node::known).unwrap_or("");
        let Some(text) = version.known() else { continue };
        charts.entry((name, url)).or_default().entry(text).or_default().push(version);
    }
    charts.iter().flat_map(|((name, _), versions)| findings(name, versions)).collect()
}

fn findings(name: &str, versions: &BTreeMap<&str, Vec<&Node>>) -> Vec<Finding> {
    let all: usize = versions.values().map(Vec::len).sum();
    let Some((usual, most)) = versions.iter().max_by_key(|(_, places)| places.len()) else { return Vec::new() };
    if !is_convention(most.len(), all) {
        return Vec::new();
    }
    let others = versions.iter().filter(|(version, _)| *version != usual);
    let finding = |version: &str, place: &Node| {
        let message = format!("chart `{name}` is at `{version}` here, and at `{usual}` elsewhere");
        Finding::new(place.span, message).help(format!("{} of {all} releases have `{usual}`", most.len()))
    };
    others.flat_map(|(version, places)| places.iter().map(|place| finding(version, place))).collect()
}
