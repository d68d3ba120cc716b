//! Entry points, Kustomizations, sources, parent patches, substitution: the repository as Flux deploys it.

pub mod entry;
pub mod envsubst;
mod functions;
pub mod graph;
pub mod resource_set;
pub mod source;
pub mod substitute;
mod template;
pub mod variables;
mod write;

use crate::kustomize::{Fault, FaultKind, Kustomize, Overlay, Unchecked};
use crate::links::Links;
use crate::resource::{File, Resource, Role, Tree};
use crate::source::{FileId, Span};
use crate::yaml::{Node, Style};
use entry::EntryKind;
use rayon::prelude::*;
use resource_set::Providers;
use smol_str::SmolStr;
use source::{Location, Sources};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use substitute::{Found, Refusal, VariableUse};
use variables::{Holders, Variables};

/// Longest chain of Kustomizations that apply one another.
const MAX_LEVELS: usize = 24;

/// Most Kustomizations of one cluster.
const MAX_KUSTOMIZATIONS: usize = 20_000;

/// Everything that Flux would apply.
#[derive(Debug, Default)]
pub struct Fleet {
    /// One for each entry point, in order of paths.
    pub clusters: Vec<Cluster>,
    /// Mistakes of the kustomizations that none of them reaches.
    pub strays: Vec<Fault>,
}

impl Fleet {
    /// The files that Flux reads to build what it applies.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        let applied = self.clusters.iter().flat_map(|cluster| &cluster.kustomizations);
        applied.flat_map(|applied| applied.files.iter().copied())
    }
}

/// What one Flux applies.
#[derive(Debug)]
pub struct Cluster {
    /// Where it begins.
    pub entry: entry::Entry,
    /// Parents before children.
    pub kustomizations: Vec<Applied>,
    by_name: BTreeMap<Id, usize>,
}

/// Kind, namespace and name.
type Id = (SmolStr, SmolStr, SmolStr);

/// A Kustomization, or a ResourceSet, and what it applies.
#[derive(Debug)]
pub struct Applied {
    /// The Kustomization or ResourceSet as deployed: patched and substituted by its parents.
    pub resource: Resource,
    /// The one that applies it.
    pub parent: Option<usize>,
    /// Where its path leads.
    pub location: Location,
    /// What it applies.
    pub resources: Vec<Resource>,
    /// What `postBuild` defines.
    pub variables: Variables,
    /// Every variable in what it applies.
    pub uses: Vec<VariableUse>,
    /// What cannot be substituted.
    pub refusals: Vec<(Span, Refusal)>,
    /// Mistakes of its kustomizations.
    pub faults: Vec<Fault>,
    /// What was not judged.
    pub unchecked: Vec<Unchecked>,
    /// Whether nothing that it applies is out of sight.
    pub complete: bool,
    /// The files that were read to build it.
    pub files: BTreeSet<FileId>,
}

impl Applied {
    /// Whether Flux cannot build it.
    pub fn fails(&self) -> bool {
        self.faults.iter().any(|fault| fault.fatal)
    }

    /// The namespace it lives in.
    pub fn namespace(&self) -> &str {
        namespace(&self.resource)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.resource.name().unwrap_or("")
    }

    /// Namespaces and names of the Kustomizations that have to be ready before it.
    pub fn dependencies(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.resource.node.items_at(&["spec", "dependsOn"]).iter();
        entries.filter_map(|entry| {
            Some((entry.text_at(&["namespace"]).unwrap_or(self.namespace()), entry.text_at(&["name"])?))
        })
    }
}

impl Cluster {
    /// The Kustomization with this namespace and name.
    pub fn find(&self, namespace: &str, name: &str) -> Option<&Applied> {
        self.kustomizations.get(self.index(namespace, name)?)
    }

    /// Where it stands in `kustomizations`.
    pub fn index(&self, namespace: &str, name: &str) -> Option<usize> {
        let id = (SmolStr::new_static("Kustomization"), SmolStr::new(namespace), SmolStr::new(name));
        self.by_name.get(&id).copied()
    }

    /// The Kustomizations that lead from the entry point to this one, itself last.
    pub fn chain(&self, index: usize) -> Vec<&Applied> {
        let parent = |applied: &&Applied| applied.parent.and_then(|parent| self.kustomizations.get(parent));
        // A parent stands before its children, so this ends.
        let mut chain: Vec<&Applied> = std::iter::successors(self.kustomizations.get(index), parent).collect();
        chain.reverse();
        chain
    }

    /// Every resource with the Kustomization that applies it.
    pub fn resources(&self) -> impl Iterator<Item = (&Applied, &Resource)> {
        self.kustomizations.iter().flat_map(|applied| applied.resources.iter().map(move |resource| (applied, resource)))
    }

