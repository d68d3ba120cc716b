//! Everything a rule may know.

use crate::config::Config;
use crate::diagnostic::{Edit, Finding, Fix, Unchecked};
use crate::flux::{self, Cluster, Fleet};
use crate::formats::renovate::{Renovate, Updates};
use crate::formats::sops::Policy;
use crate::helm::{Charts, ValuesSchema};
use crate::kustomize::{Fault, FaultKind, FileUse};
use crate::links::Links;
use crate::model::gateway::Gateways;
use crate::model::inputs::Inputs;
use crate::model::inventory::Inventory;
use crate::model::usage::{Usage, Usages};
use crate::model::validation::Validation;
use crate::resource::{File, Resource, Role, Tree};
use crate::schema::{self, Deprecation, Location, Modeline, Version};
use crate::secret::{Mask, Secrets};
use crate::source::{FileId, Span, folder_of, join};
use crate::template::Project;
use crate::yaml::Node;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Longest text, in bytes, that is looked up as a path.
const MAX_PATH: usize = 512;

/// Groups of the configurations of clusters that run in containers: k3d and kind.
const TEST_CLUSTERS: [&str; 2] = ["k3d.io", "kind.x-k8s.io"];

/// The whole repository: what was read, and everything that was worked out of it.
#[derive(Debug)]
pub struct Repo {
    inputs: Inputs,
    resources: Vec<Resource>,
    gateways: Gateways,
    renames: bool,
    sops: Policy,
    renovate: Renovate,
    updates: Option<Updates>,
    named: BTreeSet<FileId>,
    secrets: Secrets,
    links: Links,
    fleet: Fleet,
    deployed: BTreeSet<FileId>,
    usages: Usages,
    faults: BTreeMap<FileId, Vec<Fault>>,
    inventories: Vec<Inventory>,
    validation: Validation,
}

impl Repo {
    /// Works out a repository: classify → link → expand → inventory and validate, in the order of the picture in `lib.rs`.
    pub fn new(inputs: Inputs) -> Self {
        let tree = &inputs.tree;
        let kubernetes = inputs.config.kubernetes();
        let mut links = Links::embedded();
        links.add(inputs.config.links.clone());
        // The fleet is built level by level: there is time for what does not need it.
        let classify = || {
            let resources: Vec<Resource> = tree.files().iter().flat_map(File::resources).cloned().collect();
            inputs.projects.iter().for_each(|project| _ = project.compared(tree));
            let sops = Policy::read(tree);
            let secrets = Secrets::read(tree, sops.values_in_clear(tree));
            let read = (Renovate::new(tree), Updates::read(tree), named_files(tree), renames_resources(tree));
            (resources, sops, secrets, read)
        };
        let (fleet, (resources, sops, secrets, (renovate, updates, named, renames))) =
            rayon::join(|| flux::deploy(tree, &links), classify);
        let deployed = fleet.files().collect();
        let usages = Usages::new(tree, &fleet, &named);
        let faults = kustomize_faults(tree, &fleet, &deployed);
        let (inventories, validation) = rayon::join(
            || inventories(tree, &fleet, &links),
            || Validation::new(tree, &fleet, Arc::clone(&inputs.schemas), kubernetes),
        );
        let gateways = gateways(&inventories, &resources);
        Repo {
            resources,
            gateways,
            renames,
            sops,
            renovate,
            updates,
            named,
            secrets,
            links,
            fleet,
            deployed,
            usages,
            faults,
            inventories,
            validation,
            inputs,
        }
    }

    /// Whether a file belongs to a cluster in containers, for tests: a folder on its path holds the configuration of one.
    pub fn is_of_test_cluster(&self, file: &File) -> bool {
        let clusters = self.resources.iter().filter(|resource| TEST_CLUSTERS.contains(&resource.group()));
        let mut folders =
            clusters.filter_map(|cluster| self.file_of(cluster.node.span)).map(|file| file.source.folder());
        let path = &file.source.path;
        folders.any(|folder| path.strip_prefix(folder).is_some_and(|rest| !folder.is_empty() && rest.starts_with('/')))
    }

    /// Its files.
    pub fn tree(&self) -> &Tree {
        &self.inputs.tree
    }

    /// Its `.homelint.yaml`.
    pub fn config(&self) -> &Config {
        &self.inputs.config
    }

    /// Where its configuration says that schemas are.
    pub fn locations(&self) -> &[Location] {
        &self.inputs.config.schemas.locations
    }

    /// What could not be read, and why.
    pub fn unchecked(&self) -> &[Unchecked] {
        &self.inputs.unchecked
    }

    /// What imported charts say of their values.
    pub fn charts(&self) -> &[ValuesSchema] {
        &self.inputs.charts
    }

