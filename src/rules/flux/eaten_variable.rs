use crate::diagnostic::{Finding, Severity};
use crate::flux::substitute::{Scripts, distinct};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// A variable of a script that Flux takes for its own.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut found = Vec::new();
    for applied in cluster.kustomizations() {
        let mut scripts = Scripts::default();
        let missing = distinct(&applied.uses).filter(|used| used.found.is_missing());
        for used in missing.filter(|used| scripts.hold(used)) {
            let text = used.text.get(used.found.range.clone()).unwrap_or("${…}");
            let source = cluster.repo.file_of(used.scalar).map_or("", |file| file.source.text.as_str());
            let message = format!("Flux substitutes `{text}` in this text, but nothing defines the variable");
            let help =
                format!("write `${text}`, or set `kustomize.toolkit.fluxcd.io/substitute: disabled` on the object");
            let finding = Finding::new(used.span(source), message).help(help);
            found.push(
                finding
                    .related(applied.resource.name_span(), format!("rendered by Kustomization `{}`", applied.name())),
            );
        }
    }
    found
}
