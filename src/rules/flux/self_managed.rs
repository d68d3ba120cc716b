use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;

/// A Kustomization that applies itself, besides the one that is meant to.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    // The Kustomization at an entry point applies itself on purpose.
    cluster.kustomizations().filter(|applied| applied.parent.is_some()).filter_map(finding).collect()
}

fn finding(applied: &Applied) -> Option<Finding> {
    let own = &applied.resource;
    let itself = applied.resources.iter().find(|resource| {
        resource.is_flux_kustomization() && resource.name() == own.name() && resource.namespace() == own.namespace()
    })?;
    let path = applied.spec().path().and_then(Node::text).unwrap_or("");
    let message = format!("Kustomization `{}` applies itself: `{path}` holds the file that defines it", applied.name());
    let finding = Finding::new(applied.spec().path_span(), message)
        .help("let the path lead to the folder of the manifests, such as `…/app`");
    Some(if itself.name_span() == own.name_span() {
        finding
    } else {
        finding.related(itself.name_span(), "applied again here")
    })
}
