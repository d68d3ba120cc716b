use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::same_data;
use std::collections::{BTreeMap, BTreeSet};

/// An object that several Kustomizations apply, so that they overwrite and prune one another's.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// A Kustomization that applies an object, and the object as it does.
type Owner<'a> = (&'a Applied, &'a Resource);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut objects: BTreeMap<_, Vec<Owner>> = BTreeMap::new();
    // One that applies itself is the subject of `flux/self-managed`.
    let is_itself = |applied: &Applied, resource: &Resource| applied.resource.is_same(resource);
    for (applied, resource) in cluster.applied().filter(|(by, it)| !is_itself(by, it) && !is_shared_on_purpose(it)) {
        if let Some(identity) = resource.identity() {
            objects.entry(identity).or_default().push((applied, resource));
        }
    }
    objects.into_values().filter_map(finding).collect()
}

fn is_shared_on_purpose(resource: &Resource) -> bool {
    let ssa = resource.annotation("kustomize.toolkit.fluxcd.io/ssa");
    ssa.is_some_and(|ssa| ["ifnotpresent", "merge", "ignore"].iter().any(|shared| ssa.eq_ignore_ascii_case(shared)))
}

/// One finding for an object, whoever applies it: it is one mistake.
fn finding(mut owners: Vec<Owner>) -> Option<Finding> {
    owners.sort_by_key(|(applied, resource)| (resource.name_span(), applied.resource.name_span()));
    let mut named = BTreeSet::new();
    owners.retain(|(applied, _)| named.insert((applied.namespace(), applied.name())));
    let [(first, resource), others @ ..] = owners.as_slice() else { return None };
    let (second, _) = others.first()?;
    let more = if others.len() > 1 { format!(" and {} more", others.len() - 1) } else { String::new() };
    let (title, count) = (resource.title(), owners.len());
    let message =
        format!("`{title}` is applied by {count} Kustomizations: `{}`, `{}`{more}", first.name(), second.name());
    let definition = first.unmarked(resource);
    let equal = others.iter().all(|(applied, other)| same_data(&definition, &applied.unmarked(other)));
    let help = if equal {
        "their definitions are equal, but who deletes one of them deletes the object: let one Kustomization apply it"
    } else {
        "their definitions differ and overwrite each other: let one Kustomization apply it, or give each its own"
    };
    let finding = Finding::new(resource.name_span(), message).help(help);
    let finding = if equal { finding.at_most(Severity::Warning) } else { finding };
    Some(owners.iter().fold(finding, |finding, (applied, other)| match other.name_span() {
        span if span == resource.name_span() => {
            finding.related(applied.resource.name_span(), format!("`{}` applies it", applied.name()))
        }
        span => finding.related(span, format!("`{}` applies this definition", applied.name())),
    }))
}
