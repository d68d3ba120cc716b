//! Reading what a kustomization names: files, folders, and the resources in them.

use super::context::Context;
use super::fault::{Fault, FaultKind, Unchecked};
use super::object::Object;
use super::target::{Target, target};
use crate::resource::{File, Syntax, Tree};
use crate::source::{Span, folder_of, nearest};
use crate::yaml::{self, Node, ProblemKind};
use smol_str::SmolStr;
use std::collections::VecDeque;

/// The file or folder that an entry of `resources` or `components` names.
pub(super) enum Found<'a> {
    File(&'a File),
    Folder(String),
}

/// What an entry of `resources` or `components` names, where it is there.
pub(super) fn entry<'a>(context: &mut Context<'a>, path: &Node, folder: &str) -> Option<Found<'a>> {
    let Some(text) = path.text().filter(|text| !text.is_empty()) else {
        if !path.is_unknown() {
            context.fault(Fault::new(FaultKind::InvalidValue, path.span, "an empty path among the resources"));
        }
        return None;
    };
    if path.is_unknown() {
        context.unchecked(path.span, "the path is not known offline");
        return None;
    }
    match target(context.tree, folder, text) {
        Target::File(file) => return Some(Found::File(file)),
        Target::Folder(folder) => return Some(Found::Folder(folder)),
        Target::Remote => context.unchecked(path.span, format!("`{text}` is not fetched")),
        absent => report_absent(context, path, absent, FaultKind::ResourceMissing),
    }
    None
}

/// Notes that a path names nothing.
fn report_absent(context: &mut Context, path: &Node, absent: Target, kind: FaultKind) {
    let text = path.text().unwrap_or_default();
    let fault = match &absent {
        Target::Missing(full) | Target::Folder(full) => {
            let fault = Fault::new(kind, path.span, format!("`{text}` does not exist"));
            fault.suggest(near_path(context.tree, text, full).as_deref())
        }
        _ => Fault::new(FaultKind::OutsideRepository, path.span, format!("`{text}` leaves the repository")),
    };
    context.fault(fault);
    context.notes.incomplete = true;
}

/// An existing path that `text` may have meant.
fn near_path(tree: &Tree, text: &str, full: &str) -> Option<String> {
    let parent = folder_of(full);
    if !tree.is_folder(parent) {
        return None;
    }
    let name = full.rsplit('/').next().unwrap_or(full);
    let files = tree.files_in(parent).map(|file| file.source.name());
    let folders = tree.folders_in(parent).map(|folder| folder.rsplit('/').next().unwrap_or(folder));
    let near = nearest(name, files.chain(folders))?;
    Some(match text.trim_end_matches('/').rsplit_once('/') {
        Some((before, _)) => format!("{before}/{near}"),
        None => near.to_owned(),
    })
}

/// A file that some field names, with its problems as faults of `kind`.
pub(super) fn file<'a>(context: &mut Context<'a>, path: &Node, folder: &str, kind: FaultKind) -> Option<&'a File> {
    let text = path.text().unwrap_or_default();
    if path.is_unknown() {
        note_unread(context, kind, path.span, "the path is not known offline");
        return None;
    }
    let file = match target(context.tree, folder, text) {
        Target::File(file) => file,
        Target::Remote => {
            note_unread(context, kind, path.span, format!("`{text}` is not fetched"));
            return None;
        }
        absent => {
            report_absent(context, path, absent, kind);
            return None;
        }
    };
    context.notes.files.insert(file.source.id);
    if !file.readable {
        let reason = format!("`{text}` is not read: it is binary, too large or a template that is not understood");
        note_unread(context, kind, path.span, reason);
        return None;
    }
    if file.source.text.trim().is_empty() {
        note_unread(context, kind, path.span, format!("`{text}` is empty: something fills it in later"));
    }
    Some(file)
}

/// Notes that the text of a file was not judged. What a generator or patch reads changes what there is, while a plugin
/// may bring resources of its own.
fn note_unread(context: &mut Context, kind: FaultKind, span: Span, reason: impl Into<SmolStr>) {
    context.notes.unchecked.push(Unchecked { span, reason: reason.into() });
    context.notes.incomplete |= kind == FaultKind::PluginInvalid;
}

/// The documents of a file; a fault of `kind` where they cannot be read.
pub(super) fn documents(context: &mut Context, path: &Node, file: &File, kind: FaultKind) -> Option<Vec<Node>> {
    let parsed;
    let parsed = match file.syntax {
        Syntax::Yaml | Syntax::Json => &file.parsed,
        _ => {
            parsed = yaml::parse(file.source.id, &file.source.text);
            &parsed
        }
    };
    let problem = parsed.problems.iter().find(|problem| problem.kind != ProblemKind::TemplateBraces);
    let broken = parsed.documents.iter().find(|document| document.broken);
    if broken.is_some() || problem.is_some() {
        let at = problem.map(|problem| (problem.span, problem.message.clone()));
        let at = at.or(broken.map(|document| (document.span, "this document is broken".into())));
        let text = path.text().unwrap_or_default();
        let fault = Fault::new(kind, path.span, format!("`{text}` is no YAML that kustomize can read"));
        context.fault(at.into_iter().fold(fault, |fault, (span, message)| fault.related(span, message)));
        context.notes.incomplete = true;
    }
    // A duplicate key fails only once the resources are written; the tree is whole.
    let whole = problem.is_none_or(|problem| problem.kind == ProblemKind::DuplicateKey);
    (broken.is_none() && whole).then(|| parsed.documents.iter().map(|document| document.root.clone()).collect())
}

/// The resources of a file.
pub(super) fn resources(context: &mut Context, path: &Node, file: &File) -> Vec<Object> {
    context.notes.files.insert(file.source.id);
    if !file.readable {
        context.unchecked(
            path.span,
            format!("`{}` is not read: it is binary, too large or a template that is not understood", file.source.path),
        );
        return Vec::new();
    }
    match documents(context, path, file, FaultKind::ResourceUnreadable) {
        Some(documents) => objects(context, documents, path.span, FaultKind::ResourceUnreadable),
        None => Vec::new(),
    }
}

/// The resources of some documents: empty ones are passed over, lists are taken apart.
pub(super) fn objects(context: &mut Context, documents: Vec<Node>, span: Span, kind: FaultKind) -> Vec<Object> {
    let mut queue: VecDeque<Node> = documents.into();
    let mut objects = Vec::new();
    while let Some(node) = queue.pop_front() {
        if node.is_null() || (node.entries().is_empty() && (node.is_map() || node.items().is_empty() && node.is_seq()))
        {
            continue;
        }
        if let Err(message) = check_resource(&node) {
            context.fault(Fault::new(kind, span, message).related(node.span.before(), "this document"));
            context.notes.incomplete = true;
            continue;
        }
        let list = node.text_at(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
        match node.get("items").filter(|_| list) {
            Some(items) if items.is_seq() => queue.extend(items.items().iter().cloned()),
            Some(items) if items.is_null() => {}
            _ => objects.push(Object::new(node, context.facts)),
        }
    }
    objects
}

/// Why a document is no resource to kustomize.
fn check_resource(node: &Node) -> Result<(), &'static str> {
    if !node.is_map() {
        return Err("a document that is no mapping is no resource");
    }
    let kind = node.text_at(&["kind"]).unwrap_or_default();
    if kind.is_empty() {
        return Err("a document without `kind` is no resource");
    }
    let named = node.text_at(&["metadata", "name"]).is_some_and(|name| !name.is_empty());
    if !kind.ends_with("List") && !named {
        return Err("a resource without `metadata.name`");
    }
    Ok(())
}
