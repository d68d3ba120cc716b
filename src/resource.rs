//! Nodes to Kubernetes resources and the other documents we know, and the tree of files that holds them.

use crate::jinja::{self, Conditions, Delimiters};
use crate::source::{FileId, SourceFile, Span, folder_of, join};
use crate::yaml::{Document, Node, Parsed, from_table, parse, parse_json, parse_toml};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{LazyLock, OnceLock};

/// How the text of a file is read; decided by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `.yaml`, `.yml`
    Yaml,
    /// `.json`, `.json5`
    Json,
    /// `.toml`
    Toml,
    /// `.j2`, `.gotmpl`, `.tpl`: never parsed as YAML.
    Template,
    /// Anything else.
    Text,
}

impl Syntax {
    /// The syntax that a file name stands for.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        // Fetched and imported schemas are nobody's manifests.
        if path.starts_with(".homelint/") {
            return Syntax::Text;
        }
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("yaml" | "yml") => Syntax::Yaml,
            Some("json" | "json5") => Syntax::Json,
            Some("toml") => Syntax::Toml,
            Some("j2" | "gotmpl" | "tpl" | "tmpl") => Syntax::Template,
            Some("renovaterc") => Syntax::Json,
            _ => Syntax::Text,
        }
    }
}

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A Kubernetes resource: `apiVersion` and `kind`.
    Resource,
    /// A `kustomization.yaml`, a kustomize Component included.
    Kustomization,
    /// `.sops.yaml`
    SopsConfig,
    /// talhelper's `talconfig.yaml`
    Talconfig,
    /// talhelper's `talenv.yaml`
    Talenv,
    /// A Talos machine config, or a patch of one: of its own form, or a list of operations.
    MachineConfig,
    /// `makejinja.toml`
    Makejinja,
    /// Renovate's configuration or a preset.
    Renovate,
    /// A helmfile.
    Helmfile,
    /// A GitHub Actions workflow or action.
    Workflow,
    /// `.homelint.yaml`
    Config,
    /// Data of no kind that we know.
    Other,
}

/// One file with what it holds.
#[derive(Debug)]
pub struct File {
    /// Path and text.
    pub source: SourceFile,
    /// How it is read.
    pub syntax: Syntax,
    /// Its documents, comments and problems; empty for templates and text.
    pub parsed: Parsed,
    /// Whether its text was read: false for binary files and those that are too large.
    pub readable: bool,
    /// For a file that is not there because nobody has rendered its template yet: where it would come from.
    pub rendered: Option<Rendered>,
    /// Whether Flux's source-controller leaves it out of what it hands on: `.sourceignore`, and its own list.
    pub in_artifact: bool,
    /// What each document is for.
    roles: Vec<Role>,
    resources: OnceLock<Vec<Resource>>,
}

/// What stands for a file that a template makes: its text and all its spans are the template's.
#[derive(Debug)]
pub struct Rendered {
    /// The template.
    pub template: FileId,
    /// What of it is rendered only under a condition.
    pub conditions: Conditions,
    /// Whether it makes exactly its own text.
    pub exact: bool,
}

