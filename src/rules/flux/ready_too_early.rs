use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::model::cluster::Cluster;
use crate::model::doubt::is_convention;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A dependency that is called ready before what it applies is.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut needed: BTreeMap<usize, &Applied> = BTreeMap::new();
    for applied in cluster.kustomizations() {
        let targets = applied.dependencies().filter_map(|(namespace, name)| cluster.flux.index(namespace, name));
        needed.extend(targets.map(|target| (target, applied)));
    }
    let targets = needed.iter().filter_map(|(index, user)| Some((cluster.flux.kustomizations.get(*index)?, *user)));
    let (ready, early): (Vec<_>, Vec<_>) =
        targets.filter(|(target, _)| takes_time(target)).partition(|(target, _)| waits(target));
    let total = ready.len() + early.len();
    // A house where most wait for nothing has decided so.
    if !is_convention(ready.len(), total) {
        return Vec::new();
    }
    let finding = |(target, user): &(&Applied, &Applied)| {
        let message =
            format!("Kustomization `{}` is ready as soon as it is applied, before its objects are", target.name());
        let help = format!("add `wait: true`, as {} of {total} have that others depend on", ready.len());
        let related = format!("`{}` depends on it", user.name());
        Finding::new(target.resource.name_span(), message).help(help).related(user.resource.name_span(), related)
    };
    early.iter().map(finding).collect()
}

fn takes_time(applied: &Applied) -> bool {
    applied.resources.iter().any(|resource| resource.is_helm_release() || resource.is_flux_kustomization())
}

fn waits(applied: &Applied) -> bool {
    let spec = applied.spec();
    spec.waits() || spec.wait().is_some_and(Node::is_unknown) || !spec.health_checks().is_empty()
}
