//! Patches: what they say and which resources they are for.

use super::context::Context;
use super::fault::{Fault, FaultKind};
use super::gather::append;
use super::json_patch::{self, Operation};
use super::level::Level;
use super::merge;
use super::object::{Id, Key, Object, Set, put};
use super::read;
use super::reread;
use super::select::Selector;
use crate::diagnostic::did_you_mean;
use crate::source::{Span, join, nearest};
use crate::yaml::Node;
use std::collections::HashMap;

/// What a patch says.
enum Patch {
    /// Strategic merge patches, each with the span to point at.
    Merge(Vec<Node>),
    /// JSON patch operations.
    Json(Vec<Operation>),
}

/// What `options` allow a strategic merge patch to change.
#[derive(Clone, Copy, Default)]
struct Allowed {
    name: bool,
    kind: bool,
}

/// Identities of the resources, built when first asked for and dropped when one changes.
type Index = Option<HashMap<Key, Vec<usize>>>;

/// `patchesStrategicMerge`: files or texts, each patch for the resource it names.
pub(super) fn apply_strategic_merges(context: &mut Context, level: &mut Level, list: &[Node], folder: &str) {
    let mut index = None;
    for node in list {
        // Text that is no resource is a path.
        let inline = context.embedded(node).filter(|roots| roots.iter().any(Node::is_map));
        let documents = match inline {
            Some(roots) => roots.to_vec(),
            None => match read::file(context, node, folder, FaultKind::PatchMissing) {
                Some(file) => read::documents(context, node, file, FaultKind::PatchInvalid).unwrap_or_default(),
                None => continue,
            },
        };
        for patch in read::objects(context, documents, node.span, FaultKind::PatchInvalid) {
            merge_named(context, level, &patch, node.span, Allowed::default(), &mut index);
        }
    }
}

/// One entry of `patches`, or a `PatchTransformer`; `index` is kept between entries.
pub(super) fn apply_patch(context: &mut Context, level: &mut Level, entry: &Node, folder: &str, index: &mut Index) {
    let text = |field: &str| entry.get(field).filter(|node| node.text().is_some_and(|text| !text.trim().is_empty()));
    let (node, documents) = match (text("patch"), text("path")) {
        (Some(patch), None) => (patch, context.embedded(patch).map(|roots| roots.to_vec())),
        (None, Some(path)) => match read::file(context, path, folder, FaultKind::PatchMissing) {
            Some(file) => (path, read::documents(context, path, file, FaultKind::PatchInvalid)),
            None => return,
        },
        (found, _) => {
            let message = if found.is_some() {
                "a patch has either `patch` or `path`"
            } else {
                "a patch needs `patch` or `path`"
            };
            return context.fault(Fault::new(FaultKind::PatchInvalid, entry.span, message));
        }
    };
    if node.is_unknown() {
        return context.unchecked(node.span, "the patch is not known offline");
    }
    let Some(documents) = documents else {
        if text("patch").is_some() {
            context.fault(Fault::new(FaultKind::PatchInvalid, node.span, "the patch is no YAML"));
        }
        return;
    };
    let target =
        match entry.get("target").filter(|target| !target.is_null()).map(|target| (target, Selector::of(target))) {
            None => None,
            Some((target, Ok(selector))) => Some((target, selector)),
            Some((_, Err((span, message)))) => {
                return context.fault(Fault::new(FaultKind::InvalidValue, span, message));
            }
        };
    let option = |field: &str| entry.at(&["options", field]).is_some_and(Node::is_true);
    let allowed = Allowed { name: option("allowNameChange"), kind: option("allowKindChange") };
    match read_patch(context, documents, node.span) {
        None => {}
        Some(Patch::Json(_)) if !is_json_patch(context, node, folder) => {}
        Some(Patch::Json(operations)) => {
            let Some((target, selector)) = target else {
                let help = "add `target` with `kind` and `name`";
                return context
                    .fault(Fault::new(FaultKind::PatchInvalid, node.span, "a JSON patch needs a target").help(help));
            };
            apply_operations(context, level, &operations, &selector, target.span, true);
            *index = None;
        }
        Some(Patch::Merge(patches)) => match target {
            Some((target, selector)) => {
                if let Some(second) = patches.get(1) {
                    let message = "a patch with a `target` may hold one document only";
                    return context.fault(Fault::new(FaultKind::PatchInvalid, second.span, message));
                }
                let Some(patch) = patches.first() else { return };
                merge_selected(context, level, patch, &selector, target.span, allowed);
                *index = None;
            }
            None => {
                for patch in patches {
                    let patch = Object::new(patch, context.facts);
                    merge_named(context, level, &patch, node.span, allowed, index);
                }
            }
        },
    }
}

