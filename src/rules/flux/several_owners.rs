use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// An object that several Kustomizations apply, so that they overwrite and prune one another's.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut owners: BTreeMap<_, Vec<(&Applied, &Resource)>> = BTreeMap::new();
    for (applied, resource) in cluster.applied().filter(|(_, resource)| !is_shared_on_purpose(resource)) {
        if let Some(identity) = resource.identity() {
            owners.entry(identity).or_default().push((applied, resource));
        }
    }
    owners.values().flat_map(|owners| findings(owners)).collect()
}

fn is_shared_on_purpose(resource: &Resource) -> bool {
    let ssa = resource.annotation("kustomize.toolkit.fluxcd.io/ssa");
    ssa.is_some_and(|ssa| {
        ssa.eq_ignore_ascii_case("ifnotpresent")
            || ssa.eq_ignore_ascii_case("merge")
            || ssa.eq_ignore_ascii_case("ignore")
    }) || resource.is_flux_kustomization()
}

fn findings(owners: &[(&Applied, &Resource)]) -> Vec<Finding> {
    let kustomizations: BTreeSet<Span> = owners.iter().map(|(applied, _)| applied.resource.name_span()).collect();
    if kustomizations.len() < 2 {
        return Vec::new();
    }
    let mut said = BTreeSet::new();
    let definitions = owners.iter().filter(|(_, resource)| said.insert(resource.name_span()));
    definitions.filter_map(|definition| finding(definition, owners, kustomizations.len())).collect()
}

fn finding((own, resource): &(&Applied, &Resource), owners: &[(&Applied, &Resource)], count: usize) -> Option<Finding> {
    let mut others = owners.iter().filter(|(applied, _)| applied.resource.name_span() != own.resource.name_span());
    let (other, definition) = others.next()?;
    let more = if count > 2 { format!(" and {} more", count - 2) } else { String::new() };
    let message = format!(
        "`{}` is applied by {count} Kustomizations: `{}`, `{}`{more}",
        resource.title(),
        own.name(),
        other.name()
    );
    let finding = Finding::new(resource.name_span(), message)
        .help("let one Kustomization apply it and the others depend on that, or give each its own");
    Some(match definition.name_span() {
        span if span == resource.name_span() => finding.related(other.resource.name_span(), "one of them"),
        span => finding.related(span, "another definition"),
    })
}
