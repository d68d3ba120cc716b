//! Walking from a kustomization to what it lists: files, folders, components.

use super::facts::{Conflict, Fields, Merges};
use super::fault::{Fault, FaultKind, Unchecked};
use super::file::{self, Kustomization, path_in};
use super::object::{Object, Set};
use super::origin::Origin;
use super::vars::Var;
use super::{Kustomize, Overlay, embedded};
use crate::resource::{File, Syntax};
use crate::source::{FileId, Span, folder_of, join, nearest};
use crate::yaml::{self, Node, ProblemKind};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Deepest chain of folders that include one another.
const MAX_FOLDERS: usize = 48;

/// What one kustomization has gathered so far.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub set: Set,
    pub fields: Arc<Fields>,
    pub vars: Vec<Var>,
}

impl Level {
    /// Adds fields to those that are known here. Most kustomizations have nothing but the defaults.
    pub fn add_fields(&mut self, fields: &Arc<Fields>, defaults: &Arc<Fields>) -> Result<(), Conflict> {
        if Arc::ptr_eq(&self.fields, fields) {
            return Ok(());
        }
        if self.fields.is_empty() && Arc::ptr_eq(fields, defaults) {
            self.fields = fields.clone();
            return Ok(());
        }
        Arc::make_mut(&mut self.fields).absorb(fields)
    }
}

/// A folder that was built, to be used again.
#[derive(Debug)]
pub(super) struct Folder {
    pub level: Option<Level>,
    pub notes: Notes,
}

/// What was seen on the way.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    pub faults: Vec<Fault>,
    pub unchecked: Vec<Unchecked>,
    pub files: BTreeSet<FileId>,
    /// Whether resources may be missing because something could not be read.
    pub incomplete: bool,
}

impl Notes {
    fn absorb(&mut self, other: &Notes) {
        self.faults.extend(other.faults.iter().cloned());
        self.unchecked.extend(other.unchecked.iter().cloned());
        self.files.extend(&other.files);
        self.incomplete |= other.incomplete;
    }
}

/// One walk through the folders.
pub(super) struct Run<'a> {
    pub kustomize: &'a Kustomize<'a>,
    pub notes: Notes,
    /// Folders that are being built, the outermost first.
    stack: Vec<String>,
    /// Where we are, seen from the folder that is built; only where `buildMetadata` asks for it.
    pub origin: Option<Origin>,
    /// The schema of `openapi.path`, which replaces Kubernetes' own.
    pub openapi: Option<Arc<Merges>>,
}

impl<'a> Run<'a> {
    pub fn new(kustomize: &'a Kustomize<'a>) -> Self {
        Run { kustomize, notes: Notes::default(), stack: Vec::new(), origin: None, openapi: None }
    }

    pub fn fault(&mut self, fault: Fault) {
        self.notes.faults.push(fault);
    }

    /// Notes that something was not judged and resources may be missing.
    pub fn unchecked(&mut self, span: Span, reason: impl Into<SmolStr>) {
        self.notes.unchecked.push(Unchecked { span, reason: reason.into() });
        self.notes.incomplete = true;
    }

    /// The kustomization that is built: with what Flux adds, or made by Flux where there is none.
    pub fn root(&mut self, folder: &str, overlay: Option<&Overlay>) -> Option<(Kustomization, Level)> {
        let found = self.read(folder);
        let kustomization = match (found, overlay) {
            (Some(found), Some(overlay)) => {
                // Flux asks for origins where there are no resources, which makes it a kustomization to kustomize.
                self.notes.faults.retain(|fault| fault.kind != FaultKind::Empty);
                file::overlaid(found, overlay)
            }
            (Some(found), None) => found,
            (None, Some(overlay)) if self.kustomize.tree.kustomization(folder).is_none() => {
                file::overlaid(file::generated(self.kustomize.tree, folder), overlay)
            }
            _ => return None,
        };
        if !kustomization.items("buildMetadata").is_empty() {
            self.origin = Some(Origin::default());
        }
        // A component and what Flux changes are no folder that others use.
        let shared = overlay.is_none() && self.is_shared() && !kustomization.is_component();
        if shared && let Some(known) = self.kustomize.known(folder) {
            self.notes = known.notes.clone();
            return known.level.clone().map(|level| (kustomization, level));
        }
        self.stack.push(folder.to_owned());
        let level = self.level(&kustomization, folder, None);
        if shared && self.is_shared() {
            self.remember(folder, &level);
        }
        Some((kustomization, level))
    }

