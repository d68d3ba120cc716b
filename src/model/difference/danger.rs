//! What to look at twice in a change.

use super::version::Step;
use super::{FieldChange, ObjectChange, TABLE};
use crate::kubernetes::quantity::Quantity;
use crate::resource::Resource;
use crate::yaml::Node;

/// What to look at twice in a change of an object.
pub(super) fn dangers(change: &ObjectChange) -> Vec<String> {
    let Some(object) = change.object() else { return Vec::new() };
    let kind = kind(object);
    if change.after.is_none() {
        let cost = TABLE.removed.get(&kind);
        return cost.map(|cost| format!("is removed: {cost}")).into_iter().collect();
    }
    if change.before.is_none() {
        return Vec::new();
    }
    let mut found: Vec<String> = change.fields.iter().filter_map(|field| of_field(object, &kind, field)).collect();
    found.extend(
        change.versions.iter().filter(|version| version.step == Step::Down).map(|version| {
            format!("`{}` goes back from {} to {}", version.path, tag(version.before), tag(version.after))
        }),
    );
    found
}

/// `Kind` of the core group, `group/Kind` of any other.
fn kind(object: &Resource) -> String {
    match object.group() {
        "" => object.kind.to_string(),
        group => format!("{group}/{}", object.kind),
    }
}

/// A version without its digest.
fn tag(version: &str) -> &str {
    version.split('@').next().unwrap_or(version)
}

fn of_field(object: &Resource, kind: &str, field: &FieldChange) -> Option<String> {
    let path = field.path.as_str();
    let key = path.rsplit('.').next().unwrap_or(path);
    let is_within = |fixed: &String| {
        path.strip_prefix(fixed.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let became = |truth: bool| {
        field.after.is_some_and(|node| node.is_true() == truth)
            && field.before.is_none_or(|node| node.is_true() != truth)
    };
    let text = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
    let (before, after) = (text(field.before), text(field.after));
    if TABLE.fixed.get(kind).is_some_and(|fixed| fixed.iter().any(is_within)) {
        return Some(format!(
            "`{path}` cannot be changed: the API server refuses it, and the object must be deleted first"
        ));
    }
    if TABLE.rights.iter().any(|right| right == key) && became(true) {
        return Some(format!("`{path}` gives it more rights"));
    }
    let is_flux = object.group().ends_with(".fluxcd.io");
    match (key, before, after) {
        ("suspend", ..) if is_flux && became(true) => {
            Some("is suspended: Flux leaves everything below it as it is".to_owned())
        }
        ("prune", ..) if is_flux && became(false) => {
            Some("no longer deletes what is removed from the repository".to_owned())
        }
        ("storage" | "size", Some(before), Some(after)) if shrinks(&before, &after) => {
            Some(format!("`{path}` shrinks from {before} to {after}, which no volume can"))
        }
        (_, Some(before), Some(after)) => digest(path, &before, &after),
        _ if path.contains("parentRefs") => Some(format!("`{path}` leads the route through another Gateway")),
        _ => None,
    }
}

fn shrinks(before: &str, after: &str) -> bool {
    Quantity::read(before).zip(Quantity::read(after)).is_some_and(|(before, after)| after < before)
}

/// What is wrong with the digest of a new version.
fn digest(path: &str, before: &str, after: &str) -> Option<String> {
    let (old, old_digest) = before.split_once("@sha256:")?;
    match after.split_once("@sha256:") {
        Some((new, digest)) if digest == old_digest && new != old => {
            Some(format!("`{path}` still has the digest of {old}: that is what runs"))
        }
        None => Some(format!("`{path}` has no digest any more")),
        Some(_) => None,
    }
}
