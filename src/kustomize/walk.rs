//! Walking from a kustomization to what it lists: files, folders, components.

use super::configure::configure;
use super::context::{Context, Folder};
use super::fault::{Fault, FaultKind, Unchecked};
use super::file::{self, Kustomization};
use super::gather::{append, check_fields, merge};
use super::level::Level;
use super::merges::Merges;
use super::object::Object;
use super::origin::Origin;
use super::overlay::Overlay;
use super::read::{self, Found};
use super::vars::add_vars;
use super::{plugins, steps};
use crate::source::folder_of;
use crate::yaml::Node;
use std::sync::Arc;

/// Deepest chain of folders that include one another.
const MAX_FOLDERS: usize = 48;

/// The kustomization that is built: with what Flux adds, or made by Flux where there is none.
pub(super) fn root(context: &mut Context, folder: &str, overlay: Option<&Overlay>) -> Option<(Kustomization, Level)> {
    let found = read_kustomization(context, folder);
    let kustomization = match (found, overlay) {
        (Some(found), Some(overlay)) => {
            // Flux asks for origins where there are no resources, which makes it a kustomization to kustomize.
            context.notes.faults.retain(|fault| fault.kind != FaultKind::Empty);
            file::overlaid(found, overlay)
        }
        (Some(found), None) => found,
        (None, Some(overlay)) if context.tree.kustomization(folder).is_none() => {
            file::overlaid(file::generated(context.tree, folder), overlay)
        }
        _ => return None,
    };
    if !kustomization.items("buildMetadata").is_empty() {
        context.origin = Some(Origin::default());
    }
    // A component and what Flux changes are no folder that others use.
    let shared = overlay.is_none() && context.is_shared() && !kustomization.is_component();
    if shared && let Some(cached) = context.cache.folder(folder) {
        context.notes = cached.notes.clone();
        return cached.level.clone().map(|level| (kustomization, level));
    }
    context.stack.push(folder.to_owned());
    let level = build(context, &kustomization, folder, None);
    if shared && context.is_shared() {
        remember(context, folder, &level);
    }
    Some((kustomization, level))
}

/// Keeps what a folder gave, unless it depends on the way that led here.
fn remember(context: &Context, folder: &str, level: &Level) {
    let depends = |fault: &Fault| matches!(fault.kind, FaultKind::Cycle | FaultKind::TooDeep);
    if context.notes.faults.iter().any(depends) {
        return;
    }
    let mut level = level.clone();
    // The index of identities is not needed again.
    level.set.objects_mut();
    context.cache.keep(folder, Folder { level: Some(level), notes: context.notes.clone() });
}

/// Everything that one kustomization does. A component works on the resources of the one that uses it.
fn build(context: &mut Context, kustomization: &Kustomization, folder: &str, base: Option<Level>) -> Level {
    context.notes.files.extend(kustomization.file);
    read_openapi(context, kustomization, folder);
    let mut level = base.unwrap_or_else(|| context.empty());
    for field in ["resources", "bases"] {
        resources(context, &mut level, kustomization.items(field), folder);
    }
    configure(context, &mut level, kustomization, folder);
    steps::generate(context, &mut level, kustomization, folder);
    let generators = configs(context, kustomization.items("generators"), folder);
    plugins::generate(context, &mut level, &generators, folder);
    for path in kustomization.items("components") {
        level = component(context, level, path, folder);
    }
    steps::transform(context, &mut level, kustomization, folder);
    let transformers = configs(context, kustomization.items("transformers"), folder);
    plugins::transform(context, &mut level, &transformers, folder);
    for node in kustomization.items("validators") {
        context.notes.unchecked.push(Unchecked { span: node.span, reason: "validators are not run".into() });
    }
    add_vars(context, &mut level, kustomization);
    level
}

/// `openapi`: the first `path` that is met holds for the whole build, and a `version` must be the one built in.
fn read_openapi(context: &mut Context, kustomization: &Kustomization, folder: &str) {
    if context.openapi.is_some() {
        return;
    }
    let field = |name: &str| kustomization.root.at(&["openapi", name]);
    let built_in = context.facts.openapi.as_str();
    match (field("version"), field("path")) {
        (Some(version), Some(_)) => {
            let message = "`openapi` has either `version` or `path`";
            context.fault(Fault::new(FaultKind::PluginInvalid, version.span, message));
        }
        (Some(version), None) => {
            if let Some(text) = version.known().filter(|text| !text.is_empty() && *text != built_in) {
                let message = format!("kustomize has no OpenAPI schema of version `{text}`");
                let help = format!("leave `openapi` out, or write `{built_in}`, the only version that is built in");
                context.fault(Fault::new(FaultKind::PluginInvalid, version.span, message).help(help));
            }
        }
        _ => {}
    }
    let Some(path) = field("path") else { return };
    let Some(file) = read::file(context, path, folder, FaultKind::PluginInvalid) else { return };
    let documents = read::documents(context, path, file, FaultKind::PluginInvalid).unwrap_or_default();
    context.openapi = documents.first().map(|root| Arc::new(Merges::of_openapi(root)));
}

/// The resources behind a list of paths.
fn resources(context: &mut Context, level: &mut Level, paths: &[Node], folder: &str) {
    for path in paths {
        let Some(found) = read::entry(context, path, folder) else { continue };
        match found {
            Found::File(file) => {
                for mut object in read::resources(context, path, file) {
                    let below = context.origin.as_ref().map(|origin| origin.below(path.text().unwrap_or_default()));
                    object.origin = below.map(Arc::new);
                    append(context, &mut level.set, object, path.span);
                }
            }
            Found::Folder(found) => {
                let outer = context.origin.clone();
                context.origin = outer.as_ref().map(|origin| origin.below(path.text().unwrap_or_default()));
                let below = folder_level(context, path, &found);
                context.origin = outer;
                if let Some(below) = below {
                    merge(context, level, below, path);
                }
            }
        }
    }
}