    /// The files that hold what it applies, and where it begins.
    pub fn files(&self) -> BTreeSet<FileId> {
        let roots = self.entry.roots.iter().map(|root| root.node.span.file);
        roots.chain(self.kustomizations.iter().flat_map(|applied| applied.files.iter().copied())).collect()
    }

    /// Whether everything that this cluster applies is in sight.
    pub fn is_complete(&self) -> bool {
        self.kustomizations.iter().all(|applied| applied.complete)
    }
}

/// Deploys a repository as Flux would, without a cluster.
pub fn deploy(tree: &Tree, links: &Links) -> Fleet {
    let written: Vec<Resource> = tree.files().iter().flat_map(File::resources).cloned().collect();
    let entries = entry::syncs(tree);
    let mut sources = Sources::read(tree, &written);
    for (name, url) in entries.iter().filter_map(|entry| entry.source.as_ref()) {
        sources.own(name, url.as_deref());
    }
    let mut spare = Holders::default();
    spare.add_written(written.iter(), links);
    let flux = Flux { tree, links, kustomize: Kustomize::new(tree), sources, spare };
    let mut growing: Vec<Growing> = entries.into_iter().map(|entry| flux.cluster(entry)).collect();
    let rest = flux.unowned(&written, &growing);
    match growing.as_mut_slice() {
        // What somebody applied by hand, once, goes to the one cluster that there is.
        [only] => rest.iter().for_each(|entry| flux.grow(only, &entry.roots)),
        _ => growing.extend(rest.into_iter().map(|entry| flux.cluster(entry))),
    }
    let clusters = growing.into_iter().map(|growing| growing.cluster).collect();
    let mut fleet = Fleet { clusters, strays: Vec::new() };
    fleet.strays = flux.strays(&fleet);
    fleet
}

struct Flux<'a> {
    tree: &'a Tree,
    links: &'a Links,
    kustomize: Kustomize<'a>,
    sources: Sources,
    /// ConfigMaps and Secrets that are written down, for what no Kustomization applies.
    spare: Holders,
}

/// A cluster that is being followed, and what has been seen in it that others read.
struct Growing {
    cluster: Cluster,
    holders: Holders,
    providers: Providers,
}

/// Kustomizations and ResourceSets that wait for their turn, each identity once.
#[derive(Default)]
struct Queue {
    /// Each with the one that applies it.
    waiting: Vec<(Resource, Option<usize>)>,
    /// Every identity with its index in the cluster, which is the order of arrival.
    seen: BTreeMap<Id, usize>,
}

impl Queue {
    fn add(&mut self, resource: &Resource, parent: Option<usize>) {
        if !resource.is_flux_kustomization() && !resource_set::is_resource_set(resource) {
            return;
        }
        let Some(name) = resource.node.at(&["metadata", "name"]).and_then(Node::known) else { return };
        let index = self.seen.len();
        let id = (resource.kind.clone(), SmolStr::new(namespace(resource)), SmolStr::new(name));
        if let Entry::Vacant(place) = self.seen.entry(id) {
            place.insert(index);
            self.waiting.push((resource.clone(), parent));
        }
    }
}

