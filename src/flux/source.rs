//! Whether the path of a Kustomization is a path of this repository.

use crate::links::{Created, Kind, Place};
use crate::resource::{File, Resource, Tree};
use crate::source::{is_slip, join};
use crate::yaml::Node;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Where a Kustomization's path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// To this folder of the repository; the root is the empty path.
    Here(String),
    /// To a folder that is not in the repository, though its source is.
    Missing(String),
    /// Out of the repository, with `..`.
    Outside,
    /// To another repository, or an artifact that something makes.
    Elsewhere,
    /// Into the resource itself, which is a ResourceSet.
    Inline,
    /// The path or the source is not known offline.
    Unknown,
}

/// Namespace and URL of a source.
type Declared = (SmolStr, Option<String>);

/// Kind, namespace and name of a source.
type Id = (SmolStr, SmolStr, SmolStr);

/// Which sources are this repository.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The sources that are written down, by kind and name.
    urls: BTreeMap<(SmolStr, SmolStr), Vec<Declared>>,
    /// URLs that sync entry points of this repository.
    own_urls: Vec<String>,
    /// Names that do, when no URL says so.
    own_names: Vec<SmolStr>,
    /// Kustomizations that name each source: how many paths exist here, and how many do not.
    paths: BTreeMap<(SmolStr, SmolStr), (usize, usize)>,
    /// What ArtifactGenerators make of sources, by name.
    artifacts: BTreeMap<SmolStr, BTreeSet<Artifact>>,
}

/// An artifact that holds a folder of a source as it lies there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Artifact {
    source: Id,
    /// The folder; `None` where the artifact is put together in another way.
    folder: Option<String>,
}

impl Artifact {
    /// The artifacts of a generator, with their names.
    fn of(generator: &Resource) -> Vec<(SmolStr, Artifact)> {
        let namespace = generator.namespace().unwrap_or("");
        let sources = generator.node.items_at(&["spec", "sources"]);
        let artifact = |node: &Node| {
            let copies: Vec<(&str, Option<String>)> = node.items_at(&["copy"]).iter().filter_map(copied).collect();
            let (alias, folder) = copies.first()?;
            let alike =
                copies.iter().all(|(_, other)| other == folder) && copies.len() == node.items_at(&["copy"]).len();
            let source = sources.iter().find(|source| source.text_at(&["alias"]) == Some(alias))?;
            let own = (
                SmolStr::new(source.text_at(&["kind"])?),
                SmolStr::new(source.text_at(&["namespace"]).unwrap_or(namespace)),
                SmolStr::new(source.text_at(&["name"])?),
            );
            let name = SmolStr::new(node.text_at(&["name"])?);
            Some((name, Artifact { source: own, folder: folder.clone().filter(|_| alike) }))
        };
        generator.node.items_at(&["spec", "artifacts"]).iter().filter_map(artifact).collect()
    }
}

/// The source that is copied, and the folder of it that is the artifact's root, where everything keeps its place.
fn copied(copy: &Node) -> Option<(&str, Option<String>)> {
    let (alias, from) = copy.text_at(&["from"])?.strip_prefix('@')?.split_once('/')?;
    let to = here(copy.text_at(&["to"])?.strip_prefix("@artifact")?)?;
    let from = from.strip_suffix("**").and_then(here);
    let root = from.and_then(|from| {
        let rest = from.strip_suffix(to.as_str())?;
        let whole = to.is_empty() || rest.is_empty() || rest.ends_with('/');
        whole.then(|| rest.trim_end_matches('/').to_owned())
    });
    Some((alias, root))
}

impl Sources {
    /// Reads the sources and the Kustomizations that use them from everything that is written in the repository.
    pub fn read(tree: &Tree) -> Sources {
        let mut sources = Sources::default();
        // What was put away has lost its paths.
        for resource in tree.files().iter().filter(|file| !file.is_set_aside()).flat_map(File::resources) {
            if resource.group() == "source.toolkit.fluxcd.io" {
                let Some(name) = resource.name() else { continue };
                let named = sources.urls.entry((resource.kind.clone(), SmolStr::new(name))).or_default();
                let url = resource.node.at(&["spec", "url"]).and_then(Node::known).map(normal);
                named.push((SmolStr::new(resource.namespace().unwrap_or("")), url));
            }
            if resource.is("source.extensions.fluxcd.io", "ArtifactGenerator") {
                for (name, artifact) in Artifact::of(resource) {
                    sources.artifacts.entry(name).or_default().insert(artifact);
                }
            }
            if resource.is_flux_kustomization() {
                let Some((kind, _, name)) = source_of(resource, "") else { continue };
                let Some(path) = resource.node.at(&["spec", "path"]).and_then(Node::known).and_then(here) else {
                    continue;
                };
                // Every repository has a root.
                if path.is_empty() {
                    continue;
                }
                let (found, missing) = sources.paths.entry((kind, name)).or_default();
                *(if tree.is_folder(&path) { found } else { missing }) += 1;
            }
        }
        sources
    }