/// A resource, or the items of a `List`.
fn listed(root: &Node) -> Vec<Node> {
    let items = root.items_at(&["items"]);
    let list = root.text_at(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
    if list && !items.is_empty() { items.to_vec() } else { vec![root.clone()] }
}

impl File {
    /// Reads a text as its name says; `None` for a file that is known by name only.
    pub fn read(id: FileId, path: impl Into<String>, text: Option<String>) -> Self {
        let readable = text.is_some();
        let source = SourceFile::new(id, path, text.unwrap_or_default());
        let syntax = match Syntax::of(&source.path) {
            // SOPS wraps what it cannot read itself in JSON and keeps the name.
            Syntax::Toml if source.text.trim_start().starts_with('{') => Syntax::Json,
            syntax => syntax,
        };
        let parsed = match syntax {
            Syntax::Yaml => parse(id, &source.text),
            Syntax::Json => parse_json(id, &source.text),
            Syntax::Toml => parse_toml(id, &source.text),
            Syntax::Template | Syntax::Text => Parsed::default(),
        };
        File::parsed(source, syntax, parsed, readable, None)
    }

    fn parsed(source: SourceFile, syntax: Syntax, parsed: Parsed, readable: bool, rendered: Option<Rendered>) -> Self {
        let named = role_by_name(&source.path, source.name());
        let roles = parsed.documents.iter().map(|document| role(named, &source.path, &document.root)).collect();
        File { source, syntax, parsed, readable, rendered, in_artifact: true, roles, resources: OnceLock::new() }
    }

    /// What a template makes at a path, as far as it can be known without data; the same text where it is copied.
    pub fn render(id: FileId, path: &str, template: &File, delimiters: Option<&Delimiters>) -> Self {
        let text = template.readable.then(|| template.source.text.clone());
        let Some(delimiters) = delimiters else {
            let rendered = Rendered { template: template.source.id, conditions: Conditions::default(), exact: true };
            return File { rendered: Some(rendered), ..File::read(id, path, text) };
        };
        let syntax = Syntax::of(path);
        let read =
            text.as_deref().filter(|_| syntax == Syntax::Yaml).and_then(|text| jinja::read(id, text, delimiters));
        let readable = read.is_some();
        let (parsed, conditions) = read.unwrap_or_default();
        let exact = text.as_deref().is_some_and(|text| !delimiters.has_tags(text));
        let rendered = Some(Rendered { template: template.source.id, conditions, exact });
        let source = SourceFile::new(id, path, text.unwrap_or_default());
        File::parsed(source, syntax, parsed, readable, rendered)
    }

    /// Whether its text is what the tools will read: not so for a template with tags.
    pub fn is_exact(&self) -> bool {
        self.rendered.as_ref().is_none_or(|rendered| rendered.exact)
    }

    /// Whether a place is rendered only under a condition of its template.
    pub fn is_conditional(&self, span: Span) -> bool {
        self.rendered.as_ref().is_some_and(|rendered| rendered.conditions.of(span).next().is_some())
    }

    /// Forgets what was read: somebody renders this file, whatever it is called.
    fn take_for_template(&mut self) {
        self.syntax = Syntax::Template;
        self.parsed = Parsed::default();
        self.roles = Vec::new();
    }

    /// Whether it lies in a folder that its owner set aside: hidden, or called so.
    pub fn is_set_aside(&self) -> bool {
        let hidden = |part: &str| part.starts_with('.') && !matches!(part, ".github" | ".renovate");
        self.source.folder().split('/').any(|part| hidden(part) || FOLDERS.set_aside.contains(&plain_name(part)))
    }

    /// Whether it holds what could be applied to a cluster.
    pub fn is_manifest(&self) -> bool {
        self.roles.iter().any(|role| matches!(role, Role::Resource | Role::Kustomization))
    }

    /// Whether its path says that it shows how something is done, or is there for tests.
    pub fn is_example(&self) -> bool {
        let name = self.source.name().to_ascii_lowercase();
        // A manifest may be called after what it tests, a program's test is named so.
        let code = self.syntax == Syntax::Text;
        let shows = |word: &str| word.starts_with("example") || word.starts_with("sample") || word == "dist";
        let named = name.split(['.', '-', '_']).any(|word| shows(word) || code && word == "test");
        named || self.source.folder().split('/').any(|part| FOLDERS.shown.contains(&plain_name(part)))
    }

    /// Documents that the tools can read.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.parsed.documents.iter().filter(|document| !document.broken)
    }

    /// Every document, those included that no tool can read, with what it is for.
    pub fn all_with_roles(&self) -> impl Iterator<Item = (&Document, Role)> {
        self.parsed.documents.iter().zip(self.roles.iter().copied())
    }

    /// Documents that the tools can read, with what they are for.
    pub fn with_roles(&self) -> impl Iterator<Item = (&Document, Role)> {
        self.all_with_roles().filter(|(document, _)| !document.broken)
    }

    /// Root nodes of the documents with a role.
    pub fn roots_of(&self, role: Role) -> impl Iterator<Item = &Node> {
        self.with_roles().filter(move |(_, own)| *own == role).map(|(document, _)| &document.root)
    }

    /// The first document, for files that hold one.
    pub fn root(&self) -> Option<&Node> {
        self.documents().next().map(|document| &document.root)
    }

    /// What its first document is for.
    pub fn role_of_root(&self) -> Option<Role> {
        self.with_roles().next().map(|(_, role)| role)
    }

    /// Kubernetes resources written in this file; the items of a `List` count on their own.
    pub fn resources(&self) -> &[Resource] {
        self.resources
            .get_or_init(|| self.roots_of(Role::Resource).flat_map(listed).filter_map(Resource::new).collect())
    }
}

