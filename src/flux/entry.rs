//! Where Flux begins: what a FluxInstance or `flux bootstrap` syncs, else every Kustomization that nobody applies.

use super::envsubst::{self, Expanded, Use, Variable};
use super::source::here;
use crate::links::{Created, Kind, Links, Place};
use crate::resource::{File, Resource, Role, Tree};
use crate::source::{FileId, Span, folder_of};
use crate::yaml::{Entry as Field, Node, Style};
use smol_str::SmolStr;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Flux's own namespace, and the name of what it syncs, where nothing else is said.
pub(super) const FLUX_SYSTEM: &str = "flux-system";

/// The file in which `flux bootstrap` keeps the source and the first Kustomization.
const GOTK_SYNC: &str = "gotk-sync.yaml";

/// Most paths that the variables in one `sync.path` can give.
const MAX_PATHS: usize = 64;

/// What makes Flux begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// `sync` of a FluxInstance, or of the values of the chart that makes one.
    FluxInstance,
    /// `gotk-sync.yaml`, as `flux bootstrap` writes it.
    Bootstrap,
    /// Kustomizations that no other applies.
    Unowned,
    /// `spec.kubeConfig` of a Kustomization in another cluster.
    Remote,
}

/// Where the deployment of one cluster begins.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What makes Flux begin.
    pub kind: EntryKind,
    /// The folder that is synced, or that holds the first Kustomizations: no other cluster begins there.
    pub folder: String,
    /// Where that is said.
    pub span: Span,
    /// The Kustomizations that nobody in the repository applies; one that Flux makes itself has the spans of `sync`.
    pub roots: Vec<Resource>,
    /// Names of the sources that are synced, with their URLs.
    pub sources: Vec<(SmolStr, Option<SmolStr>)>,
    /// What comes into being with the roots, such as their source.
    pub made: Vec<Created>,
    /// Patches of the roots: those that a FluxInstance applies to all that it makes.
    pub patches: Vec<Node>,
}

impl Entry {
    /// Whether there are Kustomizations where it begins.
    pub(super) fn begins_in(&self, tree: &Tree) -> bool {
        tree.below(&self.folder).flat_map(File::resources).any(Resource::is_flux_kustomization)
    }

    /// The same cluster begins in two ways: the Kustomizations of the first count, the sources of both exist.
    fn join(&mut self, other: Entry) {
        self.sources.extend(other.sources);
        self.made.extend(other.made);
    }
}

/// Entry points that are written down, in order of paths.
pub(super) fn syncs(tree: &Tree, links: &Links) -> Vec<Entry> {
    let settings = Settings::of(tree);
    let mut entries: Vec<Entry> = Vec::new();
    for file in tree.files().iter().filter(|file| !file.is_set_aside()) {
        let found = of_file(file, links, &settings).into_iter();
        found.filter(|found| tree.is_folder(&found.folder)).for_each(|found| add(&mut entries, found));
    }
    entries
}

/// Adds an entry point; where another begins in the same folder, it is the same cluster.
pub(super) fn add(entries: &mut Vec<Entry>, found: Entry) {
    match entries.iter_mut().find(|known| known.folder == found.folder) {
        Some(known) => known.join(found),
        None => entries.push(found),
    }
}

fn of_file(file: &File, links: &Links, settings: &Settings) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    for document in file.documents() {
        let root = &document.root;
        match Resource::new(root.clone()) {
            Some(resource) => match instance_spec(&resource) {
                Some(spec) => found.extend(synced(spec, namespace_of(&resource), settings)),
                None => found.extend(bootstrap(&resource, file, links)),
            },
            // A values file of the chart, which a ConfigMap generator reads.
            None => root.get("instance").into_iter().for_each(|spec| found.extend(synced(spec, FLUX_SYSTEM, settings))),
        }
    }
    for release in file.roots_of(Role::Helmfile).flat_map(|root| root.items_at(&["releases"])) {
        let specs = release.items_at(&["values"]).iter().filter_map(|values| values.get("instance"));
        let namespace = release.text_at(&["namespace"]).unwrap_or(FLUX_SYSTEM);
        specs.for_each(|spec| found.extend(synced(spec, namespace, settings)));
    }
    let is_stub = file.source.name() == GOTK_SYNC && file.documents().next().is_none();
    found.extend(stub(file).filter(|_| is_stub));
    found
}

