use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::{Cluster, Generated};
use crate::model::doubt::also;
use crate::model::inventory::Answer;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Node};
use std::collections::BTreeMap;

/// An object that names a generated one without the hash which kustomize adds to it.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

/// The names that kustomize does not change, with the objects they are in.
type Names<'a> = BTreeMap<Span, (Generated<'a>, &'a Resource)>;

fn check(cluster: &Cluster) -> Vec<Finding> {
    // The generators of one kustomization are set up alike.
    let mut causes: BTreeMap<FileId, Names> = BTreeMap::new();
    for generated in cluster.generated() {
        for (span, resource) in in_releases(&generated).into_iter().chain(in_references(cluster, &generated)) {
            let file = generated.resource.name_span().file;
            causes.entry(file).or_default().insert(span, (generated, resource));
        }
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

/// Where releases beside a generated object name it.
fn in_releases<'a>(generated: &Generated<'a>) -> Vec<(Span, &'a Resource)> {
    let beside = generated.applied.resources.iter();
    let releases =
        beside.filter(|other| other.is_helm_release() && other.namespace() == generated.resource.namespace());
    let mut found = Vec::new();
    for release in releases {
        release.node.walk(&mut |node| found.extend(name(node, generated).map(|span| (span, release))));
    }
    found
}

/// Where other objects beside a generated one refer to it.
fn in_references<'a>(cluster: &Cluster<'a>, generated: &Generated<'a>) -> Vec<(Span, &'a Resource)> {
    let named = cluster.references.iter().filter(|(member, reference, answer)| {
        let kind = reference.kinds.iter().any(|kind| kind.kind == generated.resource.kind);
        let missing = !member.from_chart && !matches!(answer, Answer::Here(_));
        let here = reference.place.namespace() == generated.resource.namespace();
        let beside = || cluster.owner(member).is_some_and(|owner| std::ptr::eq(owner, generated.applied));
        reference.name.literal() == Some(generated.name) && kind && missing && here && beside()
    });
    named.map(|(member, reference, _)| (reference.name.span, &member.resource)).collect()
}

/// The name of the object in a mapping whose words say that it is the name of such a thing.
fn name(map: &Node, generated: &Generated) -> Option<Span> {
    let says = |text: Option<&str>| {
        text.is_some_and(|text| text.to_ascii_lowercase().contains(&generated.resource.kind.to_ascii_lowercase()))
    };
    let typed = || ["type", "kind"].iter().any(|field| says(map.text_at(&[field])));
    let value = map.entries().iter().find_map(|Entry { key, value }| {
        let named = value.get("name").unwrap_or(value);
        if named.text() == Some(generated.name) && says(key.text()) {
            return Some(named);
        }
        (value.text() == Some(generated.name) && key.text() == Some("name") && typed()).then_some(value)
    });
    value.map(|value| value.span)
}
