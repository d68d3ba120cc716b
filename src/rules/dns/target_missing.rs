use crate::diagnostic::{Finding, Severity};
use crate::formats::dns::{Record, records, target};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A DNS record beside the name that a Gateway sends the names of its routes to.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let made: Vec<Record> = members.flat_map(records).collect();
    let targets: Vec<&Node> = cluster.gateways.iter().filter_map(|gateway| target(gateway.0)).collect();
    let named = |name: &&str| made.iter().any(|record| record.name.text() == Some(name));
    let unmade: Vec<&str> = targets.iter().filter_map(|target| target.text()).filter(|name| !named(name)).collect();
    let idle = made.iter().filter(|record| !targets.iter().any(|target| target.text() == record.name.text()));
    idle.filter_map(|record| finding(record.name, &unmade, &targets)).collect()
}

fn finding(name: &Node, unmade: &[&str], targets: &[&Node]) -> Option<Finding> {
    let (first, domain) = name.text()?.split_once('.')?;
    let alike = unmade.iter().filter_map(|target| target.split_once('.')).filter(|(_, other)| *other == domain);
    let near = nearest(first, alike.map(|(label, _)| label))?;
    let meant = format!("{near}.{domain}");
    let target = targets.iter().find(|target| target.text() == Some(&meant))?;
    let message = format!("no Gateway leads to `{first}.{domain}`, and nothing makes `{meant}`");
    let finding = Finding::new(name.span, message).help(format!("write `{meant}` in both places"));
    Some(finding.related(target.span, "where the routes of a Gateway lead to"))
}