    /// Keeps what a folder gave, unless it depends on the way that led here.
    fn remember(&self, folder: &str, level: &Level) {
        let depends = |fault: &Fault| matches!(fault.kind, FaultKind::Cycle | FaultKind::TooDeep);
        if self.notes.faults.iter().any(depends) {
            return;
        }
        let mut level = level.clone();
        // The index of identities is not needed again.
        level.set.objects_mut();
        self.kustomize.remember(folder, Folder { level: Some(level), notes: self.notes.clone() });
    }

    /// Everything that one kustomization does. A component works on the resources of the one that uses it.
    fn level(&mut self, kustomization: &Kustomization, folder: &str, base: Option<Level>) -> Level {
        self.notes.files.extend(kustomization.file);
        self.read_openapi(kustomization, folder);
        let mut level = base.unwrap_or_else(|| self.empty());
        for field in ["resources", "bases"] {
            self.resources(&mut level, kustomization.items(field), folder);
        }
        self.configure(&mut level, kustomization, folder);
        self.generate(&mut level, kustomization, folder);
        for path in kustomization.items("components") {
            level = self.component(level, path, folder);
        }
        self.transform(&mut level, kustomization, folder);
        for node in kustomization.items("validators") {
            self.notes.unchecked.push(Unchecked { span: node.span, reason: "validators are not run".into() });
        }
        self.add_vars(&mut level, kustomization);
        level
    }

    /// A level without resources.
    pub fn empty(&self) -> Level {
        Level { set: Set::default(), fields: self.kustomize.facts.no_fields.clone(), vars: Vec::new() }
    }

    /// `openapi`: the first `path` that is met holds for the whole build, and a `version` must be the one built in.
    fn read_openapi(&mut self, kustomization: &Kustomization, folder: &str) {
        if self.openapi.is_some() {
            return;
        }
        let field = |name: &str| kustomization.root.at(&["openapi", name]);
        let built_in = self.kustomize.facts.openapi.as_str();
        match (field("version"), field("path")) {
            (Some(version), Some(_)) => {
                let message = "`openapi` has either `version` or `path`";
                self.fault(Fault::fatal(FaultKind::PluginInvalid, version.span, message));
            }
            (Some(version), None) => {
                if let Some(text) = version.known().filter(|text| !text.is_empty() && *text != built_in) {
                    let message = format!("kustomize has no OpenAPI schema of version `{text}`");
                    let help = format!("leave `openapi` out, or write `{built_in}`, the only version that is built in");
                    self.fault(Fault::fatal(FaultKind::PluginInvalid, version.span, message).help(help));
                }
            }
            _ => {}
        }
        let Some(path) = field("path") else { return };
        let Some(file) = self.file(path, folder, FaultKind::PluginInvalid) else { return };
        let documents = self.documents(path, file, FaultKind::PluginInvalid).unwrap_or_default();
        self.openapi = documents.first().map(|root| Arc::new(Merges::of_openapi(root)));
    }

    /// The resources behind a list of paths.
    pub fn resources(&mut self, level: &mut Level, paths: &[Node], folder: &str) {
        for path in paths {
            let Some(found) = self.resolve(path, folder) else { continue };
            match found {
                Found::File(file) => {
                    for mut object in self.read_file(path, file) {
                        let below = self.origin.as_ref().map(|origin| origin.below(path.text().unwrap_or_default()));
                        object.origin = below.map(Arc::new);
                        self.append(&mut level.set, object, path.span);
                    }
                }
                Found::Folder(found) => {
                    let outer = self.origin.clone();
                    self.origin = outer.as_ref().map(|origin| origin.below(path.text().unwrap_or_default()));
                    let below = self.folder(path, &found);
                    self.origin = outer;
                    if let Some(below) = below {
                        self.merge(level, below, path);
                    }
                }
            }
        }
    }

    /// Adds a resource, unless its identity is taken.
    pub fn append(&mut self, set: &mut Set, object: Object, span: Span) {
        let Err(refused) = set.append(object) else { return };
        let (object, known) = *refused;
        let Some(first) = set.objects.get(known) else { return };
        let message = format!("`{}` is already among the resources", object.id.title());
        let mut fault = Fault::fatal(FaultKind::DuplicateResource, span, message);
        fault = fault.related(first.name_span(), "first defined here");
        if object.name_span() != first.name_span() {
            fault = fault.related(object.name_span(), "defined again here");
        }
        self.fault(fault);
    }

