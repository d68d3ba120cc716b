use crate::diagnostic::{Finding, Severity};
use crate::flux::spec::depends_on;
use crate::links::Kind;
use crate::model::cluster::{Cluster, Resolved};
use crate::model::inventory::Answer;
use crate::rule::Rule;
use smol_str::SmolStr;

/// A dependency that does not exist, so that its owner waits for ever.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let references = cluster.references.iter().chain(&cluster.root_references);
    cluster.judge(references.filter(|resolved| is_dependency(resolved)), |resolved| finding(cluster, resolved))
}

fn is_dependency((member, reference, _): &Resolved) -> bool {
    let waiting = &member.resource;
    let flux = waiting.is_flux_kustomization() || waiting.is_helm_release();
    flux && depends_on(waiting).any(|dependency| std::ptr::eq(dependency.name, reference.name))
}

fn finding(cluster: &Cluster, (_, reference, answer): &Resolved) -> Option<Finding> {
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
