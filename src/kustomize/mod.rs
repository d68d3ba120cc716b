//! A kustomization → its resources as built, every node keeping its span.
//!
//! What `kustomize build --load-restrictor=LoadRestrictionsNone` 5.8.1 does, without running anything: a value
//! that a patch sets keeps the place in the patch, a namespace that a kustomization sets has that line's place.
//! What cannot be known offline is named in `Built::unchecked`, never guessed.

mod accumulate;
mod embedded;
mod facts;
mod fault;
mod file;
mod file_use;
mod generate;
mod gvk;
mod image;
mod json_patch;
mod merge;
mod names;
mod object;
mod origin;
mod patch;
mod path;
mod plugins;
mod replace;
mod reread;
mod select;
mod sort;
mod transform;
mod vars;
mod visit;

use crate::resource::{Resource, Tree};
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Mode, Node, Resolved, Style, Value};
use accumulate::{Folder, Level, Run};
use facts::Facts;
use file::Kustomization;
use object::{Object, map_at, put};
use reread::reread;
use smol_str::SmolStr;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

pub use embedded::documents as embedded;
pub use fault::{Fault, FaultKind, Unchecked};
pub use file_use::{FileUse, FileUses};

/// Builds the kustomizations of a tree; a folder that several of them use is built once.
pub struct Kustomize<'t> {
    tree: &'t Tree,
    facts: LazyLock<Facts>,
    /// Folders that were built already.
    folders: Mutex<HashMap<String, Arc<Folder>>>,
    /// Texts in scalars that were parsed already.
    texts: Mutex<HashMap<(Span, SmolStr), Documents>>,
}

/// The documents in a text; `None` where it is no YAML.
type Documents = Option<Arc<Vec<Node>>>;

/// What a Flux Kustomization adds to the kustomization of its folder, as nodes of its own `spec`.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    /// `targetNamespace`
    pub namespace: Option<Node>,
    /// `namePrefix`
    pub name_prefix: Option<Node>,
    /// `nameSuffix`
    pub name_suffix: Option<Node>,
    /// `components`
    pub components: Vec<Node>,
    /// `patches`, those of parents included
    pub patches: Vec<Node>,
    /// `patchesStrategicMerge` of the first API versions
    pub patches_strategic_merge: Vec<Node>,
    /// `patchesJson6902` of the first API versions
    pub patches_json6902: Vec<Node>,
    /// `images`; one of the same name replaces that of the kustomization
    pub images: Vec<Node>,
}

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
        self.faults.iter().any(|fault| fault.fatal)
    }
}

impl<'t> Kustomize<'t> {
    /// A builder for a tree.
    pub fn new(tree: &'t Tree) -> Self {
        Kustomize { tree, facts: LazyLock::new(Facts::new), folders: Mutex::default(), texts: Mutex::default() }
    }

    /// What `kustomize build folder` gives.
    pub fn build(&self, folder: &str) -> Built {
        self.run(folder, None)
    }

    /// What Flux builds of a folder: the kustomization it makes where there is none, and what the Kustomization adds.
    pub fn build_with(&self, folder: &str, overlay: &Overlay) -> Built {
        self.run(folder, Some(overlay))
    }

    /// What it makes of resources that come from elsewhere, as from a chart, with nothing but an overlay.
    pub fn render(&self, resources: Vec<Resource>, overlay: &Overlay) -> Built {
        let mut run = Run::new(self);
        let mut level = run.empty();
        level.fields = self.facts.fields.clone();
        level.set.objects = resources.into_iter().map(|resource| Object::new(resource.node, &self.facts)).collect();
        let kustomization = file::overlaid(Kustomization::default(), overlay);
        run.transform(&mut level, &kustomization, "");
        self.finish(run, &kustomization, level, false)
    }

    fn run(&self, folder: &str, overlay: Option<&Overlay>) -> Built {
        let folder = folder.trim_matches('/');
        let folder = if folder == "." { "" } else { folder };
        let mut run = Run::new(self);
        let Some((kustomization, level)) = run.root(folder, overlay) else {
            if run.notes.faults.is_empty() {
                let span = Span::new(FileId(u32::MAX), 0, 0);
                let message = format!("`{folder}` has no kustomization");
                run.fault(Fault::fatal(FaultKind::FolderWithoutKustomization, span, message));
            }
            return Built { faults: run.notes.faults, files: run.notes.files, incomplete: true, ..Built::default() };
        };
        // The command sorts unless it is told otherwise; Flux keeps the order.
        self.finish(run, &kustomization, level, overlay.is_none())
    }

    /// The resources of the outermost kustomization, as they are written.
    fn finish(&self, mut run: Run, kustomization: &Kustomization, mut level: Level, sorted: bool) -> Built {
        for object in level.set.objects_mut().iter_mut().filter(|object| object.hashed) {
            object.store_previous();
            add_hash(&mut object.node);
            object.refresh(&self.facts);
        }
        run.follow_names(&mut level);
        run.resolve_vars(&mut level);
        level.set.objects_mut().retain(|object| !is_local(&object.node));
        match kustomization.root.get("sortOptions").filter(|options| options.is_map()) {
            Some(options) => run.sort(&mut level, options),
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
            object.node.walk_entries(&mut |entry| run.notes.faults.extend(key_fault(&entry.key)));
        }
        let resources = level.set.objects.into_iter().filter_map(|object| metadata.finish(object, self.tree)).collect();
        let accumulate::Notes { faults, unchecked, files, incomplete } = run.notes;
        Built { resources, faults, unchecked, files, incomplete }
    }

    /// A folder that was built before.
    fn known(&self, folder: &str) -> Option<Arc<Folder>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(folder).cloned()
    }

    fn remember(&self, folder: &str, built: Folder) {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), Arc::new(built));
    }

    /// The documents in a scalar, parsed once.
    fn embedded(&self, scalar: &Node, parse: impl FnOnce() -> Option<Vec<Node>>) -> Documents {
        let key = (scalar.span, scalar.as_scalar()?.text.clone());
        let texts = || self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts().get(&key) {
            return known.clone();
        }
        let parsed = parse().map(Arc::new);
        texts().insert(key, parsed.clone());
        parsed
    }
}

/// Puts the hash of its content behind the name of a generated resource.
fn add_hash(node: &mut Node) {
    let hash = generate::hash(node);
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
    Some(Fault::fatal(FaultKind::InvalidValue, key.span, message).help(format!("put it in quotes: `\"{text}\"`")))
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