/// One entry of `patchesJson6902`, or a `PatchJson6902Transformer`, which calls the text `jsonOp`.
pub(super) fn apply_json6902(context: &mut Context, level: &mut Level, entry: &Node, folder: &str) {
    let Some(target) = entry.get("target") else {
        return context.fault(Fault::new(FaultKind::PatchInvalid, entry.span, "a JSON patch needs a target"));
    };
    let selector = match Selector::of(target) {
        Ok(selector) => selector,
        Err((span, message)) => return context.fault(Fault::new(FaultKind::InvalidValue, span, message)),
    };
    if target.get("name").is_none_or(Node::is_null) {
        context.fault(Fault::new(FaultKind::PatchInvalid, target.span, "the target of a JSON patch needs a name"));
    }
    let inline = entry.get("patch").or(entry.get("jsonOp"));
    let (node, documents) = match (inline, entry.get("path")) {
        (Some(patch), _) => (patch, context.embedded(patch).map(|roots| roots.to_vec())),
        (None, Some(path)) => match read::file(context, path, folder, FaultKind::PatchMissing) {
            Some(file) => (path, read::documents(context, path, file, FaultKind::PatchInvalid)),
            None => return,
        },
        (None, None) => {
            return context.fault(Fault::new(FaultKind::PatchInvalid, entry.span, "a patch needs `patch` or `path`"));
        }
    };
    let list = documents.and_then(|documents| documents.into_iter().find(|document| !document.is_null()));
    let Some(list) = list.filter(Node::is_seq) else {
        return context.fault(Fault::new(FaultKind::PatchInvalid, node.span, "a JSON patch is a list of operations"));
    };
    match json_patch::operations(&list) {
        Ok(operations) => apply_operations(context, level, &operations, &selector, target.span, false),
        Err((span, message)) => context.fault(Fault::new(FaultKind::PatchInvalid, span, message)),
    }
}

/// Whether a JSON patch that begins like JSON is JSON; a fault where it is only YAML.
fn is_json_patch(context: &mut Context, node: &Node, folder: &str) -> bool {
    let text = node.text().unwrap_or_default();
    let file = join(folder, text).and_then(|path| context.tree.find(&path));
    let text = file.map_or(text.trim_start(), |file| file.source.text.as_str());
    let readable = json_patch::is_readable(text);
    if !readable {
        let message = "a JSON patch that begins with `[` must be JSON";
        context.fault(
            Fault::new(FaultKind::PatchInvalid, node.span, message)
                .help("write it as a list with dashes, or quote keys and texts"),
        );
    }
    readable
}

/// Tells strategic merge patches from JSON patches; `None` where there is nothing to apply.
fn read_patch(context: &mut Context, documents: Vec<Node>, span: Span) -> Option<Patch> {
    let first = documents.iter().find(|document| !document.is_null())?;
    if first.is_seq() && !first.items().is_empty() {
        return match json_patch::operations(first) {
            Ok(operations) => Some(Patch::Json(operations)),
            Err((span, message)) => {
                context.fault(Fault::new(FaultKind::PatchInvalid, span, message));
                None
            }
        };
    }
    let objects = read::objects(context, documents, span, FaultKind::PatchInvalid);
    (!objects.is_empty()).then(|| Patch::Merge(objects.into_iter().map(|object| object.node).collect()))
}

