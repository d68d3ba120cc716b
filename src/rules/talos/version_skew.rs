use crate::diagnostic::{Finding, Severity};
use crate::formats::talconfig::Talconfig;
use crate::formats::talos::TABLE;
use crate::model::cluster::Cluster;
use crate::model::machines::only_talconfig;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::Node;

/// An upgrade to another version than the talconfig has.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let upgrades: Vec<&Resource> =
        cluster.applied().map(|(_, resource)| resource).filter(|one| version(one).is_some()).collect();
    let Some(talconfig) = only_talconfig(cluster.repo).filter(|_| !upgrades.is_empty()) else { return Vec::new() };
    upgrades.into_iter().filter_map(|upgrade| finding(upgrade, talconfig)).collect()
}

/// The version that an object upgrades machines to, and the field of a talconfig that says the same.
fn version(upgrade: &Resource) -> Option<(&Node, &'static str)> {
    let row = TABLE.upgrades.iter().find(|row| upgrade.is(&row.group, &row.kind))?;
    let path: Vec<&str> = row.version.split('.').collect();
    Some((upgrade.node.at(&path)?, &row.field))
}

fn finding(upgrade: &Resource, talconfig: Talconfig) -> Option<Finding> {
    let (version, field) = version(upgrade)?;
    let installed = talconfig.value(field)?;
    let number = |node: &'_ Node| node.literal().map(|text| text.trim_start_matches('v').to_owned());
    let (to, from) = (number(version)?, number(installed)?);
    let message = format!("`{}` upgrades to {to}, and `{field}` of the talconfig is {from}", upgrade.title());
    let finding = Finding::new(version.span, message).related(installed.span, "the version in the talconfig");
    // A talconfig that is behind is corrected some time; an upgrade that is behind takes machines back.
    let numbers = |version: &str| version.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u64>>();
    let ahead = numbers(&to) > numbers(&from);
    (to != from).then_some(if ahead { finding.at_most(Severity::Info) } else { finding })
}