/// What all documents of a file are for, where its name says so.
fn role_by_name(path: &str, name: &str) -> Option<Role> {
    match name {
        "kustomization.yaml" | "kustomization.yml" | "Kustomization" => Some(Role::Kustomization),
        ".sops.yaml" => Some(Role::SopsConfig),
        "talconfig.yaml" | "talconfig.yml" => Some(Role::Talconfig),
        "talenv.yaml" | "talenv.yml" => Some(Role::Talenv),
        "makejinja.toml" => Some(Role::Makejinja),
        ".homelint.yaml" => Some(Role::Config),
        "helmfile.yaml" | "helmfile.yml" => Some(Role::Helmfile),
        "action.yaml" | "action.yml" => Some(Role::Workflow),
        _ if is_renovate(path, name) => Some(Role::Renovate),
        _ if path.starts_with(".github/workflows/") => Some(Role::Workflow),
        _ => None,
    }
}

/// What a document is for; `named` is what the file's name says.
fn role(named: Option<Role>, path: &str, root: &Node) -> Role {
    if let Some(role) = named {
        return role;
    }
    let kind = root.text_at(&["kind"]);
    match root.text_at(&["apiVersion"]) {
        Some(version) if version.starts_with("kustomize.config.k8s.io/") => Role::Kustomization,
        Some("v1alpha1") => Role::MachineConfig,
        Some(_) if kind.is_some() => Role::Resource,
        _ if root.get("releases").is_some_and(Node::is_seq) && is_of_helmfile(path) => Role::Helmfile,
        _ if root.at(&["machine"]).or(root.get("cluster")).is_some_and(Node::is_map) => Role::MachineConfig,
        _ if root.items().first().is_some_and(patches_machine) => Role::MachineConfig,
        _ => Role::Other,
    }
}

/// Whether a file or a folder on the way to it is called after helmfile.
pub fn is_of_helmfile(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with("helmfile"))
}

/// Whether it is an operation of a JSON patch of a machine config.
fn patches_machine(operation: &Node) -> bool {
    let path = operation.text_at(&["path"]).filter(|_| operation.get("op").or(operation.get("value")).is_some());
    path.is_some_and(|path| path.starts_with("/machine/") || path.starts_with("/cluster/"))
}

/// Renovate's own list of configuration file names, and preset files beside them.
fn is_renovate(path: &str, name: &str) -> bool {
    let stem = name.trim_end_matches(".json5").trim_end_matches(".json");
    let is_preset = [".renovate/", ".github/renovate/"].iter().any(|folder| path.starts_with(folder));
    matches!(stem, "renovate" | ".renovaterc") && name != "renovate" || is_preset && stem != name
}

/// A Kubernetes resource: a cheap view of a node.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The whole resource.
    pub node: Node,
    /// `apiVersion`
    pub api_version: SmolStr,
    /// `kind`
    pub kind: SmolStr,
}