    /// Adds what another kustomization gathered.
    fn merge(&mut self, level: &mut Level, below: Level, path: &Node) {
        for object in below.set.objects {
            self.append(&mut level.set, object, path.span);
        }
        let merged = level.add_fields(&below.fields, &self.kustomize.facts.fields);
        self.check_fields(merged, path);
        for var in below.vars {
            self.add_var(&mut level.vars, var);
        }
    }

    /// Whether a folder gives the same here as anywhere.
    fn is_shared(&self) -> bool {
        self.origin.is_none() && self.openapi.is_none()
    }

    /// A folder among the resources, built once.
    fn folder(&mut self, path: &Node, folder: &str) -> Option<Level> {
        if self.is_cycle(path, folder) {
            return None;
        }
        if self.is_shared()
            && let Some(known) = self.kustomize.known(folder)
        {
            self.notes.absorb(&known.notes);
            return known.level.clone();
        }
        let outer = std::mem::take(&mut self.notes);
        let kustomization = self.kustomization(path, folder);
        let kustomization = kustomization.filter(|found| {
            if found.is_component() {
                let message = format!("`{folder}` is a component, not a kustomization");
                self.fault(Fault::fatal(FaultKind::WrongKind, path.span, message).help("list it under `components`"));
            }
            !found.is_component()
        });
        let level = kustomization.map(|kustomization| {
            self.stack.push(folder.to_owned());
            let level = self.level(&kustomization, folder, None);
            self.stack.pop();
            level
        });
        if let Some(level) = level.as_ref().filter(|_| self.is_shared()) {
            self.remember(folder, level);
        }
        let notes = std::mem::replace(&mut self.notes, outer);
        self.notes.absorb(&notes);
        level
    }

    fn component(&mut self, level: Level, path: &Node, folder: &str) -> Level {
        let folder = match self.resolve(path, folder) {
            Some(Found::Folder(folder)) => folder,
            Some(Found::File(file)) => {
                let help = format!("name its folder: `{}`", folder_of(path.text().unwrap_or_default()));
                let message = format!("`{}` is a file: components are folders", file.source.path);
                self.fault(Fault::fatal(FaultKind::WrongKind, path.span, message).help(help));
                return level;
            }
            None => return level,
        };
        if self.is_cycle(path, &folder) {
            return level;
        }
        let Some(kustomization) = self.kustomization(path, &folder) else { return level };
        if !kustomization.is_component() {
            let message = format!("`{folder}` is a kustomization, not a component");
            self.fault(
                Fault::fatal(FaultKind::WrongKind, path.span, message)
                    .help("list it under `resources`, or give it `kind: Component`"),
            );
            return level;
        }
        let outer = self.origin.clone();
        self.origin = outer.as_ref().map(|origin| origin.below(path.text().unwrap_or_default()));
        self.stack.push(folder.clone());
        let mut level = self.level(&kustomization, &folder, Some(level));
        self.stack.pop();
        self.origin = outer;
        // kustomize goes on with a new list of fields, to which it adds those of the component.
        let fields = std::mem::replace(&mut level.fields, self.kustomize.facts.no_fields.clone());
        let merged = level.add_fields(&fields, &self.kustomize.facts.fields);
        self.check_fields(merged, path);
        level
    }

    /// Reads the kustomization of a folder, where it can be read at all.
    fn read(&mut self, folder: &str) -> Option<Kustomization> {
        let tree = self.kustomize.tree;
        if let Some(file) = tree.kustomization(folder).filter(|file| !file.readable) {
            self.unchecked(file.source.span(0..0), "the kustomization is not read");
            return None;
        }
        file::read(tree, &self.kustomize.facts, folder, &mut self.notes.faults)
    }

    /// The kustomization of a listed folder.
    fn kustomization(&mut self, path: &Node, folder: &str) -> Option<Kustomization> {
        let found = self.read(folder);
        if found.is_none() && self.kustomize.tree.kustomization(folder).is_none() {
            let message = format!("`{}` has no kustomization", path.text().unwrap_or_default());
            let help = "add a `kustomization.yaml` to the folder, or list its files";
            self.fault(Fault::fatal(FaultKind::FolderWithoutKustomization, path.span, message).help(help));
        }
        found
    }

