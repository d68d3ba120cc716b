use crate::diagnostic::{Finding, Severity, did_you_mean, listed};
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// The source of a database that is not among its external clusters.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// Fields of a CloudNativePG Cluster that name one of its `externalClusters`.
const SOURCES: [&[&str]; 4] = [
    &["bootstrap", "recovery", "source"],
    &["bootstrap", "pg_basebackup", "source"],
    &["bootstrap", "initdb", "import", "source", "externalCluster"],
    &["replica", "source"],
];

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    members.filter(|resource| resource.is("postgresql.cnpg.io", "Cluster")).flat_map(findings).collect()
}

fn findings(database: &Resource) -> Vec<Finding> {
    let Some(spec) = database.spec() else { return Vec::new() };
    let externals = spec.items_at(&["externalClusters"]).iter().filter_map(|external| external.get("name"));
    let Some(names) = externals.map(Node::literal).collect::<Option<Vec<&str>>>() else { return Vec::new() };
    let finding = |path: &&[&str]| {
        let source = spec.at(path)?;
        let name = source.literal().filter(|name| !names.contains(name))?;
        let finding = Finding::new(source.span, format!("`{name}` is not among the `externalClusters`"));
        Some(match nearest(name, names.iter().copied()) {
            Some(near) => finding.help(did_you_mean(near)),
            None if names.is_empty() => finding.help("describe it there"),
            None => finding.help(format!("there is {}", listed(names.iter().copied()))),
        })
    };
    SOURCES.iter().filter_map(finding).collect()
}