/// Merges a patch into the one resource that it names.
fn merge_named(
    context: &mut Context,
    level: &mut Level,
    patch: &Object,
    span: Span,
    allowed: Allowed,
    index: &mut Index,
) {
    let key = patch.id.key();
    let found = index.get_or_insert_with(|| level.set.by_any_id()).get(&key).cloned().unwrap_or_default();
    let [at] = found.as_slice() else {
        return unmatched(context, &level.set, patch, span, found.len());
    };
    let Some(object) = level.set.objects.get(*at) else { return };
    match merge_into(context, object, &patch.node, allowed) {
        Ok(Some(object)) => {
            let changed = object.id != level.set.objects.get(*at).map(|object| object.id.clone()).unwrap_or_default();
            if let Some(slot) =
                if changed { level.set.objects_mut().get_mut(*at) } else { level.set.objects.get_mut(*at) }
            {
                *slot = object;
            }
            if changed {
                *index = None;
            }
        }
        Ok(None) => {
            level.set.objects_mut().remove(*at);
            *index = None;
        }
        Err((place, message)) => context.fault(misfit(place, message, object)),
    }
}

/// Merges a patch into all resources that its target selects.
fn merge_selected(
    context: &mut Context,
    level: &mut Level,
    patch: &Node,
    selector: &Selector,
    target: Span,
    allowed: Allowed,
) {
    let mut matched = false;
    let mut changed = false;
    for at in 0..level.set.objects.len() {
        let Some(object) = level.set.objects.get(at).filter(|object| selector.selects(object)) else { continue };
        matched = true;
        match merge_into(context, object, patch, allowed) {
            Ok(merged) => {
                changed |= merged.as_ref().is_none_or(|merged| merged.id != object.id);
                let gone = || Object { node: Node::map(object.node.span, Vec::new()), ..object.clone() };
                let object = merged.unwrap_or_else(gone);
                if let Some(slot) = level.set.objects.get_mut(at) {
                    *slot = object;
                }
            }
            Err((place, message)) => {
                let fault = misfit(place, message, object);
                context.fault(fault);
            }
        }
    }
    if changed {
        level.set.objects_mut();
        level.set.drop_deleted();
        let objects = std::mem::take(level.set.objects_mut());
        for object in objects {
            append(context, &mut level.set, object, target);
        }
    }
    if !matched {
        unselected(context, selector, target);
    }
}

/// The resource with the patch merged in; name, kind and namespace stay unless the patch may change them.
fn merge_into(
    context: &Context,
    object: &Object,
    patch: &Node,
    allowed: Allowed,
) -> Result<Option<Object>, (Span, String)> {
    let mut patch = patch.clone();
    patch.remove("apiVersion");
    if !allowed.kind {
        patch.remove("kind");
    }
    if let Some(metadata) = patch.get("metadata").filter(|metadata| metadata.is_map()).cloned() {
        let mut metadata = metadata;
        metadata.remove("namespace");
        if !allowed.name {
            metadata.remove("name");
        }
        if metadata.entries().is_empty() {
            patch.remove("metadata");
        } else {
            put(&mut patch, "metadata", metadata);
        }
    }
    let Some(node) = merge::merge(&object.node, &patch, &context.merges())? else { return Ok(None) };
    let mut merged = object.clone();
    if allowed.name || allowed.kind {
        merged.store_previous();
    }
    merged.node = node;
    if allowed.name || allowed.kind {
        merged.refresh(context.facts);
    }
    restore_identity(&mut merged, object, &patch);
    Ok(Some(merged))
}