    /// Whether a folder is being built already, or contains one that is.
    fn is_cycle(&mut self, path: &Node, folder: &str) -> bool {
        let within = |inner: &String| {
            inner == folder || folder.is_empty() || inner.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        let text = path.text().unwrap_or_default();
        if let Some(inner) = self.stack.iter().find(|inner| within(inner)) {
            let message = if inner == folder {
                format!("`{text}` is a cycle: the kustomization includes itself")
            } else {
                format!("`{text}` is a cycle: the folder contains `{inner}`, which includes it")
            };
            self.fault(Fault::fatal(FaultKind::Cycle, path.span, message));
            return true;
        }
        if self.stack.len() >= MAX_FOLDERS {
            let message =
                format!("`{text}` is included through more than {MAX_FOLDERS} folders, which is not followed");
            self.fault(Fault::silent(FaultKind::TooDeep, path.span, message));
            self.notes.incomplete = true;
            return true;
        }
        false
    }

    /// What a path of `resources` or `components` stands for.
    fn resolve(&mut self, path: &Node, folder: &str) -> Option<Found<'a>> {
        let tree = self.kustomize.tree;
        let Some(text) = path.text().filter(|text| !text.is_empty()) else {
            if !path.is_unknown() {
                self.fault(Fault::fatal(FaultKind::InvalidValue, path.span, "an empty path among the resources"));
            }
            return None;
        };
        if path.is_unknown() {
            self.unchecked(path.span, "the path is not known offline");
            return None;
        }
        let full = join(folder, text);
        let file = full.as_ref().and_then(|full| tree.find(full));
        if let Some(file) = file {
            return Some(Found::File(file));
        }
        if let Some(full) = full.as_ref().filter(|full| tree.is_folder(full)) {
            return Some(Found::Folder(full.clone()));
        }
        if is_remote(text) {
            self.unchecked(path.span, format!("`{text}` is not fetched"));
            return None;
        }
        let fault = match &full {
            None => Fault::fatal(FaultKind::OutsideRepository, path.span, format!("`{text}` leaves the repository")),
            Some(full) => {
                let fault = Fault::fatal(FaultKind::ResourceMissing, path.span, format!("`{text}` does not exist"));
                fault.suggest(self.near_path(text, full).as_deref())
            }
        };
        self.fault(fault);
        self.notes.incomplete = true;
        None
    }

    /// An existing path that `text` may have meant.
    pub fn near_path(&self, text: &str, full: &str) -> Option<String> {
        let tree = self.kustomize.tree;
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
    pub fn file(&mut self, path: &Node, folder: &str, kind: FaultKind) -> Option<&'a File> {
        let text = path.text().unwrap_or_default();
        if path.is_unknown() {
            self.unread(kind, path.span, "the path is not known offline");
            return None;
        }
        let full = join(folder, text);
        if let Some(file) = full.as_ref().and_then(|full| self.kustomize.tree.find(full)) {
            self.notes.files.insert(file.source.id);
            if !file.readable {
                self.unread(
                    kind,
                    path.span,
                    format!("`{text}` is not read: it is binary, too large or a template that is not understood"),
                );
                return None;
            }
            if file.source.text.trim().is_empty() {
                self.unread(kind, path.span, format!("`{text}` is empty: something fills it in later"));
            }
            return Some(file);
        }
        if is_remote(text) {
            self.unread(kind, path.span, format!("`{text}` is not fetched"));
            return None;
        }
        self.notes.incomplete = true;
        let fault = match &full {
            None => Fault::fatal(FaultKind::OutsideRepository, path.span, format!("`{text}` leaves the repository")),
            Some(full) => {
                let fault = Fault::fatal(kind, path.span, format!("`{text}` does not exist"));
                fault.suggest(self.near_path(text, full).as_deref())
            }
        };
        self.fault(fault);
        None
    }

    /// Notes that the text of a file was not judged. What a generator or patch reads changes what there is, while a plugin
    /// may bring resources of its own.
    fn unread(&mut self, kind: FaultKind, span: Span, reason: impl Into<SmolStr>) {
        self.notes.unchecked.push(Unchecked { span, reason: reason.into() });
        self.notes.incomplete |= kind == FaultKind::PluginInvalid;
    }

