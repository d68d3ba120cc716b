//! Everything a rule may know.

use crate::config::Config;
use crate::diagnostic::{Finding, Unchecked};
use crate::flux::{self, Cluster, Fleet};
use crate::formats::sops::Policy;
use crate::helm::{Charts, ValuesSchema};
use crate::kustomize::{Fault, FaultKind};
use crate::links::Links;
use crate::model::inputs::Inputs;
use crate::model::inventory::Inventory;
use crate::model::validation::Validation;
use crate::resource::{File, Resource, Role, Tree};
use crate::schema::{self, Location, Retired, Standing, Version};
use crate::secret::{Mask, Secrets};
use crate::source::{FileId, Span, join};
use crate::template::Project;
use crate::yaml::Node;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Longest text, in bytes, that is looked up as a path.
const MAX_PATH: usize = 512;

/// The whole repository: what was read, and everything that was worked out of it.
#[derive(Debug)]
pub struct Repo {
    inputs: Inputs,
    config_faults: Vec<Finding>,
    resources: Vec<Resource>,
    gateways: Vec<Resource>,
    renames: bool,
    sops: Policy,
    named: BTreeSet<FileId>,
    secrets: Secrets,
    links: Links,
    fleet: Fleet,
    deployed: BTreeSet<FileId>,
    faults: BTreeMap<FileId, Vec<Fault>>,
    inventories: Vec<Inventory>,
    validation: Validation,
}