impl Flux<'_> {
    /// Follows an entry point.
    fn cluster(&self, entry: entry::Entry) -> Growing {
        let roots = entry.roots.clone();
        let cluster = Cluster { entry, kustomizations: Vec::new(), by_name: BTreeMap::new() };
        let mut growing = Growing { cluster, holders: Holders::default(), providers: Providers::default() };
        self.grow(&mut growing, &roots);
        growing
    }

    /// Follows Kustomizations level by level, so that each is built when all that patch it were.
    fn grow(&self, growing: &mut Growing, roots: &[Resource]) {
        let Growing { cluster, holders, providers } = growing;
        let mut queue = Queue { waiting: Vec::new(), seen: std::mem::take(&mut cluster.by_name) };
        roots.iter().for_each(|root| queue.add(root, None));
        let kustomizations = &mut cluster.kustomizations;
        for _ in 0..MAX_LEVELS {
            let level = std::mem::take(&mut queue.waiting);
            if level.is_empty() || kustomizations.len() > MAX_KUSTOMIZATIONS {
                break;
            }
            let build = |(resource, parent)| self.build(resource, parent, providers);
            let built: Vec<Applied> = level.into_par_iter().map(build).collect();
            // Kustomizations of one level may use one another's ConfigMaps.
            holders.add(built.iter().flat_map(|applied| &applied.resources), self.links);
            let done: Vec<Applied> = built.into_par_iter().map(|applied| self.finish(applied, holders)).collect();
            for applied in done {
                for resource in &applied.resources {
                    queue.add(resource, Some(kustomizations.len()));
                    providers.add(resource);
                }
                if !applied.uses.is_empty() {
                    let substituted = applied.resources.iter().filter(|resource| resource.kind == "ConfigMap");
                    holders.add(substituted, self.links);
                }
                kustomizations.push(applied);
            }
        }
        cluster.by_name = queue.seen;
    }

    /// Builds the folder of a Kustomization, or renders a ResourceSet.
    fn build(&self, resource: Resource, parent: Option<usize>, providers: &Providers) -> Applied {
        let inline = resource_set::is_resource_set(&resource);
        let location = if inline { Location::Inline } else { self.sources.locate(self.tree, &resource) };
        let mut applied = Applied {
            resource,
            parent,
            location,
            resources: Vec::new(),
            variables: Variables::default(),
            uses: Vec::new(),
            refusals: Vec::new(),
            faults: Vec::new(),
            unchecked: Vec::new(),
            complete: false,
            files: BTreeSet::new(),
        };
        match &applied.location {
            Location::Here(folder) => {
                let overlay = overlay(&applied.resource);
                let mut built = self.kustomize.build_with(folder, &overlay);
                built.faults.retain(|fault| !is_inherited(fault, &overlay, &applied.resource));
                applied.complete = !built.incomplete && !built.fails();
                applied.resources = built.resources;
                applied.faults = built.faults;
                applied.files = built.files;
                applied.unchecked = built.unchecked;
            }
            Location::Inline => match resource_set::render(&applied.resource, providers) {
                Ok(resources) => {
                    applied.resources = resources;
                    applied.complete = true;
                }
                Err((span, reason)) => applied.unchecked.push(Unchecked { span, reason: reason.into() }),
            },
            _ => {}
        }
        applied
    }

    /// Substitutes, and sets what Flux sets on everything it applies.
    fn finish(&self, mut applied: Applied, holders: &Holders) -> Applied {
        let namespace = applied.namespace().to_owned();
        applied.variables = Variables::read(&applied.resource, &namespace, &[holders, &self.spare]);
        let mut found = Found::default();
        let marks = Marks::of(&applied.resource);
        let lookup = |name: &str| applied.variables.get(name);
        let active = applied.variables.is_active();
        for resource in &mut applied.resources {
            let mut node = if active && !substitute::is_disabled(resource) {
                substitute::substitute(&resource.node, &lookup, &mut found)
            } else {
                substitute::settle(&resource.node)
            };
            marks.set(&mut node);
            if let Some(new) = Resource::new(node) {
                *resource = new;
            }
        }
        applied.uses = found.uses;
        applied.refusals = found.refusals;
        applied
    }

    /// Kustomizations that nothing reaches are built on their own, for their mistakes.
    fn strays(&self, fleet: &Fleet) -> Vec<Fault> {
        let reached: BTreeSet<FileId> = fleet.files().collect();
        let stray = |file: &&File| {
            let mut roots = file.roots_of(Role::Kustomization);
            let whole = roots.any(|root| root.text_at(&["kind"]) != Some("Component"));
            whole && !reached.contains(&file.source.id) && !file.is_parked()
        };
        let stray: Vec<&File> = self.tree.files().iter().filter(stray).collect();
        stray.par_iter().flat_map_iter(|file| self.kustomize.build(file.source.folder()).faults).collect()
    }

    /// Kustomizations that no other applies, where no entry point explains them: one entry for each cluster.
    fn unowned(&self, written: &[Resource], clusters: &[Growing]) -> Vec<entry::Entry> {
        let mut covered: BTreeSet<Span> = BTreeSet::new();
        let mut folders: Vec<&str> = Vec::new();
        for applied in clusters.iter().flat_map(|growing| &growing.cluster.kustomizations) {
            covered.insert(identity(&applied.resource));
            if let Location::Here(folder) = &applied.location {
                folders.push(folder);
            }
        }
        let path =
            |resource: &Resource| self.tree.file(resource.node.span.file).map_or("", |file| file.source.path.as_str());
        let below = |path: &str, folder: &str| {
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        // What lies in a folder that is deployed, and is not applied, was left out on purpose.
        let left: Vec<&Resource> = written
            .iter()
            .filter(|resource| resource.is_flux_kustomization() && !covered.contains(&identity(resource)))
            // Without a source it is a patch of one.
            .filter(|resource| resource.node.at(&["spec", "sourceRef"]).is_some())
            .filter(|resource| !folders.iter().any(|folder| below(path(resource), folder)))
            .filter(|resource| self.tree.file(resource.node.span.file).is_some_and(|file| !file.is_parked()))
            .collect();
        let applies: Vec<BTreeSet<Span>> = left
            .par_iter()
            .map(|resource| {
                let built = self.build((*resource).clone(), None, &Providers::default());
                let children = built.resources.iter().filter(|child| child.is_flux_kustomization()).map(identity);
                children.filter(|child| *child != identity(resource)).collect()
            })
            .collect();
        let owned: BTreeSet<Span> = applies.iter().flatten().copied().collect();
        let mut roots: Vec<&Resource> = left
            .iter()
            .zip(&applies)
            // Beside an entry point, what applies no Kustomization is no entry point but something put away.
            .filter(|(resource, children)| {
                !owned.contains(&identity(resource)) && (clusters.is_empty() || !children.is_empty())
            })
            .map(|(resource, _)| *resource)
            .collect();
        if roots.is_empty() && clusters.is_empty() {
            // They all apply one another: any of them is the beginning.
            roots.extend(left.first());
        }
        group(&roots, path)
    }
}