/// What a FluxInstance, or a release of the chart that makes one, specifies.
pub fn instance_spec(resource: &Resource) -> Option<&Node> {
    match resource.kind.as_str() {
        "FluxInstance" if resource.group() == "fluxcd.controlplane.io" => resource.spec(),
        "HelmRelease" => resource.node.at(&["spec", "values", "instance"]),
        _ => None,
    }
}

/// The namespace of the FluxInstance that a resource is or makes.
fn namespace_of(resource: &Resource) -> &str {
    let target = resource.node.text_at(&["spec", "targetNamespace"]).filter(|_| resource.is_helm_release());
    target.or_else(|| resource.namespace()).unwrap_or(FLUX_SYSTEM)
}

/// The entry point that a FluxInstance is once it is deployed.
pub(super) fn deployed(tree: &Tree, resource: &Resource) -> Option<Entry> {
    synced(instance_spec(resource)?, namespace_of(resource), &Settings::of(tree)).pop()
}

/// What the operator makes of `sync`: a source and a Kustomization of the same name, which is that of the namespace
/// where nothing else is said. One for each path that is possible.
fn synced(spec: &Node, namespace: &str, settings: &Settings) -> Vec<Entry> {
    let Some(sync) = spec.get("sync") else { return Vec::new() };
    let Some(path) = sync.get("path").filter(|path| !path.is_unknown()) else { return Vec::new() };
    let text = path.text().unwrap_or("");
    let paths = if envsubst::is_template(text) { settings.paths(text) } else { vec![text.to_owned()] };
    let name = sync.get("name").filter(|name| name.text().is_some_and(|name| !name.is_empty()));
    let synced = Synced {
        kind: sync.get("kind").cloned().unwrap_or_else(|| Node::string(sync.span, "GitRepository")),
        name: name.cloned().unwrap_or_else(|| Node::string(path.span, namespace)),
        url: sync.get("url").and_then(Node::known).map(SmolStr::new),
        namespace: SmolStr::new(namespace),
    };
    let patches = spec.items_at(&["kustomize", "patches"]);
    let entry = |text: String| {
        let entry = synced.entry(EntryKind::FluxInstance, &Node::string(path.span, text))?;
        Some(Entry { patches: patches.to_vec(), ..entry })
    };
    paths.into_iter().filter_map(entry).collect()
}

/// A source that is this repository, from which a Kustomization of its name is made.
pub(super) struct Synced {
    pub kind: Node,
    pub namespace: SmolStr,
    pub name: Node,
    pub url: Option<SmolStr>,
}

impl Synced {
    /// What `flux bootstrap` makes: everything is called after the namespace.
    pub fn bootstrap(namespace: &str, span: Span) -> Self {
        let [kind, name] = ["GitRepository", namespace].map(|text| Node::string(span, text));
        Synced { kind, namespace: SmolStr::new(namespace), name, url: None }
    }

    /// The entry point that syncs a path of it through a Kustomization of its name.
    pub fn entry(&self, kind: EntryKind, path: &Node) -> Option<Entry> {
        let span = path.span;
        let map = |fields: Vec<(&str, Node)>| {
            let key = |name: &str| Node::scalar(span, name, Style::Plain);
            Node::map(span, fields.into_iter().map(|(name, value)| Field { key: key(name), value }).collect())
        };
        let metadata =
            map(vec![("name", self.name.clone()), ("namespace", Node::string(span, self.namespace.clone()))]);
        let source = map(vec![("kind", self.kind.clone()), ("name", self.name.clone())]);
        let prune = Node::scalar(span, "true", Style::Plain);
        let node = map(vec![
            ("apiVersion", Node::string(span, "kustomize.toolkit.fluxcd.io/v1")),
            ("kind", Node::string(span, "Kustomization")),
            ("metadata", metadata),
            ("spec", map(vec![("path", path.clone()), ("prune", prune), ("sourceRef", source)])),
        ]);
        Some(Entry {
            kind,
            folder: here(path.text()?)?,
            span,
            roots: vec![Resource::new(node)?],
            sources: self.name.known().map(|name| (SmolStr::new(name), self.url.clone())).into_iter().collect(),
            made: self.made().into_iter().collect(),
            patches: Vec::new(),
        })
    }

