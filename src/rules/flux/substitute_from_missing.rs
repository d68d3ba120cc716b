use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::rule::Rule;

/// Variables from a ConfigMap or Secret that does not exist.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut found = Vec::new();
    for applied in cluster.kustomizations() {
        for source in applied.variables.sources.iter().filter(|source| source.defined.is_none() && !source.optional) {
            let Some(name) = source.name.literal() else { continue };
            // A Secret may be made by hand, once, before Flux runs.
            if source.kind == "Secret" && !cluster.makes_secrets_of_its_own() {
                continue;
            }
            let namespace = applied.namespace();
            let message = format!("{} `{name}` does not exist in namespace `{namespace}`", source.kind);
            let help = format!("Kustomization `{}` cannot be built without it", applied.name());
            found.push(Finding::new(source.name.span, message).help(help));
        }
    }
    found
}
