use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::{Rule, is_convention};
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A part of an app that is deployed into another namespace than the rest of it and its folder.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let aimed = cluster.kustomizations().filter_map(|applied| {
        let target = applied.spec().target_namespace()?;
        let folders = applied.spec().path()?.literal()?.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        Some((target, target.literal()?, folders))
    });
    let aimed: Vec<(&Node, &str, Vec<&str>)> = aimed.collect();
    let mut depths: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, target, folders) in &aimed {
        folders
            .iter()
            .position(|folder| folder == target)
            .into_iter()
            .for_each(|at| *depths.entry(at).or_default() += 1);
    }
    let Some((depth, agreeing)) = depths.into_iter().max_by_key(|(_, count)| *count) else { return Vec::new() };
    if !is_convention(agreeing, aimed.len()) {
        return Vec::new();
    }
    let finding = |(node, target, folders): &(&Node, &str, Vec<&str>)| {
        // A folder of another name says nothing; one app may live elsewhere, but hardly a part of it.
        let folder = *folders.get(depth).filter(|folder| *folder != target && cluster.has_namespace(folder))?;
        let beside = aimed.iter().find(|(other, place, _)| other.span.file == node.span.file && *place == folder)?;
        let message =
            format!("this part of an app lies in folder `{folder}`, but is deployed into namespace `{target}`");
        let help = format!("folder and namespace agree in {agreeing} of {} Kustomizations", aimed.len());
        Some(Finding::new(node.span, message).help(help).related(beside.0.span, "another part of it goes there"))
    };
    aimed.iter().filter_map(finding).collect()
}
