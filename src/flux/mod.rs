//! Entry points, Kustomizations, sources, parent patches, substitution: the repository as Flux deploys it.

mod bootstrap;
pub mod entry;
pub mod envsubst;
mod follow;
mod functions;
pub mod graph;
mod outline;
pub mod remote;
pub mod resource_set;
pub mod source;
pub mod spec;
pub mod substitute;
mod template;
mod unowned;
mod value;
pub mod variables;
mod write;

use crate::kustomize::{Fault, Unchecked};
use crate::links::{Created, Links};
use crate::resource::{File, Resource, Tree};
use crate::source::{FileId, Span};
use crate::yaml::Node;
use bootstrap::Bootstrap;
use follow::{Flux, Growing};
use smol_str::SmolStr;
use source::Location;
use spec::Kustomization;
use std::collections::{BTreeMap, BTreeSet};
use substitute::{Refusal, VariableUse};
use variables::Variables;

/// What Flux writes on what a Kustomization or a ResourceSet applies, and kustomize where Flux lists the files for it.
const OWNER_MARKS: [&str; 5] = [
    "config.kubernetes.io/origin",
    "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace",
    "resourceset.fluxcd.controlplane.io/name",
    "resourceset.fluxcd.controlplane.io/namespace",
];

/// Everything that Flux would apply.
#[derive(Debug, Default)]
pub struct Fleet {
    /// One for each entry point, in order of paths; behind it those that it reaches through `spec.kubeConfig`.
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

/// What is applied to one cluster.
#[derive(Debug)]
pub struct Cluster {
    /// How it is called: by the path that it syncs, or by the `spec.kubeConfig` that reaches it. No two have one name.
    pub name: String,
    /// Where it begins.
    pub entry: entry::Entry,
    /// Parents before children. Those of a cluster that is reached through `spec.kubeConfig` are the same as those of
    /// the cluster that reaches it; what they apply there is left out.
    pub kustomizations: Vec<Applied>,
    /// What comes into being with its first Kustomization, such as the source of that.
    pub made: Vec<Created>,
    /// What whoever starts it makes besides.
    pub by_hand: Vec<Created>,
    /// The `spec.kubeConfig` that reaches it, as `namespace/name`; `None` where Flux runs in the cluster itself.
    pub remote: Option<SmolStr>,
    /// Whether something that is not followed applies to it, too.
    pub open: bool,
    by_name: BTreeMap<Id, usize>,
}

/// Kind, namespace and name.
type Id = (SmolStr, SmolStr, SmolStr);

/// A Kustomization, or a ResourceSet, and what it applies.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The Kustomization or ResourceSet as deployed: patched and substituted by its parents.
    pub resource: Resource,
    /// The one that applies it.
    pub parent: Option<usize>,
    /// The `spec.kubeConfig` of the cluster that it is an object of, as `namespace/name`.
    pub home: Option<SmolStr>,
    /// The same of the cluster to which it applies.
    pub target: Option<SmolStr>,
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
        self.faults.iter().any(|fault| fault.kind.is_fatal())
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
        let dependencies = spec::depends_on(&self.resource);
        dependencies.filter_map(|one| Some((one.namespace.unwrap_or(self.namespace()), one.name.text()?)))
    }

    /// What the Kustomization specifies.
    pub fn spec(&self) -> Kustomization<'_> {
        Kustomization::of(&self.resource)
    }

    /// An object that it applies without the labels and annotations that it puts on everything.
    pub fn unmarked(&self, resource: &Resource) -> Node {
        let mut node = resource.node.clone();
        for field in ["labels", "annotations"] {
            let common = self.resource.node.entries_at(&["spec", "commonMetadata", field]).iter();
            let common = common.filter_map(|entry| entry.key.text());
            let Some(marks) = node.get_mut("metadata").and_then(|metadata| metadata.get_mut(field)) else { continue };
            common.chain(OWNER_MARKS).for_each(|mark| _ = marks.remove(mark));
        }
        node
    }
}

impl Cluster {
    /// The Kustomization with this namespace and name.
    pub fn find(&self, namespace: &str, name: &str) -> Option<&Applied> {
        self.kustomizations.get(self.index(namespace, name)?)
    }

    /// The Kustomizations and ResourceSets that are objects of this cluster.
    pub fn own(&self) -> impl Iterator<Item = &Applied> {
        self.kustomizations.iter().filter(|applied| applied.home == self.remote)
    }

    /// The Kustomizations and ResourceSets that apply to this cluster, with where they stand in `kustomizations`.
    pub fn applying(&self) -> impl Iterator<Item = (usize, &Applied)> {
        self.kustomizations.iter().enumerate().filter(|(_, applied)| applied.target == self.remote)
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
        !self.open && self.kustomizations.iter().all(|applied| applied.complete)
    }
}

/// Deploys a repository as Flux would, without a cluster.
pub fn deploy(tree: &Tree, links: &Links) -> Fleet {
    let written: Vec<Resource> = tree.files().iter().flat_map(File::resources).cloned().collect();
    let mut flux = Flux::new(tree, links, &written);
    let Bootstrap { mut made, entries: told } = bootstrap::said(tree);
    let mut entries = entry::syncs(tree, links);
    if entries.is_empty() {
        // Notes outlive what they tell: they count where nothing else says how Flux begins.
        told.into_iter().filter(|entry| entry.begins_in(tree)).for_each(|told| entry::add(&mut entries, told));
    }
    entries.iter().for_each(|entry| flux.sources.own(&entry.sources));
    let mut growing: Vec<Growing> = entries.into_iter().map(|entry| flux.cluster(entry)).collect();
    let mut rest = flux.unowned(&written, &growing);
    match (growing.as_mut_slice(), rest.as_mut_slice()) {
        // What somebody applied by hand, once, goes to the one cluster that there is.
        ([only], [entry]) if !only.has_another(&entry.roots) => {
            only.cluster.made.append(&mut entry.made);
            flux.grow(only, &entry.roots);
        }
        _ => growing.extend(rest.into_iter().map(|entry| flux.follow(entry))),
    }
    let files = growing.iter().flat_map(|growing| growing.cluster.files()).collect();
    made.extend(bootstrap::written(tree, links, &flux.kustomize, &files));
    let names: Vec<String> = growing.iter().map(|growing| growing.cluster.name.clone()).collect();
    for (index, growing) in growing.iter_mut().enumerate() {
        let is_here = |made: &&Created| {
            tree.file(made.span.file).is_none_or(|file| bootstrap::is_for(file.source.folder(), index, &names))
        };
        growing.cluster.by_hand.extend(made.iter().filter(is_here).cloned());
    }
    let clusters = growing.into_iter().flat_map(|growing| remote::apart(growing.cluster)).collect();
    let mut fleet = Fleet { clusters, strays: Vec::new() };
    fleet.strays = flux.strays(&fleet);
    fleet
}

/// The namespace of a Kustomization.
fn namespace(resource: &Resource) -> &str {
    resource.namespace().unwrap_or("flux-system")
}
