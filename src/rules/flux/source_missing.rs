use crate::diagnostic::{Finding, Severity};
use crate::links::{Kind, Place};
use crate::model::cluster::{Cluster, Resolved};
use crate::model::inventory::Answer;
use crate::rule::{Rule, is_convention};
use std::collections::BTreeMap;

/// A source that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut sources: BTreeMap<(&str, &Place), Vec<&Resolved>> = BTreeMap::new();
    for resolved in &cluster.references {
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
        let usual = usual(named);
        let odd = |resolved| odd(resolved, usual?, named.len());
        let missing = |(_, reference, answer): &Resolved| answer.missing(reference);
        named.iter().filter_map(|resolved| missing(resolved).or_else(|| odd(resolved))).collect::<Vec<_>>()
    };
    sources.values().flat_map(finding).collect()
}

/// The kind by which almost everybody calls a source, and how many do.
fn usual<'a>(named: &[&'a Resolved<'a>]) -> Option<(&'a Kind, usize)> {
    let mut counts: BTreeMap<&Kind, usize> = BTreeMap::new();
    for kind in named.iter().filter_map(|(_, reference, _)| reference.kinds.first()) {
        *counts.entry(kind).or_default() += 1;
    }
    counts.into_iter().find(|(_, count)| is_convention(*count, named.len()))
}

/// A source out of sight that is called by another kind than usual.
fn odd((_, reference, answer): &Resolved, (usual, agreeing): (&Kind, usize), all: usize) -> Option<Finding> {
    let (name, own) = (reference.name.literal()?, reference.kinds.first()?);
    if own == usual || matches!(answer, Answer::Here(_)) {
        return None;
    }
    let message = format!("{} `{name}` is a {} elsewhere", own.kind, usual.kind);
    let help = format!("{agreeing} of {all} name the {}: write `kind: {}`", usual.kind, usual.kind);
    Some(Finding::new(reference.name.span, message).help(help))
}
