use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::flux::source::Location;
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A namespace in a kustomization that Flux overrides.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.kustomizations().filter_map(|applied| finding(cluster, applied)).collect()
}

fn finding(cluster: &Cluster, applied: &Applied) -> Option<Finding> {
    let Location::Here(folder) = &applied.location else { return None };
    let written = cluster.repo.tree().kustomization(folder)?.root()?.get("namespace")?;
    let target = applied.spec().target_namespace()?;
    let (own, wins) = (written.literal()?, target.literal()?);
    if own == wins {
        return None;
    }
    let message =
        format!("namespace `{own}` is overridden: Kustomization `{}` applies this to `{wins}`", applied.name());
    let finding =
        Finding::new(written.span, message).help("`targetNamespace` wins: write the same here, or delete one");
    Some(finding.related(target.span, "it is set here"))
}
