use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::rule::{Rule, is_convention};
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A Kustomization that deploys into another namespace than the folder of its app says, where the house names them alike.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let aimed = deployed.kustomizations().filter_map(|applied| {
        let spec = applied.resource.spec()?;
        let target = spec.get("targetNamespace")?;
        let folders = spec.get("path")?.literal()?.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
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
        // A folder of another name says nothing.
        let folder = *folders.get(depth).filter(|folder| *folder != target && deployed.has_namespace(folder))?;
        let message = format!("the app lies in folder `{folder}`, but is deployed into namespace `{target}`");
        let help = format!("folder and namespace agree in {agreeing} of {} Kustomizations", aimed.len());
        Some(Finding::new(node.span, message).help(help))
    };
    aimed.iter().filter_map(finding).collect()
}
