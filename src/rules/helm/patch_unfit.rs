use crate::diagnostic::{Finding, Severity};
use crate::kustomize::Fault;
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A patch of a post-renderer that fits nothing which the chart makes.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.inventory.misfits.iter().map(finding).collect()
}

fn finding(misfit: &Fault) -> Finding {
    let finding = misfit.finding.clone();
    match finding.help {
        Some(_) => finding,
        None => finding.help("`homelint build --releases` shows what the chart makes"),
    }
}