    /// Every resource written in a file of its own, in order of paths.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// Root nodes of all documents with a role.
    pub fn documents(&self, role: Role) -> impl Iterator<Item = (&File, &Node)> {
        documents(self.tree(), role)
    }

    /// The file that a span points into.
    pub fn file_of(&self, span: Span) -> Option<&File> {
        self.tree().file(span.file)
    }

    /// The kustomization in the folder of a file or above it, when Flux reads it.
    pub fn kustomization_above(&self, file: &File) -> Option<&File> {
        let mut folder = file.source.folder();
        loop {
            if let Some(kustomization) = self.tree().kustomization(folder) {
                return self.is_deployed(kustomization).then_some(kustomization);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder_of(folder);
        }
    }

    /// Whether this file differs from the base of comparison; `None` where there is none.
    pub fn changed(&self, path: &str) -> Option<bool> {
        self.inputs.changes.as_ref().map(|paths| paths.contains(path))
    }

    /// Template projects.
    pub fn projects(&self) -> &[Project] {
        &self.inputs.projects
    }

    /// Whether a template makes the file of a span, which nobody says is edited by hand.
    pub fn is_made(&self, span: Span) -> bool {
        let made = |path: &str| self.projects().iter().any(|project| project.outputs.contains_key(path));
        let path = self.file_of(span).map(|file| file.source.path.as_str());
        path.is_some_and(|path| made(path) && !self.config().is_hand_edited(path))
    }

    /// What Renovate is told.
    pub fn renovate(&self) -> &Renovate {
        &self.renovate
    }

    /// What Renovate updates; `None` where it has no configuration.
    pub fn updates(&self) -> Option<&Updates> {
        self.updates.as_ref()
    }

    /// What is to be encrypted.
    pub fn sops(&self) -> &Policy {
        &self.sops
    }

    /// The version of Kubernetes that the configuration names, and where.
    pub fn kubernetes(&self) -> Option<(Version, Span)> {
        self.inputs.config.kubernetes()
    }

    /// What the schemas have against what is written and deployed.
    pub fn validation(&self) -> &Validation {
        &self.validation
    }

    /// What the schemas have against a file in one respect.
    pub fn schema_findings(&self, file: &File, kind: schema::FaultKind) -> Vec<Finding> {
        let faults = self.validation.faults(file).iter().filter(|fault| fault.kind == kind);
        faults.map(|fault| fault.finding.clone()).collect()
    }

    /// The resources of a file whose apiVersion is on its way out.
    pub fn deprecations<'a>(&self, file: &'a File) -> impl Iterator<Item = (&'a Resource, &'static Deprecation)> {
        let material = self.validation.file_uses.of(file.source.id) == FileUse::Material;
        let resources = file.resources().iter().filter(move |_| !material);
        resources.filter_map(|resource| Some((resource, Deprecation::find(resource)?)))
    }

    /// Adds what to write instead of a retired apiVersion: a safe fix where the cluster is known to serve it and the
    /// resource is right in it.
    pub fn renewed(&self, finding: Finding, resource: &Resource, row: &Deprecation) -> Finding {
        let Some(instead) = row.instead.as_deref() else {
            return finding.help("nothing replaces it");
        };
        let title = format!("write `{instead}`");
        let (finding, span) = (finding.help(title.clone()), resource.node.get("apiVersion").map(|node| node.span));
        let Some(span) = span.filter(|span| self.tree().slice(*span) == resource.api_version) else { return finding };
        let renewed = Resource { api_version: instead.into(), ..resource.clone() };
        let validation = &self.validation;
        let served =
            validation.schemas.releases().oldest(&row.of).is_some_and(|(running, _)| Some(running) >= row.deprecated);
        // A patch finds its target by apiVersion, too.
        let fits = validation.schemas.check(&renewed).is_some_and(|faults| faults.is_empty());
        let safe = served && fits && !validation.file_uses.is_patched(resource);
        // The comment that names the schema of the old version goes along.
        let modelines = self.file_of(span).map(Modeline::of).unwrap_or_default().into_iter();
        let named = modelines.filter(|(modeline, of)| of.node.span == resource.node.span && modeline.is_of(resource));
        let edits = named.map(|(modeline, _)| Edit { span: modeline.span, text: Modeline::name_of(&renewed) });
        let edits = edits.chain([Edit { span, text: instead.to_owned() }]).collect();
        Finding { fix: Some(Fix { title, safe, edits }), ..finding }
    }

    /// Which kinds refer to which, and what operators create.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// What Flux would apply.
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// What each cluster of the fleet holds, in the same order.
    pub fn inventories(&self) -> &[Inventory] {
        &self.inventories
    }

    /// Whether Flux reads a file to build what it applies.
    pub fn is_deployed(&self, file: &File) -> bool {
        self.deployed.contains(&file.source.id)
    }