/// One cluster, unless two roots have the same name: then one for each folder.
fn group<'a>(roots: &[&Resource], path: impl Fn(&Resource) -> &'a str) -> Vec<entry::Entry> {
    let names: BTreeSet<(&str, &str)> = roots.iter().map(|root| (namespace(root), root.name().unwrap_or(""))).collect();
    let mut groups: BTreeMap<&str, Vec<Resource>> = BTreeMap::new();
    for root in roots {
        let folder = if names.len() == roots.len() { "" } else { crate::source::folder_of(path(root)) };
        groups.entry(folder).or_default().push((*root).clone());
    }
    let entry = |roots: Vec<Resource>| {
        let span = roots.first()?.name_span();
        Some(entry::Entry { kind: EntryKind::Unowned, span, roots, source: None })
    };
    groups.into_values().filter_map(entry).collect()
}

/// Where a resource is written, however it was patched.
fn identity(resource: &Resource) -> Span {
    resource.node.span
}

fn namespace(resource: &Resource) -> &str {
    resource.namespace().unwrap_or("flux-system")
}

/// What a Flux Kustomization adds to the kustomization it builds.
fn overlay(resource: &Resource) -> Overlay {
    let node = |field: &str| resource.node.at(&["spec", field]).filter(|node| !node.is_null()).cloned();
    let items = |field: &str| resource.node.items_at(&["spec", field]).to_vec();
    Overlay {
        namespace: node("targetNamespace"),
        name_prefix: node("namePrefix"),
        name_suffix: node("nameSuffix"),
        components: items("components"),
        patches: items("patches"),
        patches_strategic_merge: items("patchesStrategicMerge"),
        patches_json6902: items("patchesJson6902"),
        images: items("images"),
    }
}

/// Whether a fault only says that a parent's patch, meant for all its children, does not fit this one.
fn is_inherited(fault: &Fault, overlay: &Overlay, kustomization: &Resource) -> bool {
    if !matches!(fault.kind, FaultKind::PatchUnmatched | FaultKind::TargetUnmatched)
        || kustomization.node.span.contains(fault.span)
    {
        return false;
    }
    let mut inherited = false;
    for patch in &overlay.patches {
        patch.walk(&mut |node| inherited |= node.span.contains(fault.span));
    }
    inherited
}

/// Labels and annotations that Flux sets on everything a Kustomization applies.
struct Marks {
    labels: Vec<(Node, Node)>,
    annotations: Vec<(Node, Node)>,
}

impl Marks {
    fn of(kustomization: &Resource) -> Marks {
        let common = |field: &str| {
            let entries = kustomization.node.entries_at(&["spec", "commonMetadata", field]);
            entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect::<Vec<_>>()
        };
        let span = kustomization.name_span();
        let owner = |field: &str, value: &str| {
            let set = resource_set::is_resource_set(kustomization);
            let group = if set { "resourceset.fluxcd.controlplane.io" } else { "kustomize.toolkit.fluxcd.io" };
            let key = format!("{group}/{field}");
            (Node::scalar(span, key, Style::Plain), Node::string(span, value))
        };
        let mut labels = common("labels");
        labels.push(owner("name", kustomization.name().unwrap_or("")));
        labels.push(owner("namespace", namespace(kustomization)));
        Marks { labels, annotations: common("annotations") }
    }

    fn set(&self, node: &mut Node) {
        for (field, marks) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            let Some((first, _)) = marks.first() else { continue };
            let Some(metadata) = node.get_mut("metadata") else { return };
            if metadata.get(field).is_none_or(Node::is_null) {
                metadata.set(Node::scalar(first.span, field, Style::Plain), Node::map(first.span, Vec::new()));
            }
            let Some(map) = metadata.get_mut(field) else { continue };
            for (key, value) in marks {
                map.set(key.clone(), value.clone());
            }
        }
    }
}
