//! The last steps of a build: hashes, references, variables, and how resources are written.

use super::context::{Context, Notes};
use super::fault::{Fault, FaultKind, Unchecked};
use super::file::Kustomization;
use super::hash::hash;
use super::level::Level;
use super::names::follow_names;
use super::object::{self, Object, map_at, put};
use super::origin;
use super::reread::reread;
use super::sort;
use super::vars::resolve_vars;
use crate::resource::{Resource, Tree};
use crate::source::FileId;
use crate::yaml::{Entry, Mode, Node, Resolved, Style, Value};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a folder gives.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// The resources, in kustomize's order.
    pub resources: Vec<Resource>,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What was not judged.
    pub unchecked: Vec<Unchecked>,
    /// The files that were read.
    pub files: BTreeSet<FileId>,
    /// Whether resources may be missing or differ because something is not at hand: joins must stay silent.
    pub incomplete: bool,
}

impl Built {
    /// Whether the real kustomize fails.
    pub fn fails(&self) -> bool {
        self.faults.iter().any(|fault| fault.kind.is_fatal())
    }
}

/// The resources of the outermost kustomization, as they are written.
pub(super) fn finish(mut context: Context, kustomization: &Kustomization, mut level: Level, sorted: bool) -> Built {
    let (facts, hashed) = (context.facts, level.set.objects_mut().iter_mut().filter(|object| object.hashed));
    // Dashboards are large, and all of them may be in one kustomization.
    hashed.collect::<Vec<_>>().into_par_iter().for_each(|object| {
        object.store_previous();
        add_hash(&mut object.node);
        object.refresh(facts);
    });
    follow_names(&mut context, &mut level);
    resolve_vars(&mut context, &mut level);
    level.set.objects_mut().retain(|object| !is_local(&object.node));
    match kustomization.root.get("sortOptions").filter(|options| options.is_map()) {
        Some(options) => sort::sort(&mut context, &mut level, options),
        None if sorted => sort::legacy(&mut level, None),
        None => {}
    }
    let asks = |option: &str| kustomization.items("buildMetadata").iter().find(|item| item.text() == Some(option));
    let metadata = Metadata {
        managed_by: asks("managedByLabel"),
        origins: asks("originAnnotations"),
        transformations: asks("transformerAnnotations"),
    };
    for object in &level.set.objects {
        object.node.walk_entries(&mut |entry| context.notes.faults.extend(key_fault(&entry.key)));
    }
    let tree = context.tree;
    let resources = level.set.objects.into_iter().filter_map(|object| metadata.finish(object, tree)).collect();
    let Notes { faults, unchecked, files, incomplete } = context.notes;
    Built { resources, faults, unchecked, files, incomplete }
}

/// Puts the hash of its content behind the name of a generated resource.
fn add_hash(node: &mut Node) {
    let hash = hash(node);
    let Some(name) = node.get_mut("metadata").and_then(|metadata| metadata.get_mut("name")) else { return };
    let Value::Scalar(scalar) = &mut name.value else { return };
    match hash {
        Some(hash) => scalar.text = format!("{}-{hash}", scalar.text).into(),
        None => {
            scalar.text = format!("{}-", scalar.text).into();
            scalar.unknown = true;
        }
    }
}

/// kustomize writes resources as JSON on the way, where a key is a string.
fn key_fault(key: &Node) -> Option<Fault> {
    let text = key.as_scalar().filter(|scalar| !scalar.unknown)?.text.as_str();
    if key.resolve(Mode::Yaml12) == Some(Resolved::Str) {
        return None;
    }
    let message = format!("kustomize cannot write the key `{text}`, which is not a string");
    Some(Fault::new(FaultKind::InvalidValue, key.span, message).help(format!("put it in quotes: `\"{text}\"`")))
}

/// Whether a resource is for tools only.
fn is_local(node: &Node) -> bool {
    let local = node.at(&["metadata", "annotations", "config.kubernetes.io/local-config"]);
    local.is_some_and(|value| value.as_scalar().is_none_or(|scalar| scalar.text != "false"))
}

/// What `buildMetadata` asks for, each with its place.
struct Metadata<'a> {
    managed_by: Option<&'a Node>,
    origins: Option<&'a Node>,
    transformations: Option<&'a Node>,
}

impl Metadata<'_> {
    /// The resource as it is written.
    fn finish(&self, object: Object, tree: &Tree) -> Option<Resource> {
        let Object { mut node, origin, transformations, .. } = object;
        if let Some(place) = self.managed_by
            && let Some(labels) =
                map_at(&mut node, "metadata", place.span).and_then(|metadata| map_at(metadata, "labels", place.span))
        {
            put(labels, "app.kubernetes.io/managed-by", Node::string(place.span, "kustomize-v5.8.1"));
        }
        let origin = self
            .origins
            .zip(origin.as_deref())
            .map(|(place, origin)| (place, "config.kubernetes.io/origin", origin.text()));
        let changed = !transformations.is_empty();
        let transformed = self.transformations.filter(|_| changed).map(|place| {
            let text = origin::transformations(transformations.iter().map(Arc::as_ref));
            (place, "alpha.config.kubernetes.io/transformations", text)
        });
        for (place, key, text) in [origin, transformed].into_iter().flatten() {
            let metadata = map_at(&mut node, "metadata", place.span);
            if let Some(annotations) = metadata.and_then(|metadata| map_at(metadata, "annotations", place.span)) {
                put(annotations, key, Node::scalar(place.span, text, Style::Literal));
            }
        }
        tidy_annotations(&mut node);
        reread(&mut node, tree);
        Resource::new(node)
    }
}

/// kustomize writes all annotations as strings, and none where there are none.
fn tidy_annotations(node: &mut Node) {
    let Some(annotations) = node.at(&["metadata", "annotations"]) else { return };
    let string = |value: &Node| {
        let Some(scalar) = value.as_scalar() else { return false };
        scalar.unknown || object::is_string(value) && scalar.style != Style::Folded
    };
    let entries = annotations.entries();
    if !entries.is_empty() && entries.iter().all(|entry| string(&entry.value)) {
        return;
    }
    let span = annotations.span;
    let pairs: Vec<Entry> =
        entries.iter().map(|entry| Entry { key: entry.key.clone(), value: object::as_string(&entry.value) }).collect();
    let Some(metadata) = node.get_mut("metadata") else { return };
    if pairs.is_empty() {
        metadata.remove("annotations");
    } else {
        put(metadata, "annotations", Node::map(span, pairs));
    }
}
