use crate::diagnostic::{Finding, Severity};
use crate::helm::Feature;
use crate::model::cluster::Cluster;
use crate::model::inventory::Installation;
use crate::resource::Resource;
use crate::rule::Rule;

/// An object of a feature that the release which would act on it has switched off.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let releases = cluster.inventory.releases.iter();
    let off = releases.flat_map(|installed| installed.release.switched_off().map(move |feature| (installed, feature)));
    off.filter_map(|(installed, feature)| finding(cluster, installed, feature)).collect()
}

fn finding(cluster: &Cluster, installed: &Installation, feature: &Feature) -> Option<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let objects: Vec<&Resource> = members.filter(|resource| feature.has(resource)).collect();
    let (first, value) = (objects.first()?, feature.value.as_str());
    let chart = installed.release.chart.known_name()?;
    let title = first.title();
    let finding = match installed.release.value(value) {
        Some(node) => {
            let message = format!("`{value}` is off, but `{title}` needs it");
            objects.iter().fold(Finding::new(node.span, message), |finding, object| {
                finding.related(object.name_span(), "does nothing")
            })
        }
        None => {
            let message = format!("`{title}` does nothing: `{value}` of {chart} is off unless it is set");
            Finding::new(first.name_span(), message).related(installed.resource.name_span(), "the release")
        }
    };
    Some(finding.help(format!("set `{value}: true`, or remove what needs it")))
}
