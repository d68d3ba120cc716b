use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::model::cluster::Cluster;
use crate::model::inventory::Answer;
use crate::resource::Resource;
use crate::rule::Rule;
use std::collections::BTreeSet;

/// A Kustomization whose releases do not wait for their sources.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let releases = cluster.references.iter().filter(|(member, _, _)| member.resource.is_helm_release());
    let mut pairs = BTreeSet::new();
    for (member, reference, answer) in releases {
        if let (Answer::Here(entries), true) =
            (answer, reference.kinds.iter().all(|kind| kind.group == "source.toolkit.fluxcd.io"))
        {
            pairs.extend(entries.iter().filter_map(|entry| Some((entry.applied?, member.applied))));
        }
    }
    let kustomizations = &cluster.flux.kustomizations;
    let metas: BTreeSet<usize> = pairs.iter().map(|(meta, _)| *meta).collect();
    let metas: BTreeSet<usize> =
        metas.into_iter().filter(|meta| kustomizations.get(*meta).is_some_and(holds_sources)).collect();
    let late = pairs.into_iter().filter(|(meta, user)| metas.contains(meta) && !cluster.comes_first(*meta, *user));
    // What stands beside the sources, and leads to the release, is to wait.
    let beside = late.filter_map(|(meta, user)| {
        let meta = kustomizations.get(meta)?;
        let chain = cluster.flux.chain(user);
        Some((meta, chain.into_iter().find(|applied| applied.parent == meta.parent)?))
    });
    let mut said = BTreeSet::new();
    let first = beside.filter(|(meta, user)| said.insert((meta.resource.name_span(), user.resource.name_span())));
    first.map(|(meta, user)| finding(meta, user)).collect()
}

/// Whether it applies nothing but sources, and waits for them on somebody's behalf.
fn holds_sources(applied: &Applied) -> bool {
    let is_source = |resource: &Resource| resource.group() == "source.toolkit.fluxcd.io";
    applied.spec().waits() && !applied.resources.is_empty() && applied.resources.iter().all(is_source)
}

fn finding(meta: &Applied, user: &Applied) -> Finding {
    let (name, needed) = (user.name(), meta.name());
    let message = format!("Kustomization `{name}` takes charts from sources of `{needed}` and does not wait for it");
    let help = format!("add `{needed}` to its `dependsOn`");
    Finding::new(user.resource.name_span(), message)
        .help(help)
        .related(meta.resource.name_span(), "it applies the sources")
}
