//! From an entry point to everything that Flux applies, level by level.

use super::entry::{self, Entry, EntryKind};
use super::resource_set::{self, Providers};
use super::source::{Location, Sources, here};
use super::substitute::{self, Found};
use super::variables::{Holders, Variables};
use super::{Applied, Cluster, Fleet, Id, namespace, remote};
use crate::kustomize::{Fault, FaultKind, Kustomize, Overlay, Unchecked};
use crate::links::Links;
use crate::resource::{File, Resource, Role, Tree};
use crate::source::FileId;
use crate::yaml::{Node, Style};
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Longest chain of Kustomizations that apply one another.
const MAX_LEVELS: usize = 24;

/// Most Kustomizations of one cluster.
const MAX_KUSTOMIZATIONS: usize = 20_000;

/// What is at hand to follow an entry point.
pub(super) struct Flux<'a> {
    pub tree: &'a Tree,
    pub links: &'a Links,
    pub kustomize: Kustomize<'a>,
    pub sources: Sources,
    /// ConfigMaps and Secrets that are written down, for what no Kustomization applies.
    spare: Holders,
}

/// A cluster that is being followed, and what has been seen in it that others read.
pub(super) struct Growing {
    pub cluster: Cluster,
    queue: Queue,
    /// By the cluster that they are in, as `Applied::target` names it.
    holders: BTreeMap<Option<SmolStr>, Holders>,
    providers: Providers,
}

impl Growing {
    /// Whether one of these is called as another Kustomization of this cluster is.
    pub fn has_another(&self, roots: &[Resource]) -> bool {
        let taken = |root: &Resource| {
            let id = id(root);
            id.is_some_and(|id| self.queue.seen.contains(&(None, id.clone())) && !self.queue.has(&(None, id), root))
        };
        roots.iter().any(taken)
    }
}

/// Where it is an object, and what it is called.
type Place = (Option<SmolStr>, Id);

/// Kustomizations and ResourceSets that wait for their turn, each once.
#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    seen: BTreeSet<Place>,
    /// Those seen, with their paths: two that are called the same and apply different folders are both followed.
    definitions: BTreeSet<(Place, SmolStr)>,
}

struct Waiting {
    resource: Resource,
    /// The one that applies it.
    parent: Option<usize>,
    /// The cluster that it is an object of.
    home: Option<SmolStr>,
}

impl Queue {
    fn add(&mut self, resource: &Resource, parent: Option<usize>, home: &Option<SmolStr>) {
        if !resource.is_flux_kustomization() && !resource_set::is_resource_set(resource) {
            return;
        }
        let Some(id) = id(resource) else { return };
        let place = (home.clone(), id);
        if self.definitions.insert((place.clone(), path(resource))) {
            self.seen.insert(place);
            self.waiting.push(Waiting { resource: resource.clone(), parent, home: home.clone() });
        }
    }

    fn has(&self, place: &Place, resource: &Resource) -> bool {
        self.definitions.contains(&(place.clone(), path(resource)))
    }
}

fn id(resource: &Resource) -> Option<Id> {
    let name = resource.node.at(&["metadata", "name"])?.known()?;
    Some((resource.kind.clone(), SmolStr::new(namespace(resource)), SmolStr::new(name)))
}

fn path(resource: &Resource) -> SmolStr {
    let path = resource.node.text_at(&["spec", "path"]).unwrap_or("");
    here(path).map_or_else(|| SmolStr::new(path), SmolStr::from)
}

impl<'a> Flux<'a> {
    /// `written` is everything that is written down.
    pub fn new(tree: &'a Tree, links: &'a Links, written: &[Resource]) -> Self {
        let mut spare = Holders::default();
        spare.add_written(written.iter(), links);
        Flux { tree, links, kustomize: Kustomize::new(tree), sources: Sources::read(tree), spare }
    }

    /// Follows an entry point; once more where the FluxInstance, as it is deployed, is another than it is written.
    pub fn cluster(&mut self, entry: Entry) -> Growing {
        let first = self.follow(entry);
        match self.corrected(&first.cluster) {
            Some(entry) => {
                self.sources.own(&entry.sources);
                self.follow(entry)
            }
            None => first,
        }
    }

    /// The entry point that a cluster has by what is deployed in it, where its root is called otherwise.
    fn corrected(&self, cluster: &Cluster) -> Option<Entry> {
        let Entry { kind: EntryKind::FluxInstance, folder, roots, .. } = &cluster.entry else { return None };
        let deployed = cluster.resources().filter_map(|(_, resource)| entry::deployed(self.tree, resource));
        let mut deployed = deployed.filter(|entry| entry.folder == *folder);
        let other = |entry: &Entry| entry.roots.first().and_then(id) != roots.first().and_then(id);
        deployed.next().filter(other)
    }

