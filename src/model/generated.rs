//! Generated ConfigMaps and Secrets: where their names are written without the hash.

use crate::flux::Applied;
use crate::model::cluster::{Cluster, Generated};
use crate::model::inventory::Answer;
use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{Entry, Node};
use std::collections::BTreeMap;

/// Generated objects by their names without the hash.
type ByName<'a> = BTreeMap<&'a str, Vec<Generated<'a>>>;

/// Where something beside a generated object names it without its hash, and kustomize does not add one; with the object
/// that does.
pub fn plain_names<'a>(cluster: &Cluster<'a>) -> Vec<(Span, Generated<'a>, &'a Resource)> {
    let mut by_name = ByName::new();
    for generated in cluster.generated() {
        by_name.entry(generated.name).or_default().push(generated);
    }
    let mut found = in_releases(&by_name);
    found.extend(in_references(cluster, &by_name));
    found
}

/// Where releases beside a generated object name it.
fn in_releases<'a>(by_name: &ByName<'a>) -> Vec<(Span, Generated<'a>, &'a Resource)> {
    let mut found = Vec::new();
    let all: BTreeMap<Span, &Applied> = by_name
        .values()
        .flatten()
        .map(|generated| (generated.applied.resource.name_span(), generated.applied))
        .collect();
    for applied in all.values() {
        for release in applied.resources.iter().filter(|resource| resource.is_helm_release()) {
            release.node.walk(&mut |node| {
                for Entry { key, value } in node.entries() {
                    let named = value.get("name").unwrap_or(value);
                    let beside = named.text().and_then(|name| by_name.get(name)).into_iter().flatten();
                    let beside = beside.filter(|generated| {
                        std::ptr::eq(generated.applied, *applied)
                            && generated.resource.namespace() == release.namespace()
                            && says(node, key, value, generated)
                    });
                    found.extend(beside.map(|generated| (named.span, *generated, release)));
                }
            });
        }
    }
    found
}

/// Where other objects beside a generated one refer to it.
fn in_references<'a>(cluster: &Cluster<'a>, by_name: &ByName<'a>) -> Vec<(Span, Generated<'a>, &'a Resource)> {
    let named = cluster.references.iter().flat_map(|(member, reference, answer)| {
        let missing = !member.from_chart && !matches!(answer, Answer::Here(_));
        let name = reference.name.literal().filter(|_| missing);
        let beside = name.and_then(|name| by_name.get(name)).into_iter().flatten().filter(|generated| {
            reference.kinds.iter().any(|kind| kind.kind == generated.resource.kind)
                && reference.place.namespace() == generated.resource.namespace()
                && cluster.owner(member).is_some_and(|owner| std::ptr::eq(owner, generated.applied))
        });
        beside.map(|generated| (reference.name.span, *generated, &member.resource))
    });
    named.collect()
}

/// Whether the words around a name say that it is the name of such a thing.
fn says(map: &Node, key: &Node, value: &Node, generated: &Generated) -> bool {
    let kind = generated.resource.kind.to_ascii_lowercase();
    let says = |text: Option<&str>| text.is_some_and(|text| text.to_ascii_lowercase().contains(&kind));
    let typed = || ["type", "kind"].iter().any(|field| says(map.text_at(&[field])));
    says(key.text()) || !value.is_map() && key.text() == Some("name") && typed()
}
