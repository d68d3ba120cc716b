use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::inventory::Member;
use crate::rule::Rule;
use std::collections::BTreeMap;

/// An object that a chart makes and a manifest defines as well, so that Helm and Flux fight over it.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut made: BTreeMap<_, &Member> = BTreeMap::new();
    for member in cluster.inventory.members.iter().filter(|member| member.from_chart) {
        made.extend(member.resource.identity().map(|identity| (identity, member)));
    }
    let written = cluster.inventory.members.iter().filter(|member| !member.from_chart && !is_adopted(member));
    written.filter_map(|member| finding(member, made.get(&member.resource.identity()?)?)).collect()
}

/// Whether it says which release it belongs to, so that Helm takes it over.
fn is_adopted(member: &Member) -> bool {
    member.resource.node.at(&["metadata", "annotations", "meta.helm.sh/release-name"]).is_some()
}

fn finding(written: &Member, made: &Member) -> Option<Finding> {
    let title = written.resource.title();
    let finding = Finding::new(written.resource.name_span(), format!("`{title}` is also created by a release"));
    let finding = finding.help("keep one of the two: each overwrites the other, and removing one deletes the object");
    Some(finding.related(made.resource.name_span(), "the values that create it"))
}
