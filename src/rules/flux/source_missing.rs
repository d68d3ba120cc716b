use crate::deployed::{Deployed, Resolved};
use crate::diagnostic::{Finding, Severity};
use crate::inventory::Answer;
use crate::links::Place;
use crate::rule::{Rule, is_convention};
use std::collections::BTreeMap;

/// A source that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let mut sources: BTreeMap<(&str, &Place), Vec<&Resolved>> = BTreeMap::new();
    for resolved in &deployed.references {
        let (member, reference, _) = resolved;
        let is_source = reference
            .kinds
            .iter()
            .all(|kind| kind.group == "source.toolkit.fluxcd.io" && kind.kind != "ExternalArtifact");
        let flux = member.resource.is_helm_release() || member.resource.is_flux_kustomization();
        let name = reference.name.text().filter(|_| is_source && flux);
        name.into_iter().for_each(|name| sources.entry((name, &reference.place)).or_default().push(resolved));
    }
    let finding = |named: &Vec<&Resolved>| {
        named.iter().filter_map(|resolved| missing(resolved).or_else(|| odd(resolved, named))).collect::<Vec<_>>()
    };
    sources.values().flat_map(finding).collect()
}

fn missing((_, reference, answer): &Resolved) -> Option<Finding> {
    // Whoever starts Flux makes its own source.
    let by_hand = reference.name.text() == Some("flux-system");
    answer.missing(reference).filter(|_| !by_hand || answer.is_evident())
}

/// A source out of sight that almost everybody else knows as another kind.
fn odd((_, reference, answer): &Resolved, named: &[&Resolved]) -> Option<Finding> {
    if matches!(answer, Answer::Here(_)) {
        return None;
    }
    let (name, own) = (reference.name.literal()?, reference.kinds.first()?);
    let kinds = || named.iter().filter_map(|(_, other, _)| other.kinds.first());
    let usual = kinds().find(|kind| *kind != own)?;
    let agreeing = kinds().filter(|kind| *kind == usual).count();
    is_convention(agreeing, named.len()).then(|| {
        let message = format!("{} `{name}` is a {} elsewhere", own.kind, usual.kind);
        let help = format!("{agreeing} of {} name the {}: write `kind: {}`", named.len(), usual.kind, usual.kind);
        Finding::new(reference.name.span, message).help(help)
    })
}
