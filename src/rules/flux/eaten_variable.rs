use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::rule::Rule;

/// A variable of a script that Flux takes for its own.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let mut found = Vec::new();
    for applied in deployed.kustomizations() {
        for used in applied.uses.iter().filter(|used| used.found.is_missing() && used.is_in_script()) {
            let name = &used.found.name;
            let source = deployed.repo.file_of(used.scalar).map_or("", |file| file.source.text.as_str());
            let message = format!("Flux substitutes `${{{name}}}` in this script before the shell sees it");
            let help = format!(
                "write `$${{{name}}}`, or set `kustomize.toolkit.fluxcd.io/substitute: disabled` on the object"
            );
            let finding = Finding::new(used.span(source), message).help(help);
            found.push(
                finding
                    .related(applied.resource.name_span(), format!("rendered by Kustomization `{}`", applied.name())),
            );
        }
    }
    found
}
