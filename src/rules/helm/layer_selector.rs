use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::doubt::is_convention;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// An OCIRepository of a chart that takes whatever layer comes first, where the house names the chart's.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let sources = cluster.inventory.releases.iter().filter_map(|installed| {
        installed.resource.spec()?.get("chartRef")?;
        Some(installed.release.chart.url.as_ref()?.span)
    });
    let sources: BTreeSet<_> = sources.collect();
    let is_source = |resource: &&Resource| {
        let url = resource.spec().and_then(|spec| spec.get("url"));
        resource.kind == "OCIRepository" && url.is_some_and(|url| sources.contains(&url.span))
    };
    let all: Vec<&Resource> = cluster.applied().map(|(_, resource)| resource).filter(is_source).collect();
    let without: Vec<&&Resource> = all.iter().filter(|resource| selected_layer(resource).is_none()).collect();
    let (with, all) = (all.len() - without.len(), all.len());
    if !is_convention(with, all) {
        return Vec::new();
    }
    let finding = |resource: &&&Resource| {
        let message = format!("`{}` does not say which layer is the chart", resource.title());
        let help = format!("add a `layerSelector`, as {with} of {all} charts have");
        Finding::new(resource.name_span(), message).help(help)
    };
    without.iter().map(finding).collect()
}

fn selected_layer(resource: &Resource) -> Option<&Node> {
    resource.node.at(&["spec", "layerSelector", "mediaType"])
}