impl Repo {
    /// Works out a repository: classify → link → expand → inventory and validate, in the order of the picture in `lib.rs`.
    pub fn new(inputs: Inputs) -> Self {
        let tree = &inputs.tree;
        let kubernetes = inputs.kubernetes();
        let (links, config_faults) = link(&inputs);
        // The fleet is built level by level: there is time for what does not need it.
        let classify = || {
            let resources: Vec<Resource> = tree.files().iter().flat_map(File::resources).cloned().collect();
            inputs.projects.iter().for_each(|project| _ = project.compared(tree));
            let sops = Policy::read(tree);
            let secrets = Secrets::read(tree, sops.values_in_clear(tree));
            (gateways(&resources), resources, sops, secrets, named_files(tree), renames_resources(tree))
        };
        let (fleet, (gateways, resources, sops, secrets, named, renames)) =
            rayon::join(|| flux::deploy(tree, &links), classify);
        let deployed = fleet.files().collect();
        let faults = kustomize_faults(&fleet);
        let (inventories, validation) = rayon::join(
            || inventories(tree, &fleet, &links),
            || Validation::new(tree, &fleet, Arc::clone(&inputs.schemas), kubernetes),
        );
        Repo {
            config_faults,
            resources,
            gateways,
            renames,
            sops,
            named,
            secrets,
            links,
            fleet,
            deployed,
            faults,
            inventories,
            validation,
            inputs,
        }
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
        &self.inputs.locations
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

    /// Whether this file differs from the base of comparison; `None` where there is none.
    pub fn changed(&self, path: &str) -> Option<bool> {
        self.inputs.changes.as_ref().map(|paths| paths.contains(path))
    }

    /// Template projects.
    pub fn projects(&self) -> &[Project] {
        &self.inputs.projects
    }

    /// What is to be encrypted.
    pub fn sops(&self) -> &Policy {
        &self.sops
    }

    /// The version of Kubernetes that the configuration names, and where.
    pub fn kubernetes(&self) -> Option<(Version, Span)> {
        self.inputs.kubernetes()
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
    pub fn retired<'a>(&self, file: &'a File) -> impl Iterator<Item = (&'a Resource, &'static Retired)> {
        let material = self.validation.standings.of(file.source.id) == Standing::Material;
        let resources = file.resources().iter().filter(move |_| !material);
        resources.filter_map(|resource| Some((resource, Retired::find(resource)?)))
    }

    /// Adds what to write instead of a retired apiVersion: a safe fix where the resource is right in the new one.
    pub fn renewed(&self, finding: Finding, resource: &Resource, row: &Retired) -> Finding {
        let Some(instead) = row.instead.as_deref() else {
            return finding.help("nothing replaces it");
        };
        let title = format!("write `{instead}`");
        let (finding, span) = (finding.help(title.clone()), resource.node.get("apiVersion").map(|node| node.span));
        let Some(span) = span.filter(|span| self.tree().slice(*span) == resource.api_version) else { return finding };
        let renewed = Resource { api_version: instead.into(), ..resource.clone() };
        let validation = &self.validation;
        match validation.schemas.check(&renewed) {
            // A patch finds its target by apiVersion, too.
            Some(faults) if faults.is_empty() && !validation.standings.is_patched(resource) => {
                finding.safe_fix(title, span, instead)
            }
            _ => finding.unsafe_fix(title, span, instead),
        }
    }

    /// Which kinds refer to which, and what operators create.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// What is wrong with the configuration: its shape, and the tables in it.
    pub fn config_faults(&self) -> impl Iterator<Item = &Finding> {
        self.config().faults.iter().chain(&self.config_faults)
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

    /// The resources of a file that may run: where others are applied, not those of a folder that nothing reads.
    pub fn running<'a>(&'a self, file: &'a File) -> impl Iterator<Item = &'a Resource> {
        let read = || self.tree().files_in(file.source.folder()).any(|beside| self.is_used(beside));
        let idle = file.resources().iter().all(|resource| self.validation().is_idle(resource)) && !read();
        file.resources().iter().filter(move |_| !idle)
    }

    /// Mistakes of these kinds that a kustomization has in a file.
    pub fn kustomize_faults(&self, file: &File, kinds: &[FaultKind]) -> Vec<Finding> {
        let faults = self.faults.get(&file.source.id).into_iter().flatten();
        faults.filter(|fault| kinds.contains(&fault.kind)).map(Fault::finding).collect()
    }

    /// Whether objects of this kind live in namespaces, as far as a schema says so.
    pub fn is_namespaced(&self, api_version: &str, kind: &str) -> bool {
        let known = self.validation.schemas.kind(api_version, kind);
        known.is_some_and(|known| known.scope == schema::Scope::Namespaced)
    }

    /// Every Gateway.
    pub fn gateways(&self) -> &[Resource] {
        &self.gateways
    }

    /// Whether some kustomization changes the names of resources, so that written names say little.
    pub fn renames_resources(&self) -> bool {
        self.renames
    }

    /// The parents of the routes in a resource that are Gateways: of a route itself, or of those in a release's values.
    pub fn parent_refs(&self, resource: &Resource) -> Vec<Node> {
        let mut found = Vec::new();
        resource.node.walk_entries(&mut |entry| {
            if entry.key.text() == Some("parentRefs") {
                let gateways = entry
                    .value
                    .items()
                    .iter()
                    .filter(|parent| parent.text_at(&["kind"]).is_none_or(|kind| kind == "Gateway"));
                found.extend(gateways.cloned());
            }
        });
        found
    }
}

fn documents(tree: &Tree, role: Role) -> impl Iterator<Item = (&File, &Node)> {
    tree.files().iter().flat_map(move |file| file.roots_of(role).map(move |root| (file, root)))
}

/// The tables of links with those of the configuration, and what is wrong with these.
fn link(inputs: &Inputs) -> (Links, Vec<Finding>) {
    let mut links = Links::embedded();
    let problems = inputs.config.links.iter().flat_map(|table| links.add(table));
    let mut faults: Vec<Finding> = problems.map(|(span, message)| Finding::new(span, message)).collect();
    if let Some(node) = inputs.config.kubernetes.as_ref().filter(|_| inputs.kubernetes().is_none()) {
        let message = format!("`{}` is no version of Kubernetes", node.text().unwrap_or(""));
        faults.push(Finding::new(node.span, message).help("a version has a minor number: `1.37`"));
    }
    (links, faults)
}

fn gateways(resources: &[Resource]) -> Vec<Resource> {
    resources.iter().filter(|resource| resource.is("gateway.networking.k8s.io", "Gateway")).cloned().collect()
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
fn kustomize_faults(fleet: &Fleet) -> BTreeMap<FileId, Vec<Fault>> {
    let applied = fleet.clusters.iter().flat_map(|cluster| &cluster.kustomizations);
    let mut by_file: BTreeMap<FileId, Vec<Fault>> = BTreeMap::new();
    for fault in applied.flat_map(|applied| &applied.faults).chain(&fleet.strays) {
        let faults = by_file.entry(fault.span.file).or_default();
        if !faults.contains(fault) {
            faults.push(fault.clone());
        }
    }
    by_file
}

/// What each cluster holds.
fn inventories(tree: &Tree, fleet: &Fleet, links: &Links) -> Vec<Inventory> {
    let charts = Charts::builtin();
    let of = |cluster: &Cluster| {
        let applied = cluster.files();
        let rest = |file: &&File| !file.is_parked() && !applied.contains(&file.source.id);
        let written = tree.files().iter().filter(rest).flat_map(File::resources);
        Inventory::of(tree, cluster, written, links, &charts)
    };
    fleet.clusters.par_iter().map(of).collect()
}
