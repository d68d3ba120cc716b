use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// Health checks that `wait` makes Flux ignore.
pub const RULE: Rule = Rule::cluster(Severity::Info, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.kustomizations().filter_map(finding).collect()
}

fn finding(applied: &Applied) -> Option<Finding> {
    let wait = applied.spec().wait().filter(|wait| wait.is_true())?;
    let checks = applied.resource.spec()?.entry("healthChecks").filter(|entry| !entry.value.items().is_empty())?;
    let message =
        format!("Flux ignores the health checks of Kustomization `{}`: it waits for everything", applied.name());
    let help = "delete one of them: `wait: true` covers all that is applied, `healthChecks` only what is listed";
    Some(Finding::new(checks.key.span, message).help(help).related(wait.span, "it waits because of this"))
}