impl Resource {
    /// A view of a node that has `apiVersion` and `kind`.
    pub fn new(node: Node) -> Option<Self> {
        let api_version = SmolStr::new(node.text_at(&["apiVersion"])?);
        let kind = SmolStr::new(node.text_at(&["kind"])?);
        Some(Resource { node, api_version, kind })
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// The version within the group.
    pub fn version(&self) -> &str {
        self.api_version.rsplit_once('/').map_or(&self.api_version, |(_, version)| version)
    }

    /// Whether it is of this group and kind, in any version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group() == group
    }

    /// Whether this is the same object: of the same kind, namespace and name.
    pub fn is_same(&self, other: &Resource) -> bool {
        self.is(other.group(), &other.kind) && (self.namespace(), self.name()) == (other.namespace(), other.name())
    }

    /// Group, kind, namespace and name, where no part of them is unknown; the namespace is empty where there is none.
    pub fn identity(&self) -> Option<(&str, &str, &str, &str)> {
        let name = self.node.at(&["metadata", "name"])?.literal()?;
        let namespace = self.node.at(&["metadata", "namespace"]).map_or(Some(""), Node::literal)?;
        Some((self.group(), self.kind.as_str(), namespace, name))
    }

    /// `metadata.name`
    pub fn name(&self) -> Option<&str> {
        self.node.text_at(&["metadata", "name"])
    }

    /// `metadata.namespace`
    pub fn namespace(&self) -> Option<&str> {
        self.node.text_at(&["metadata", "namespace"])
    }

    /// The value of an annotation.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.node.text_at(&["metadata", "annotations", name])
    }

    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.node.text_at(&["metadata", "labels", name])
    }

    /// `spec`
    pub fn spec(&self) -> Option<&Node> {
        self.node.get("spec")
    }

    /// Where to point: the name, else the kind, else the whole resource.
    pub fn name_span(&self) -> Span {
        let name = self.node.at(&["metadata", "name"]).or_else(|| self.node.get("kind"));
        name.map_or(self.node.span, |node| node.span)
    }

    /// Whether this is a Flux Kustomization.
    pub fn is_flux_kustomization(&self) -> bool {
        self.is("kustomize.toolkit.fluxcd.io", "Kustomization")
    }

    /// Whether this is a HelmRelease.
    pub fn is_helm_release(&self) -> bool {
        self.is("helm.toolkit.fluxcd.io", "HelmRelease")
    }

    /// `Kind/name`, as messages call it.
    pub fn title(&self) -> String {
        format!("{}/{}", self.kind, self.name().unwrap_or("?"))
    }
}

/// What the names of folders say of what is in them: `schemas/folders.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Folders {
    /// Set aside by their owner, or somebody else's tests.
    pub set_aside: BTreeSet<String>,
    /// Of templates that some program fills in, where one of them shows it.
    pub templates: BTreeSet<String>,
    /// There to show how something is done, or to test it.
    pub shown: BTreeSet<String>,
    /// Of what is tried and run by hand.
    pub by_hand: BTreeSet<String>,
}

/// The table.
pub static FOLDERS: LazyLock<Folders> = LazyLock::new(|| from_table(include_str!("../schemas/folders.yaml")));

/// The name of a folder as `schemas/folders.yaml` writes it.
pub fn plain_name(folder: &str) -> String {
    folder.trim_start_matches(['.', '_']).to_lowercase()
}

/// Marks what Flux's source-controller does not hand on.
fn leave_out_of_artifacts(files: &mut [File]) {
    let mut lists = vec![ignore_list("", include_str!("../schemas/sourceignore"))];
    let own = files.iter().filter(|file| file.source.name() == ".sourceignore");
    lists.extend(own.map(|file| ignore_list(file.source.folder(), &file.source.text)));
    for file in files.iter_mut().filter(|file| file.syntax == Syntax::Yaml) {
        let path = Path::new(&file.source.path);
        let below = lists.iter().filter(|list| path.starts_with(list.path()));
        let mut said = below.map(|list| list.matched_path_or_any_parents(path, false)).filter(|said| !said.is_none());
        file.in_artifact = said.next_back().is_none_or(|said| said.is_whitelist());
    }
}