    /// The documents of a file; a fault of `kind` where they cannot be read.
    pub fn documents(&mut self, path: &Node, file: &'a File, kind: FaultKind) -> Option<Vec<Node>> {
        let unreadable = |run: &mut Self, at: Option<(Span, String)>| {
            let text = path.text().unwrap_or_default();
            let fault = Fault::fatal(kind, path.span, format!("`{text}` is no YAML that kustomize can read"));
            run.fault(match at {
                Some((span, message)) => fault.related(span, message),
                None => fault,
            });
            run.notes.incomplete = true;
            None
        };
        let parsed;
        let parsed = match file.syntax {
            Syntax::Yaml | Syntax::Json => &file.parsed,
            _ => {
                parsed = yaml::parse(file.source.id, &file.source.text);
                &parsed
            }
        };
        let fails = |kind: ProblemKind| kind != ProblemKind::TemplateBraces;
        if parsed.documents.iter().any(|document| document.broken)
            || parsed.problems.iter().any(|problem| fails(problem.kind))
        {
            let problem = parsed.problems.iter().find(|problem| fails(problem.kind));
            let broken = parsed.documents.iter().find(|document| document.broken);
            let at = problem.map(|problem| (problem.span, problem.message.clone()));
            // A duplicate key fails only once the resources are written; the tree is whole.
            if broken.is_some() || problem.is_none_or(|problem| problem.kind != ProblemKind::DuplicateKey) {
                return unreadable(
                    self,
                    at.or(broken.map(|document| (document.span, "this document is broken".into()))),
                );
            }
            unreadable(self, at);
        }
        Some(parsed.documents.iter().map(|document| document.root.clone()).collect())
    }

    fn read_file(&mut self, path: &Node, file: &'a File) -> Vec<Object> {
        self.notes.files.insert(file.source.id);
        if !file.readable {
            self.unchecked(
                path.span,
                format!(
                    "`{}` is not read: it is binary, too large or a template that is not understood",
                    file.source.path
                ),
            );
            return Vec::new();
        }
        match self.documents(path, file, FaultKind::ResourceUnreadable) {
            Some(documents) => self.objects(documents, path.span, FaultKind::ResourceUnreadable),
            None => Vec::new(),
        }
    }

    /// The resources of some documents: empty ones are passed over, lists are taken apart.
    pub fn objects(&mut self, documents: Vec<Node>, span: Span, kind: FaultKind) -> Vec<Object> {
        let mut queue: std::collections::VecDeque<Node> = documents.into();
        let mut objects = Vec::new();
        while let Some(node) = queue.pop_front() {
            if node.is_null()
                || (node.entries().is_empty() && (node.is_map() || node.items().is_empty() && node.is_seq()))
            {
                continue;
            }
            if let Err(message) = check_resource(&node) {
                self.fault(Fault::fatal(kind, span, message).related(node.span.before(), "this document"));
                self.notes.incomplete = true;
                continue;
            }
            let list = node.text_at(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
            match node.get("items").filter(|_| list) {
                Some(items) if items.is_seq() => queue.extend(items.items().iter().cloned()),
                Some(items) if items.is_null() => {}
                _ => objects.push(Object::new(node, &self.kustomize.facts)),
            }
        }
        objects
    }

    /// The documents in the text of a scalar.
    pub fn embedded(&self, scalar: &Node) -> Option<Arc<Vec<Node>>> {
        self.kustomize.embedded(scalar, || embedded::documents(self.kustomize.tree, scalar))
    }

    /// The path of a kustomization file as origins name it.
    pub fn configured_in(&self, kustomization: &Kustomization) -> Option<SmolStr> {
        let origin = self.origin.as_ref()?;
        Some(path_in(&origin.path, &kustomization.name).into())
    }
}

/// What a path stands for.
enum Found<'a> {
    File(&'a File),
    Folder(String),
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

/// Whether kustomize would fetch this path.
pub(super) fn is_remote(path: &str) -> bool {
    let schemes = ["http://", "https://", "ssh://", "git::", "git@", "file://", "github.com/", "github.com:", "gh:"];
    let first = path.split('/').next().unwrap_or(path);
    schemes.iter().any(|scheme| path.starts_with(scheme))
        || path.contains("?ref=")
        || path.contains("&ref=")
        || path.contains("?version=")
        || path.contains("_git/")
        || path.contains(".git/")
        || path.ends_with(".git")
        || (first.contains('@') && first.contains(':'))
        || (!first.starts_with('.') && first.contains('.') && path.contains("//"))
}
