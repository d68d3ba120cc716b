use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::rule::Rule;

/// A source that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let references = deployed.references.iter().filter(|(member, reference, _)| {
        let source = reference
            .kinds
            .iter()
            .all(|kind| kind.group == "source.toolkit.fluxcd.io" && kind.kind != "ExternalArtifact");
        let flux = member.resource.is_helm_release() || member.resource.is_flux_kustomization();
        source && flux && reference.name.text() != Some("flux-system")
    });
    references.filter_map(|(_, reference, answer)| answer.missing(reference)).collect()
}
