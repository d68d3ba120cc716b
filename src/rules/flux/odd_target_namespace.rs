use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::doubt::is_convention;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A part of an app that is deployed into another namespace than the rest of it and its folder.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

/// Where a Kustomization deploys.
struct Aimed<'a> {
    /// `targetNamespace`
    node: &'a Node,
    target: &'a str,
    /// The folders on its path.
    folders: Vec<&'a str>,
    /// The first word of its name: parts of an app share it.
    app: &'a str,
}

fn check(cluster: &Cluster) -> Vec<Finding> {
    // What applies nothing is there for its dependencies, or for another program.
    let aimed = cluster.kustomizations().filter(|applied| !applied.resources.is_empty()).filter_map(|applied| {
        let target = applied.spec().target_namespace()?;
        let folders = applied.spec().path()?.literal()?.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        Some(Aimed { node: target, target: target.literal()?, folders, app: applied.name().split('-').next()? })
    });
    let aimed: Vec<Aimed> = aimed.collect();
    let mut depths: BTreeMap<usize, usize> = BTreeMap::new();
    for Aimed { target, folders, .. } in &aimed {
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
    let finding = |Aimed { node, target, folders, app }: &Aimed| {
        // A folder of another name says nothing; one app may live elsewhere, but hardly a part of it.
        let folder = *folders.get(depth).filter(|folder| *folder != target && cluster.has_namespace(folder))?;
        let is_beside = |other: &&Aimed| other.node.span.file == node.span.file && other.target == folder;
        let beside = aimed.iter().filter(is_beside).find(|other| other.app == *app)?;
        let message = format!("this part of an app is in folder `{folder}`, but is deployed into namespace `{target}`");
        let help = format!("folder and namespace agree in {agreeing} of {} Kustomizations", aimed.len());
        Some(Finding::new(node.span, message).help(help).related(beside.node.span, "another part of it goes there"))
    };
    aimed.iter().filter_map(finding).collect()
}