    /// Follows an entry point.
    pub fn follow(&self, mut entry: Entry) -> Growing {
        let roots = self.patched(&entry);
        let made = std::mem::take(&mut entry.made);
        let name = if entry.folder.is_empty() { ".".to_owned() } else { entry.folder.clone() };
        let cluster = Cluster {
            name,
            entry,
            kustomizations: Vec::new(),
            made,
            by_hand: Vec::new(),
            remote: None,
            open: false,
            by_name: BTreeMap::new(),
        };
        let mut growing =
            Growing { cluster, queue: Queue::default(), holders: BTreeMap::new(), providers: Providers::default() };
        self.grow(&mut growing, &roots);
        growing
    }

    /// The roots, as a FluxInstance patches them.
    fn patched(&self, entry: &Entry) -> Vec<Resource> {
        if entry.patches.is_empty() {
            return entry.roots.clone();
        }
        let overlay = Overlay { patches: entry.patches.clone(), ..Overlay::default() };
        self.kustomize.render(entry.roots.clone(), &overlay).resources
    }

    /// Follows Kustomizations level by level, so that each is built when all that patch it were.
    pub fn grow(&self, growing: &mut Growing, roots: &[Resource]) {
        let Growing { cluster, queue, holders, providers } = growing;
        roots.iter().for_each(|root| queue.add(root, None, &None));
        let kustomizations = &mut cluster.kustomizations;
        for _ in 0..MAX_LEVELS {
            let level = std::mem::take(&mut queue.waiting);
            if level.is_empty() || kustomizations.len() > MAX_KUSTOMIZATIONS {
                break;
            }
            let built: Vec<Applied> = level.into_par_iter().map(|waiting| self.build(waiting, providers)).collect();
            // Kustomizations of one level may use one another's ConfigMaps.
            for applied in &built {
                holders.entry(applied.target.clone()).or_default().add(applied.resources.iter(), self.links);
            }
            let done: Vec<Applied> = built.into_par_iter().map(|applied| self.finish(applied, holders)).collect();
            for applied in done {
                for resource in &applied.resources {
                    queue.add(resource, Some(kustomizations.len()), &applied.target);
                    providers.add(resource);
                }
                if !applied.uses.is_empty() {
                    let substituted = applied.resources.iter().filter(|resource| resource.kind == "ConfigMap");
                    holders.entry(applied.target.clone()).or_default().add(substituted, self.links);
                }
                kustomizations.push(applied);
            }
        }
    }

    /// Builds the folder of a Kustomization, or renders a ResourceSet.
    fn build(&self, Waiting { resource, parent, home }: Waiting, providers: &Providers) -> Applied {
        let inline = resource_set::is_resource_set(&resource);
        let location = if inline { Location::Inline } else { self.sources.locate(self.tree, &resource) };
        let mut applied = Applied {
            target: remote::of(&resource).or_else(|| home.clone()),
            resource,
            parent,
            home,
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

    /// What a Kustomization applies, as it is written.
    pub fn resources_of(&self, kustomization: &Resource) -> Vec<Resource> {
        match self.sources.locate(self.tree, kustomization) {
            Location::Here(folder) => self.kustomize.build_with(&folder, &overlay(kustomization)).resources,
            _ => Vec::new(),
        }
    }

    /// Substitutes, and sets what Flux sets on everything it applies.
    fn finish(&self, mut applied: Applied, holders: &BTreeMap<Option<SmolStr>, Holders>) -> Applied {
        let namespace = applied.namespace().to_owned();
        let own = holders.get(&applied.home).into_iter();
        let holders: Vec<&Holders> = own.chain([&self.spare]).collect();
        applied.variables = Variables::read(&applied.resource, &namespace, &holders);
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
    pub fn strays(&self, fleet: &Fleet) -> Vec<Fault> {
        let reached: BTreeSet<FileId> = fleet.files().collect();
        let stray = |file: &&File| {
            let mut roots = file.roots_of(Role::Kustomization);
            let whole = roots.any(|root| root.text_at(&["kind"]) != Some("Component"));
            whole && !reached.contains(&file.source.id) && !file.is_set_aside()
        };
        let stray: Vec<&File> = self.tree.files().iter().filter(stray).collect();
        stray.par_iter().flat_map_iter(|file| self.kustomize.build(file.source.folder()).faults).collect()
    }
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
        build_metadata: items("buildMetadata"),
        images: items("images"),
    }
}

/// Whether a fault only says that a parent's patch, meant for all its children, does not fit this one.
fn is_inherited(fault: &Fault, overlay: &Overlay, kustomization: &Resource) -> bool {
    if !matches!(fault.kind, FaultKind::PatchUnmatched | FaultKind::TargetUnmatched)
        || kustomization.node.span.contains(fault.finding.span)
    {
        return false;
    }
    let mut inherited = false;
    for patch in &overlay.patches {
        patch.walk(&mut |node| inherited |= node.span.contains(fault.finding.span));
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