    fn made(&self) -> Option<Created> {
        let kind = Kind { group: SmolStr::new_static("source.toolkit.fluxcd.io"), kind: self.kind.known()?.into() };
        Some(object(kind, Place::Namespace(self.namespace.clone()), self.name.known()?, self.name.span))
    }
}

/// An object of which only the name is known.
pub(super) fn object(kind: Kind, place: Place, name: &str, span: Span) -> Created {
    Created { kind, name: Some(SmolStr::new(name)), ordinal: false, place, keys: None, span }
}

fn bootstrap(resource: &Resource, file: &File, links: &Links) -> Option<Entry> {
    if file.source.name() != GOTK_SYNC || !resource.is_flux_kustomization() {
        return None;
    }
    let name = resource.node.text_at(&["spec", "sourceRef", "name"])?;
    let is_source = |other: &&Resource| other.group() == "source.toolkit.fluxcd.io" && other.name() == Some(name);
    let source = file.resources().iter().find(is_source);
    let url = source.and_then(|source| source.node.at(&["spec", "url"])).and_then(Node::known).map(SmolStr::new);
    Some(Entry {
        kind: EntryKind::Bootstrap,
        folder: here(resource.node.text_at(&["spec", "path"]).unwrap_or(""))?,
        span: resource.name_span(),
        roots: vec![resource.clone()],
        sources: vec![(SmolStr::new(name), url)],
        made: file.resources().iter().flat_map(|resource| links.brings(resource)).collect(),
        patches: Vec::new(),
    })
}

/// An empty file that `flux bootstrap` will fill: it lies in a folder called after the namespace, below what is synced.
fn stub(file: &File) -> Option<Entry> {
    let span = Span::new(file.source.id, 0, 0);
    let folder = file.source.folder();
    let namespace = folder.rsplit('/').next().unwrap_or(FLUX_SYSTEM);
    Synced::bootstrap(namespace, span).entry(EntryKind::Bootstrap, &Node::string(span, folder_of(folder)))
}

/// The values that variables take in the settings of any cluster, read when they are first asked for.
struct Settings<'t> {
    tree: &'t Tree,
    values: OnceCell<BTreeMap<&'t str, BTreeSet<&'t str>>>,
}

impl<'t> Settings<'t> {
    fn of(tree: &'t Tree) -> Self {
        Settings { tree, values: OnceCell::new() }
    }

    fn read(&self) -> BTreeMap<&'t str, BTreeSet<&'t str>> {
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for resource in self.tree.files().iter().filter(|file| !file.is_set_aside()).flat_map(File::resources) {
            let path: &[&str] = match resource.kind.as_str() {
                "Kustomization" => &["spec", "postBuild", "substitute"],
                "ConfigMap" => &["data"],
                _ => continue,
            };
            for entry in resource.node.entries_at(path) {
                let value = entry.value.known().filter(|value| !envsubst::is_template(value));
                if let (Some(name), Some(value)) = (entry.key.text(), value) {
                    values.entry(name).or_default().insert(value);
                }
            }
        }
        values
    }

    /// What a path with variables can be: each value that one takes makes another.
    fn paths(&self, text: &str) -> Vec<String> {
        let values = self.values.get_or_init(|| self.read());
        let Ok(Expanded { uses, .. }) = envsubst::expand(text, &|_| Variable::Undefined) else { return Vec::new() };
        let names: BTreeSet<&str> = uses.iter().map(|used| used.name.as_str()).collect();
        let mut choices: Vec<BTreeMap<&str, &str>> = vec![BTreeMap::new()];
        for (name, values) in names.into_iter().filter_map(|name| values.get_key_value(name)) {
            let chosen = choices.iter().flat_map(|choice| {
                values.iter().map(move |value| choice.iter().map(|(k, v)| (*k, *v)).chain([(*name, *value)]).collect())
            });
            choices = chosen.take(MAX_PATHS).collect();
        }
        let path = |choice: &BTreeMap<&str, &str>| {
            let known = |value: &&str| Variable::Known(SmolStr::new(value), Span::new(FileId(u32::MAX), 0, 0));
            let lookup = |name: &str| choice.get(name).map_or(Variable::Undefined, known);
            let expanded = envsubst::expand(text, &lookup).ok()?;
            (!expanded.uses.iter().any(Use::is_missing)).then_some(expanded.text)
        };
        choices.iter().filter_map(path).collect()
    }
}
