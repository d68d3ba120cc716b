use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::flux::Applied;
use crate::flux::envsubst::Variable;
use crate::flux::substitute::{Scripts, VariableUse};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::source::nearest;
use std::collections::BTreeSet;

/// A variable that nothing defines: since Flux 2.9 the Kustomization fails, before it became empty text.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.kustomizations().flat_map(|applied| findings(cluster, applied)).collect()
}

fn findings(cluster: &Cluster, applied: &Applied) -> Vec<Finding> {
    // Where some of the variables are out of sight, only a misspelling of one in sight is certain.
    let misspelt = |used: &VariableUse| {
        let unseen = used.found.variable == Variable::Unknown(None) && used.found.default.is_none();
        unseen && applied.variables.meant(&used.found.name).is_some()
    };
    let mut scripts = Scripts::default();
    let missing = applied.uses.iter().filter(|used| (used.found.is_missing() || misspelt(used)) && !scripts.hold(used));
    // One text may use a variable a hundred times.
    let mut said = BTreeSet::new();
    let first = missing.filter(|used| said.insert((used.scalar, used.found.name.clone())));
    first.map(|used| finding(cluster, applied, used)).collect()
}

fn finding(cluster: &Cluster, applied: &Applied, used: &VariableUse) -> Finding {
    let name = &used.found.name;
    let source = cluster.repo.file_of(used.scalar).map_or("", |file| file.source.text.as_str());
    let names: Vec<&str> = applied.variables.iter().map(|(name, _)| name.as_str()).collect();
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => did_you_mean(format_args!("${{{near}}}")),
        None => format!(
            "define it under `postBuild` of Kustomization `{}`, or write `$${{{name}}}` to keep the text",
            applied.name()
        ),
    };
    let finding = Finding::new(used.span(source), format!("variable `{name}` is not defined")).help(help);
    finding.related(applied.resource.name_span(), format!("rendered by Kustomization `{}`", applied.name()))
}