fn apply_operations(
    context: &mut Context,
    level: &mut Level,
    operations: &[Operation],
    selector: &Selector,
    target: Span,
    remembers: bool,
) {
    let mut matched = false;
    let (facts, tree) = (context.facts, context.tree);
    let mut faults = Vec::new();
    for object in level.set.objects_mut().iter_mut().filter(|object| selector.selects(object)) {
        matched = true;
        if remembers {
            object.store_previous();
        }
        let mut node = object.node.clone();
        reread::through_json(&mut node, tree);
        // kustomize keeps its notes in annotations, so there always are some by now.
        let noted = !object.previous.is_empty() || !object.prefixes.is_empty() || object.hashed;
        if noted && let Some(metadata) = node.get_mut("metadata") {
            super::object::map_at(metadata, "annotations", target);
        }
        match json_patch::apply(&mut node, operations) {
            Ok(()) => {
                object.node = node;
                object.refresh(facts);
            }
            Err((span, message)) => faults.push(misfit(span, message, object)),
        }
    }
    context.notes.faults.extend(faults);
    if !matched {
        unselected(context, selector, target);
    }
}

/// A target that selects nothing: kustomize says nothing. Labels are there for whoever wants the patch.
fn unselected(context: &mut Context, selector: &Selector, target: Span) {
    if !context.notes.incomplete && !selector.has_requirements() {
        let message = format!("no resource matches the target of this patch, `{}`", selector.title());
        context.fault(Fault::new(FaultKind::TargetUnmatched, target, message));
    }
}

/// A patch that names no resource, or several.
fn unmatched(context: &mut Context, set: &Set, patch: &Object, span: Span, found: usize) {
    let name = patch.name_span();
    let place = if name.file == span.file { name } else { span };
    let title = patch.id.title();
    if found > 1 {
        let message = format!("the patch for `{title}` matches {found} resources");
        return context.fault(Fault::new(FaultKind::PatchUnmatched, place, message));
    }
    if context.notes.incomplete {
        return context.unchecked(place, format!("`{title}` may be among what is not at hand"));
    }
    let mut fault =
        Fault::new(FaultKind::PatchUnmatched, place, format!("no resource matches the patch for `{title}`"));
    if place != name {
        fault = fault.related(name, "the patch names it here");
    }
    context.fault(match near(set, &patch.id) {
        Some((help, span)) => fault.help(help).related(span, "this one is near"),
        None => fault,
    });
}

/// Gives back what a patch may not change.
fn restore_identity(merged: &mut Object, before: &Object, patch: &Node) {
    if patch.get("$patch").is_none() && patch.at(&["metadata", "$patch"]).is_none() {
        return;
    }
    for field in ["apiVersion", "kind"] {
        if let (None, Some(node)) = (merged.node.get(field), before.node.get(field)) {
            put(&mut merged.node, field, node.clone());
        }
    }
    for field in ["name", "namespace"] {
        if let Some(node) = before.node.at(&["metadata", field])
            && merged.node.at(&["metadata", field]).is_none()
            && let Some(metadata) = super::object::map_at(&mut merged.node, "metadata", node.span)
        {
            put(metadata, field, node.clone());
        }
    }
}

fn misfit(place: Span, message: String, object: &Object) -> Fault {
    Fault::new(FaultKind::PatchFailed, place, message)
        .related(object.name_span(), format!("applied to `{}`", object.id.title()))
}

/// What the patch may have meant: the same name elsewhere, or a near one.
fn near(set: &Set, id: &Id) -> Option<(String, Span)> {
    let same_kind = || set.objects.iter().filter(|object| object.id.gvk.kind == id.gvk.kind);
    if let Some(object) = same_kind().find(|object| object.id.name == id.name) {
        let help = if object.id.gvk != id.gvk {
            let gvk = &object.id.gvk;
            let group = if gvk.group.is_empty() { String::new() } else { format!("{}/", gvk.group) };
            format!("its `apiVersion` is `{group}{}`", gvk.version)
        } else {
            format!("it is in namespace `{}`", object.id.effective_namespace())
        };
        return Some((help, object.name_span()));
    }
    let name = nearest(&id.name, same_kind().map(|object| object.id.name.as_str()))?;
    let object = same_kind().find(|object| object.id.name == name)?;
    Some((did_you_mean(name), object.name_span()))
}
