use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::flux::Applied;
use crate::flux::envsubst::Variable;
use crate::flux::substitute::{Scripts, VariableUse, distinct};
use crate::model::cluster::Cluster;
use crate::model::doubt::{Evidence, Search, Thing, judge};
use crate::rule::Rule;
use crate::source::nearest;
use std::collections::BTreeSet;

/// A variable that nothing defines: since Flux 2.9 the Kustomization fails, before it became empty text.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let all = cluster.repo.fleet().clusters.iter().flat_map(|cluster| &cluster.kustomizations);
    let all = all.flat_map(|applied| applied.variables.iter());
    let defined: BTreeSet<&str> = all.map(|(name, _)| name.as_str()).collect();
    let mut searches = Vec::new();
    for (index, applied) in cluster.flux.kustomizations.iter().enumerate() {
        let mut scripts = Scripts::default();
        searches.extend(distinct(&applied.uses).filter(|used| !scripts.hold(used)).map(|used| {
            let name = used.found.name.as_str();
            let path = cluster.repo.file_of(used.scalar).map_or("", |file| &file.source.path);
            Search {
                thing: Thing { kind: "variable", name },
                // A variable that others define is missing in the Kustomization, any other in the file that uses it.
                scope: if defined.contains(name) { applied.name() } else { path },
                seeker: (index, "", ""),
                missing: evidence(applied, used, &defined).map(|sure| (sure, finding(cluster, applied, used))),
            }
        }));
    }
    judge(searches)
}

/// How sure it is that a variable has no value; `None` where it has one, or may have.
fn evidence(applied: &Applied, used: &VariableUse, defined: &BTreeSet<&str>) -> Option<Evidence> {
    let name = used.found.name.as_str();
    // Where some of the variables are out of sight, only a misspelling of one in sight is certain.
    let unseen = used.found.variable == Variable::Unknown(None) && used.found.default.is_none();
    if unseen && applied.variables.slip(name).is_some() {
        return Some(Evidence::Plain);
    }
    let evidence = if defined.contains(name) { Evidence::Plain } else { Evidence::Good };
    used.found.is_missing().then_some(evidence)
}

fn finding(cluster: &Cluster, applied: &Applied, used: &VariableUse) -> Finding {
    let name = &used.found.name;
    let source = cluster.repo.file_of(used.scalar).map_or("", |file| file.source.text.as_str());
    let help = match nearest(name, applied.variables.iter().map(|(name, _)| name.as_str())) {
        Some(near) => did_you_mean(format_args!("${{{near}}}")),
        None => format!(
            "define it under `postBuild` of Kustomization `{}`, or write `$${{{name}}}` to keep the text",
            applied.name()
        ),
    };
    let finding = Finding::new(used.span(source), format!("variable `{name}` is not defined")).help(help);
    finding.related(applied.resource.name_span(), format!("rendered by Kustomization `{}`", applied.name()))
}
