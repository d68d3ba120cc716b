use crate::diagnostic::{Finding, Severity};
use crate::links::Kind;
use crate::model::cluster::{Cluster, Resolved};
use crate::rule::Rule;

/// A source that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let sources = cluster.references.iter().filter(|resolved| names_source(resolved));
    cluster.judge(sources, |(_, reference, answer)| answer.missing(reference))
}

fn names_source((member, reference, _): &Resolved) -> bool {
    let source = |kind: &Kind| kind.group == "source.toolkit.fluxcd.io" && kind.kind != "ExternalArtifact";
    let flux = member.resource.is_helm_release() || member.resource.is_flux_kustomization();
    flux && reference.kinds.iter().all(source)
}