    /// Takes sources for this repository: what an entry point syncs from, with its URLs.
    pub(super) fn own(&mut self, sources: &[(SmolStr, Option<SmolStr>)]) {
        for (name, url) in sources {
            self.own_names.push(name.clone());
            self.own_urls.extend(url.as_deref().filter(|url| !url.contains("${")).map(normal));
        }
    }

    /// The source of a Kustomization that works, where it is this repository and nothing here defines it.
    pub(super) fn missing(&self, kustomization: &Resource) -> Option<Created> {
        let source = source_of(kustomization, kustomization.namespace().unwrap_or(""))?;
        let is_own = source.0 != "ExternalArtifact" && self.is_own(&source);
        let (kind, namespace, name) = source;
        let found = |kind: &SmolStr, name: &SmolStr| {
            self.paths.get(&(kind.clone(), name.clone())).map_or(0, |(found, _)| *found)
        };
        let own = found(&kind, &name);
        // The same name by another kind, or a name that looks like it, and more of them: a mistake.
        let usual = self.paths.iter().filter(|((_, other), _)| *other == name || is_slip(&name, other));
        let odd = usual.into_iter().any(|(_, (more, _))| *more > own);
        let known = self.urls.contains_key(&(kind.clone(), name.clone()));
        if odd || known || !is_own {
            return None;
        }
        let place = if namespace.is_empty() { Place::Unknown } else { Place::Namespace(namespace) };
        let kind = Kind { group: SmolStr::new_static("source.toolkit.fluxcd.io"), kind };
        let span = kustomization.node.at(&["spec", "sourceRef", "name"])?.span;
        Some(Created { kind, name: Some(name), ordinal: false, place, keys: None, span })
    }

    /// Where a Kustomization's path leads.
    pub fn locate(&self, tree: &Tree, kustomization: &Resource) -> Location {
        let path = kustomization.node.at(&["spec", "path"]);
        if path.is_some_and(Node::is_unknown)
            || path.is_some_and(|path| path.text().is_some_and(|path| path.contains("${")))
        {
            return Location::Unknown;
        }
        let Some(source) = source_of(kustomization, kustomization.namespace().unwrap_or("")) else {
            return Location::Unknown;
        };
        let Some(root) = self.root(&source) else { return Location::Elsewhere };
        let Some(path) = join(root, path.and_then(Node::text).unwrap_or("").trim_start_matches('/')) else {
            return Location::Outside;
        };
        if tree.is_folder(&path) { Location::Here(path) } else { Location::Missing(path) }
    }

    /// The folder of this repository that a source holds.
    fn root(&self, source: &Id) -> Option<&str> {
        let (kind, _, name) = source;
        if kind != "ExternalArtifact" {
            return self.is_own(source).then_some("");
        }
        let mut artifacts = self.artifacts.get(name)?.iter();
        let artifact = artifacts.next().filter(|artifact| self.is_own(&artifact.source))?;
        artifact.folder.as_deref().filter(|_| artifacts.next().is_none())
    }

    /// Whether a source is this repository.
    fn is_own(&self, (kind, namespace, name): &Id) -> bool {
        if let Some(url) = self.url(kind, namespace, name) {
            if self.own_urls.contains(&url) {
                return true;
            }
            if !self.own_urls.is_empty() && kind == "GitRepository" && !self.own_names.contains(name) {
                return false;
            }
        }
        if self.own_names.contains(name) {
            return true;
        }
        let (found, missing) = self.paths.get(&(kind.clone(), name.clone())).copied().unwrap_or_default();
        found > 0 && found >= missing
    }

    fn url(&self, kind: &SmolStr, namespace: &str, name: &SmolStr) -> Option<String> {
        let named = self.urls.get(&(kind.clone(), name.clone()))?;
        let exact = named.iter().find(|(found, _)| found == namespace);
        exact.or_else(|| named.iter().find(|(found, _)| found.is_empty())).and_then(|(_, url)| url.clone())
    }
}

fn source_of(kustomization: &Resource, namespace: &str) -> Option<Id> {
    let source = kustomization.node.at(&["spec", "sourceRef"])?;
    let text = |field: &str| source.get(field).and_then(Node::known);
    Some((
        SmolStr::new(text("kind")?),
        SmolStr::new(text("namespace").unwrap_or(namespace)),
        SmolStr::new(text("name")?),
    ))
}

/// A path relative to the repository's root, however it begins.
pub fn here(path: &str) -> Option<String> {
    join("", path.trim_start_matches('/'))
}

/// `host/owner/repository` of a URL, so that `ssh://git@…` and `https://…​.git` are equal.
fn normal(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    rest.trim_end_matches('/').trim_end_matches(".git").replace(':', "/").to_lowercase()
}
