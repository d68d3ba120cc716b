use crate::diagnostic::{Finding, Severity};
use crate::links::{Kind, Reference};
use crate::model::cluster::Cluster;
use crate::model::inventory::{Answer, Member};
use crate::rule::Rule;
use crate::yaml::Node;
use smol_str::SmolStr;

/// A dependency that does not exist, so that its owner waits for ever.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let roots = cluster.roots();
    cluster.inventory.members.iter().chain(&roots).flat_map(|member| findings(cluster, member)).collect()
}

fn findings(cluster: &Cluster, member: &Member) -> Vec<Finding> {
    let waiting = &member.resource;
    if !waiting.is_flux_kustomization() && !waiting.is_helm_release() {
        return Vec::new();
    }
    let names: Vec<&Node> =
        waiting.node.items_at(&["spec", "dependsOn"]).iter().filter_map(|entry| entry.get("name")).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let mut references = cluster.repo.links().references(waiting);
    references.retain(|reference| names.iter().any(|name| std::ptr::eq(*name, reference.name)));
    references
        .iter()
        .filter_map(|reference| finding(cluster, reference, &cluster.inventory.answer(member, reference)))
        .collect()
}

fn finding(cluster: &Cluster, reference: &Reference, answer: &Answer) -> Option<Finding> {
    let Answer::Missing { elsewhere, near } = answer else { return None };
    let name = reference.name.literal()?;
    let kind = reference.kinds.first()?;
    let finding = Finding::new(reference.name.span, format!("{} `{name}` does not exist", kind.kind));
    if let Some(entry) = elsewhere.first() {
        let namespace = entry.place.namespace().unwrap_or("another namespace");
        return Some(
            finding
                .help(format!("it exists in namespace `{namespace}`: add `namespace: {namespace}`"))
                .related(entry.span, "here"),
        );
    }
    let other = other_kind(kind)?;
    if let Some(entry) = cluster.inventory.named(&other, name).next() {
        let help = format!("it exists as a {}, which a {} cannot depend on", other.kind, kind.kind);
        return Some(finding.help(help).related(entry.span, "here"));
    }
    Some(match near {
        Some(near) => near.suggest(finding),
        None => finding,
    })
}

fn other_kind(kind: &Kind) -> Option<Kind> {
    let (group, kind) = match kind.kind.as_str() {
        "Kustomization" => ("helm.toolkit.fluxcd.io", "HelmRelease"),
        "HelmRelease" => ("kustomize.toolkit.fluxcd.io", "Kustomization"),
        _ => return None,
    };
    Some(Kind { group: SmolStr::new_static(group), kind: SmolStr::new_static(kind) })
}