/// A folder among the resources, built once.
fn folder_level(context: &mut Context, path: &Node, folder: &str) -> Option<Level> {
    if is_cycle(context, path, folder) {
        return None;
    }
    if context.is_shared()
        && let Some(cached) = context.cache.folder(folder)
    {
        context.notes.absorb(&cached.notes);
        return cached.level.clone();
    }
    let outer = std::mem::take(&mut context.notes);
    let found = kustomization(context, path, folder);
    let found = found.filter(|found| {
        if found.is_component() {
            let message = format!("`{folder}` is a component, not a kustomization");
            context.fault(Fault::new(FaultKind::WrongKind, path.span, message).help("list it under `components`"));
        }
        !found.is_component()
    });
    let level = found.map(|kustomization| {
        context.stack.push(folder.to_owned());
        let level = build(context, &kustomization, folder, None);
        context.stack.pop();
        level
    });
    if let Some(level) = level.as_ref().filter(|_| context.is_shared()) {
        remember(context, folder, level);
    }
    let notes = std::mem::replace(&mut context.notes, outer);
    context.notes.absorb(&notes);
    level
}

/// A component, which works on the resources of the kustomization that lists it.
fn component(context: &mut Context, level: Level, path: &Node, folder: &str) -> Level {
    let folder = match read::entry(context, path, folder) {
        Some(Found::Folder(folder)) => folder,
        Some(Found::File(file)) => {
            let help = format!("name its folder: `{}`", folder_of(path.text().unwrap_or_default()));
            let message = format!("`{}` is a file: components are folders", file.source.path);
            context.fault(Fault::new(FaultKind::WrongKind, path.span, message).help(help));
            return level;
        }
        None => return level,
    };
    if is_cycle(context, path, &folder) {
        return level;
    }
    let Some(kustomization) = kustomization(context, path, &folder) else { return level };
    if !kustomization.is_component() {
        let message = format!("`{folder}` is a kustomization, not a component");
        context.fault(
            Fault::new(FaultKind::WrongKind, path.span, message)
                .help("list it under `resources`, or give it `kind: Component`"),
        );
        return level;
    }
    let outer = context.origin.clone();
    context.origin = outer.as_ref().map(|origin| origin.below(path.text().unwrap_or_default()));
    context.stack.push(folder.clone());
    let mut level = build(context, &kustomization, &folder, Some(level));
    context.stack.pop();
    context.origin = outer;
    // kustomize goes on with a new list of fields, to which it adds those of the component.
    let fields = std::mem::replace(&mut level.fields, context.facts.no_fields.clone());
    let merged = level.add_fields(&fields, &context.facts.fields);
    check_fields(context, merged, path);
    level
}

/// Reads the kustomization of a folder, where it can be read at all.
fn read_kustomization(context: &mut Context, folder: &str) -> Option<Kustomization> {
    let tree = context.tree;
    if let Some(file) = tree.kustomization(folder).filter(|file| !file.readable) {
        context.unchecked(file.source.span(0..0), "the kustomization is not read");
        return None;
    }
    file::read(tree, context.facts, folder, &mut context.notes.faults)
}

/// The kustomization of a listed folder.
fn kustomization(context: &mut Context, path: &Node, folder: &str) -> Option<Kustomization> {
    let found = read_kustomization(context, folder);
    if found.is_none() && context.tree.kustomization(folder).is_none() {
        let message = format!("`{}` has no kustomization", path.text().unwrap_or_default());
        let help = "add a `kustomization.yaml` to the folder, or list its files";
        context.fault(Fault::new(FaultKind::FolderWithoutKustomization, path.span, message).help(help));
    }
    found
}

/// Whether a folder is being built already, or contains one that is.
fn is_cycle(context: &mut Context, path: &Node, folder: &str) -> bool {
    let within = |inner: &String| {
        inner == folder || folder.is_empty() || inner.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    let text = path.text().unwrap_or_default();
    if let Some(inner) = context.stack.iter().find(|inner| within(inner)) {
        let message = if inner == folder {
            format!("`{text}` is a cycle: the kustomization includes itself")
        } else {
            format!("`{text}` is a cycle: the folder contains `{inner}`, which includes it")
        };
        context.fault(Fault::new(FaultKind::Cycle, path.span, message));
        return true;
    }
    if context.stack.len() >= MAX_FOLDERS {
        let message = format!("`{text}` is included through more than {MAX_FOLDERS} folders, which is not followed");
        context.fault(Fault::new(FaultKind::TooDeep, path.span, message));
        context.notes.incomplete = true;
        return true;
    }
    false
}

/// The configurations behind a list of paths, folders and texts.
fn configs(context: &mut Context, list: &[Node], folder: &str) -> Vec<Object> {
    let mut level = context.empty();
    for node in list {
        let inline = context.embedded(node).filter(|roots| roots.iter().any(Node::is_map));
        match inline {
            Some(roots) => {
                for mut object in read::objects(context, roots.to_vec(), node.span, FaultKind::PluginInvalid) {
                    object.origin = context.origin.as_ref().map(|origin| Arc::new(origin.below("kustomization.yaml")));
                    append(context, &mut level.set, object, node.span);
                }
            }
            None => resources(context, &mut level, std::slice::from_ref(node), folder),
        }
    }
    level.set.objects
}
