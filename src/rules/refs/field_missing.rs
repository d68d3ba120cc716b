use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::{Cluster, Resolved};
use crate::rule::Rule;
use crate::source::Span;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// A key of 1Password that names no field.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// The provider whose keys are an item and a field.
const PROVIDER: [&str; 3] = ["spec", "provider", "onepasswordSDK"];

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let stores = members.filter(|resource| resource.node.at(&PROVIDER).is_some());
    let stores: BTreeSet<Span> = stores.map(|store| store.name_span()).collect();
    cluster.references.iter().filter(|_| !stores.is_empty()).flat_map(|resolved| findings(resolved, &stores)).collect()
}

/// What is wrong with the keys of an ExternalSecret whose store is one of these.
fn findings((member, reference, answer): &Resolved, stores: &BTreeSet<Span>) -> Vec<Finding> {
    let spec = member.resource.spec().filter(|_| member.resource.is("external-secrets.io", "ExternalSecret"));
    let own = |spec: &&Node| {
        let name = spec.at(&["secretStoreRef", "name"]);
        name.is_some_and(|name| std::ptr::eq(name, reference.name))
    };
    let entries = answer.entries();
    let only = !entries.is_empty() && entries.iter().all(|entry| stores.contains(&entry.span));
    let data = spec.filter(own).filter(|_| only).map_or(&[][..], |spec| spec.items_at(&["data"]));
    data.iter().filter(|entry| entry.get("sourceRef").is_none()).filter_map(finding).collect()
}

fn finding(entry: &Node) -> Option<Finding> {
    let key = entry.at(&["remoteRef", "key"])?;
    let text = key.literal().filter(|text| !text.trim_matches('/').contains('/'))?;
    Some(Finding::new(key.span, format!("`{text}` names no field: a key of this store is an item and a field")))
}
