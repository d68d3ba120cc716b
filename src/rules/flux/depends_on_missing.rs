use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::inventory::Answer;
use crate::links::{Kind, Reference};
use crate::rule::Rule;
use smol_str::SmolStr;

/// A dependency that does not exist, so that its owner waits for ever.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let references = deployed.references.iter().filter(|(member, reference, _)| {
        let same = reference
            .kinds
            .iter()
            .any(|kind| kind.kind == member.resource.kind && kind.group == member.resource.group());
        same && matches!(member.resource.kind.as_str(), "Kustomization" | "HelmRelease")
    });
    references.filter_map(|(_, reference, answer)| finding(deployed, reference, answer)).collect()
}

fn finding(deployed: &Deployed, reference: &Reference, answer: &Answer) -> Option<Finding> {
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
    if let Some(entry) = deployed.inventory.named(&other, name).first() {
        let help = format!("it exists as a {}, which a {} cannot depend on", other.kind, kind.kind);
        return Some(finding.help(help).related(entry.span, "here"));
    }
    Some(finding.maybe_help(near.map(|near| format!("did you mean `{near}`?"))))
}

fn other_kind(kind: &Kind) -> Option<Kind> {
    let (group, kind) = match kind.kind.as_str() {
        "Kustomization" => ("helm.toolkit.fluxcd.io", "HelmRelease"),
        "HelmRelease" => ("kustomize.toolkit.fluxcd.io", "Kustomization"),
        _ => return None,
    };
    Some(Kind { group: SmolStr::new_static(group), kind: SmolStr::new_static(kind) })
}
