use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::{Cluster, Generated};
use crate::model::doubt::also;
use crate::model::generated::plain_names;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::{FileId, Span};
use std::collections::BTreeMap;

/// An object that names a generated one without the hash which kustomize adds to it.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

/// The names that kustomize does not change, with the objects they are in.
type Names<'a> = BTreeMap<Span, (Generated<'a>, &'a Resource)>;

fn check(cluster: &Cluster) -> Vec<Finding> {
    // The generators of one kustomization are set up alike.
    let mut causes: BTreeMap<FileId, Names> = BTreeMap::new();
    for (span, generated, resource) in plain_names(cluster) {
        let file = generated.resource.name_span().file;
        causes.entry(file).or_default().insert(span, (generated, resource));
    }
    causes.values().filter_map(finding).collect()
}

fn finding(names: &Names) -> Option<Finding> {
    let (span, (generated, holder)) = names.first_key_value()?;
    let (kind, real) = (&generated.resource.kind, generated.resource.name().unwrap_or(""));
    let message = format!("kustomize calls this {kind} `{real}`, and does not change the name in a {}", holder.kind);
    let finding =
        Finding::new(*span, message).help("set `disableNameSuffixHash: true` under `options` of the generator");
    let finding = finding.related(generated.resource.name_span(), "generated here");
    Some(also(finding, names.keys().copied(), "nor here"))
}