    /// What becomes of a file.
    pub fn usage(&self, file: &File) -> Usage {
        self.usages.of(file)
    }

    /// Whether Flux reads a file, or some kustomization, deployed or not, names it.
    pub fn is_used(&self, file: &File) -> bool {
        self.is_deployed(file) || self.named.contains(&file.source.id)
    }

    /// The secrets that can be read in it.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// What everything that is said of it goes through.
    pub fn mask(&self) -> Mask<'_> {
        Mask::new(self.tree(), &self.secrets)
    }

    /// Mistakes of these kinds that a kustomization has in a file.
    pub fn kustomize_faults(&self, file: &File, kinds: &[FaultKind]) -> Vec<Finding> {
        let faults = self.faults.get(&file.source.id).into_iter().flatten();
        faults.filter(|fault| kinds.contains(&fault.kind)).map(|fault| fault.finding.clone()).collect()
    }

    /// Whether objects of this kind live in namespaces, as far as a schema says so.
    pub fn is_namespaced(&self, api_version: &str, kind: &str) -> bool {
        let known = self.validation.schemas.kind(api_version, kind);
        known.is_some_and(|known| known.scope == schema::Scope::Namespaced)
    }

    /// The Gateways that any cluster applies, or, where there is none, those that are written.
    pub fn gateways(&self) -> &Gateways {
        &self.gateways
    }

    /// Whether some kustomization changes the names of resources, so that written names say little.
    pub fn renames_resources(&self) -> bool {
        self.renames
    }
}

fn documents(tree: &Tree, role: Role) -> impl Iterator<Item = (&File, &Node)> {
    tree.files().iter().flat_map(move |file| file.roots_of(role).map(move |root| (file, root)))
}

fn renames_resources(tree: &Tree) -> bool {
    documents(tree, Role::Kustomization).any(|(_, root)| root.get("namePrefix").or(root.get("nameSuffix")).is_some())
}

/// Files that some kustomization names, in whatever field.
fn named_files(tree: &Tree) -> BTreeSet<FileId> {
    let mut named = BTreeSet::new();
    for (file, root) in documents(tree, Role::Kustomization) {
        let folder = file.source.folder();
        root.walk(&mut |node| {
            // An inline patch is no path.
            let Some(text) = node.text().filter(|text| text.len() <= MAX_PATH) else { return };
            let path = text.rsplit_once('=').map_or(text, |(_, path)| path);
            named.extend(join(folder, path).and_then(|path| Some(tree.find(&path)?.source.id)));
        });
    }
    named
}

/// Mistakes of kustomizations, those that Flux applies and those that nobody reaches, by file.
fn kustomize_faults(tree: &Tree, fleet: &Fleet, deployed: &BTreeSet<FileId>) -> BTreeMap<FileId, Vec<Fault>> {
    // A file that is no YAML is told where it is, not again by whoever lists it.
    let is_told = |span: Span| {
        tree.file(span.file).is_some_and(|file| file.parsed.problems.iter().any(|problem| problem.span == span))
    };
    let applied = fleet.clusters.iter().flat_map(|cluster| &cluster.kustomizations);
    // What only an idle kustomization makes of an applied file is no fault of that file.
    let idle = fleet.strays.iter().filter(|fault| !deployed.contains(&fault.finding.span.file));
    let mut by_file: BTreeMap<FileId, Vec<Fault>> = BTreeMap::new();
    let faults = applied.flat_map(|applied| &applied.faults).chain(idle);
    for fault in faults.filter(|fault| !fault.finding.related.iter().any(|related| is_told(related.span))) {
        let faults = by_file.entry(fault.finding.span.file).or_default();
        if !faults.contains(fault) {
            faults.push(fault.clone());
        }
    }
    by_file
}

/// The Gateways that routes which nobody applies may name.
fn gateways(inventories: &[Inventory], written: &[Resource]) -> Gateways {
    let mut applied =
        inventories.iter().flat_map(|inventory| &inventory.members).map(|member| &member.resource).peekable();
    if applied.peek().is_none() { Gateways::of(written.iter(), &[]) } else { Gateways::of(applied, written) }
}

/// What each cluster holds.
fn inventories(tree: &Tree, fleet: &Fleet, links: &Links) -> Vec<Inventory> {
    let charts = Charts::builtin();
    // What another cluster applies is not left out on purpose: it is not meant for this one.
    let applied: BTreeSet<FileId> = fleet.clusters.iter().flat_map(Cluster::files).collect();
    let of = |cluster: &Cluster| {
        let rest = |file: &&File| !file.is_set_aside() && !applied.contains(&file.source.id);
        let written = tree.files().iter().filter(rest).flat_map(File::resources);
        Inventory::of(tree, cluster, written, links, &charts)
    };
    fleet.clusters.par_iter().map(of).collect()
}
