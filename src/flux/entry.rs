//! Where Flux begins: what a FluxInstance or `flux bootstrap` syncs, else every Kustomization that nobody applies.

use crate::resource::{Resource, Tree};
use crate::source::Span;
use crate::yaml::{Entry as Field, Node, Style};
use smol_str::SmolStr;

/// Flux's own namespace, and the name of what it syncs, where nothing else is said.
const FLUX_SYSTEM: &str = "flux-system";

/// What makes Flux begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// `sync` of a FluxInstance, or of the values of the chart that makes one.
    FluxInstance,
    /// `gotk-sync.yaml`, as `flux bootstrap` writes it.
    Bootstrap,
    /// Kustomizations that no other applies.
    Unowned,
}

/// Where the deployment of one cluster begins.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What makes Flux begin.
    pub kind: EntryKind,
    /// Where that is said.
    pub span: Span,
    /// The Kustomizations that nobody in the repository applies; one that Flux makes itself has the spans of `sync`.
    pub roots: Vec<Resource>,
    /// Name of the source that is synced, and its URL.
    pub source: Option<(SmolStr, Option<SmolStr>)>,
}

/// Entry points that are written down, in order of paths.
pub(super) fn syncs(tree: &Tree) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for file in tree.files() {
        for document in file.documents() {
            let root = &document.root;
            let found = match Resource::new(root.clone()) {
                Some(resource) => instance(&resource).or_else(|| bootstrap(&resource, file.source.name(), file)),
                // A values file of the chart, which a ConfigMap generator reads.
                None => root.at(&["instance", "sync"]).and_then(|sync| synced(sync, FLUX_SYSTEM)),
            };
            let Some(found) = found else { continue };
            let path = |entry: &Entry| {
                entry.roots.first().and_then(|root| root.node.text_at(&["spec", "path"]).and_then(super::source::here))
            };
            if path(&found).is_some_and(|path| tree.is_folder(&path))
                && entries.iter().all(|known| path(known) != path(&found))
            {
                entries.push(found);
            }
        }
    }
    entries
}

/// What a FluxInstance, or a release of the chart that makes one, specifies.
pub fn instance_spec(resource: &Resource) -> Option<&Node> {
    match resource.kind.as_str() {
        "FluxInstance" if resource.group() == "fluxcd.controlplane.io" => resource.spec(),
        "HelmRelease" => resource.node.at(&["spec", "values", "instance"]),
        _ => None,
    }
}

fn instance(resource: &Resource) -> Option<Entry> {
    let sync = instance_spec(resource)?.get("sync");
    synced(sync?, resource.namespace().filter(|_| resource.kind == "FluxInstance").unwrap_or(FLUX_SYSTEM))
}

/// The Kustomization that the operator makes of `sync`.
fn synced(sync: &Node, namespace: &str) -> Option<Entry> {
    let path = sync.get("path").filter(|path| path.known().is_some_and(|path| !path.contains("${")))?;
    let span = sync.span;
    let kind = sync.get("kind").cloned().unwrap_or_else(|| Node::string(span, "GitRepository"));
    let name = sync.get("name").cloned().unwrap_or_else(|| Node::string(path.span, namespace));
    let source = name.known().map(|name| (SmolStr::new(name), sync.get("url").and_then(Node::known).map(SmolStr::new)));
    let map = |fields: Vec<(&str, Node)>| {
        let key = |name: &str| Node::scalar(span, name, Style::Plain);
        Node::map(span, fields.into_iter().map(|(name, value)| Field { key: key(name), value }).collect())
    };
    let node = map(vec![
        ("apiVersion", Node::string(span, "kustomize.toolkit.fluxcd.io/v1")),
        ("kind", Node::string(span, "Kustomization")),
        ("metadata", map(vec![("name", name.clone()), ("namespace", Node::string(span, namespace))])),
        (
            "spec",
            map(vec![
                ("path", path.clone()),
                ("prune", Node::scalar(span, "true", Style::Plain)),
                ("sourceRef", map(vec![("kind", kind), ("name", name)])),
            ]),
        ),
    ]);
    Some(Entry { kind: EntryKind::FluxInstance, span: path.span, roots: vec![Resource::new(node)?], source })
}

fn bootstrap(resource: &Resource, file: &str, whole: &crate::resource::File) -> Option<Entry> {
    if file != "gotk-sync.yaml" || !resource.is_flux_kustomization() {
        return None;
    }
    let name = resource.node.text_at(&["spec", "sourceRef", "name"])?;
    let is_source = |other: &Resource| other.group() == "source.toolkit.fluxcd.io" && other.name() == Some(name);
    let source = whole.resources().iter().find(|resource| is_source(resource));
    let url =
        source.as_ref().and_then(|source| source.node.at(&["spec", "url"])).and_then(Node::known).map(SmolStr::new);
    Some(Entry {
        kind: EntryKind::Bootstrap,
        span: resource.name_span(),
        roots: vec![resource.clone()],
        source: Some((SmolStr::new(name), url)),
    })
}