/// A list in the syntax of `.gitignore` for what is below a folder; what of it cannot be read says nothing.
fn ignore_list(folder: &str, text: &str) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    text.lines().for_each(|line| _ = builder.add_line(None, line));
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// Names of a kustomization file, in kustomize's own order of preference.
pub const KUSTOMIZATION_FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// All files of a repository.
#[derive(Debug, Default)]
pub struct Tree {
    files: Vec<File>,
    by_path: BTreeMap<String, FileId>,
    folders: BTreeSet<String>,
}

impl Tree {
    /// A tree of files whose ids are their indices.
    pub fn new(mut files: Vec<File>) -> Self {
        let charts = files.iter().filter(|file| file.source.name() == "Chart.yaml");
        let charts: Vec<String> =
            charts.filter_map(|file| join(file.source.folder(), "templates")).map(|folder| folder + "/").collect();
        let rendered = |path: &str| path.contains("{{") || charts.iter().any(|folder| path.starts_with(folder));
        files.iter_mut().filter(|file| rendered(&file.source.path)).for_each(File::take_for_template);
        leave_out_of_artifacts(&mut files);
        let by_path: BTreeMap<String, FileId> =
            files.iter().map(|file| (file.source.path.clone(), file.source.id)).collect();
        let mut folders = BTreeSet::from([String::new()]);
        for path in by_path.keys() {
            let mut folder = folder_of(path);
            while !folder.is_empty() && folders.insert(folder.to_owned()) {
                folder = folder_of(folder);
            }
        }
        Tree { files, by_path, folders }
    }

    /// All files, by id, which is the order of their paths.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The file with an id.
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(id.0 as usize)
    }

    /// The file at a path relative to the root.
    pub fn find(&self, path: &str) -> Option<&File> {
        self.file(*self.by_path.get(path)?)
    }

    /// Whether some file lies below this folder.
    pub fn is_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// Every folder that holds a file somewhere below, in order; the root is the empty path.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.iter().map(String::as_str)
    }

    /// Files anywhere below a folder, in order of their paths.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a File> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let range = self.by_path.range(prefix.clone()..);
        range.take_while(move |(path, _)| path.starts_with(&prefix)).filter_map(|(_, id)| self.file(*id))
    }

    /// Files directly in a folder, in order of their names.
    pub fn files_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a File> {
        self.below(folder).filter(move |file| file.source.folder() == folder)
    }

    /// Folders directly in a folder, in order.
    pub fn folders_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let range = self.folders.range(prefix.clone()..);
        range
            .map(String::as_str)
            .take_while(move |path| path.starts_with(&prefix))
            .filter(move |path| !path.is_empty() && folder_of(path) == folder)
    }

    /// The kustomization file of a folder.
    pub fn kustomization(&self, folder: &str) -> Option<&File> {
        KUSTOMIZATION_FILES.iter().find_map(|name| {
            self.find(&if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") })
        })
    }

    /// The same tree with what templates make, and without what is only copied from where it lies.
    pub fn with_rendered(mut self, rendered: Vec<File>, copied: &[FileId]) -> Self {
        for id in copied {
            if let Some(file) = self.files.get_mut(id.0 as usize) {
                file.syntax = Syntax::Template;
                file.parsed = Parsed::default();
                file.roles.clear();
            }
        }
        if rendered.is_empty() { self } else { Tree::new(self.files.into_iter().chain(rendered).collect()) }
    }

    /// The file that a person edits: the template of one that is not rendered yet.
    pub fn written<'a>(&'a self, file: &'a File) -> &'a File {
        file.rendered.as_ref().and_then(|rendered| self.file(rendered.template)).unwrap_or(file)
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        self.file(span.file).map_or("", |file| file.source.slice(span))
    }
}
