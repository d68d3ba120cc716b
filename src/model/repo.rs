//! Everything a rule may know.

use crate::config::{self, Config};
use crate::diagnostic::{Finding, Unchecked};
use crate::flux::{self, Fleet};
use crate::formats::sops::Policy;
use crate::helm::{Charts, ValuesSchema};
use crate::kustomize::{Fault, FaultKind, FileUse};
use crate::links::Links;
use crate::model::inventory::Inventory;
use crate::model::validation::Verdicts;
use crate::resource::{File, Resource, Role, Tree};
use crate::schema::{self, Deprecation, Location, UserSchemas, Version};
use crate::source::{FileId, Span, join};
use crate::template::{self, Project};
use crate::yaml::Node;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// Longest text, in bytes, that is looked up as a path.
const MAX_PATH: usize = 512;

/// The whole repository, read and parsed.
#[derive(Debug, Default)]
pub struct Repo {
    /// Its files.
    pub tree: Tree,
    /// Its `.homelint.yaml`.
    pub config: Config,
    /// What could not be read, and why.
    pub unchecked: Vec<Unchecked>,
    /// Paths that differ from the base of comparison; `None` where there is no base.
    pub changes: Option<BTreeSet<String>>,
    /// Where its configuration says that schemas lie.
    pub locations: Vec<Location>,
    /// Schemas that a user brings.
    pub user_schemas: Arc<UserSchemas>,
    /// What imported charts say of their values.
    pub charts: Vec<ValuesSchema>,
    resources: OnceLock<Vec<Resource>>,
    projects: Vec<Project>,
    sops: OnceLock<Policy>,
    gateways: OnceLock<Vec<Resource>>,
    renames: OnceLock<bool>,
    links: OnceLock<(Links, Vec<Finding>)>,
    fleet: OnceLock<Fleet>,
    inventories: OnceLock<Vec<Inventory>>,
    deployed: OnceLock<BTreeSet<FileId>>,
    named: OnceLock<BTreeSet<FileId>>,
    faults: OnceLock<BTreeMap<FileId, Vec<Fault>>>,
    verdicts: OnceLock<Verdicts>,
}

impl Repo {
    /// A repository from its files. `rules` are the ids that its configuration may name.
    pub fn new(tree: Tree, rules: &[&str]) -> Self {
        let config = tree.find(config::FILE).and_then(File::root).map(|root| Config::read(root, rules));
        let projects = template::projects(&tree);
        let tree = template::with_outputs(tree, &projects);
        let mut repo = Repo { tree, config: config.unwrap_or_default(), projects, ..Repo::default() };
        for node in &repo.config.schema_locations {
            match Location::read(node.text().unwrap_or("")) {
                Ok(location) => repo.locations.push(location),
                Err(message) => repo.config.faults.push(Finding::new(node.span, message)),
            }
        }
        if let Some(node) = repo.config.kubernetes.as_ref().filter(|_| repo.kubernetes().is_none()) {
            let message = format!("`{}` is no version of Kubernetes", node.text().unwrap_or(""));
            repo.config.faults.push(Finding::new(node.span, message).help("a version has a minor number: `1.37`"));
        }
        repo
    }

    /// Every resource written in a file of its own, in order of paths.
    pub fn resources(&self) -> &[Resource] {
        self.resources.get_or_init(|| self.tree.files().iter().flat_map(File::resources).cloned().collect())
    }

    /// Root nodes of all documents with a role.
    pub fn documents(&self, role: Role) -> impl Iterator<Item = (&File, &Node)> {
        self.tree.files().iter().flat_map(move |file| file.roots_of(role).map(move |root| (file, root)))
    }

    /// The file that a span points into.
    pub fn file_of(&self, span: Span) -> Option<&File> {
        self.tree.file(span.file)
    }

    /// Whether this file differs from the base of comparison; `None` where there is none.
    pub fn changed(&self, path: &str) -> Option<bool> {
        self.changes.as_ref().map(|paths| paths.contains(path))
    }

    /// Template projects.
    pub fn projects(&self) -> &[Project] {
        &self.projects
    }

    /// What is to be encrypted.
    pub fn sops(&self) -> &Policy {
        self.sops.get_or_init(|| Policy::read(&self.tree))
    }

    /// Works out what many rules ask for, in parallel, before they ask in parallel themselves.
    pub fn prepare(&self) {
        // The deployment waits for itself, level by level: there is time for the rest.
        let rest = || {
            self.resources();
            self.projects.iter().for_each(|project| _ = project.compared(&self.tree));
            self.sops();
        };
        rayon::join(|| self.faults(), rest);
    }

    /// The version of Kubernetes that the configuration names, and where.
    pub fn kubernetes(&self) -> Option<(Version, Span)> {
        let node = self.config.kubernetes.as_ref()?;
        Some((Version::read(node.text()?)?, node.span))
    }

    /// What the schemas have against what is written and deployed.
    pub fn verdicts(&self) -> &Verdicts {
        self.verdicts
            .get_or_init(|| Verdicts::new(&self.tree, self.fleet(), Arc::clone(&self.user_schemas), self.kubernetes()))
    }

    /// What the schemas have against a file in one respect.
    pub fn schema_findings(&self, file: &File, kind: schema::FaultKind) -> Vec<Finding> {
        let faults = self.verdicts().faults(file).iter().filter(|fault| fault.kind == kind);
        faults.map(|fault| fault.finding.clone()).collect()
    }

    /// The resources of a file whose apiVersion is on its way out.
    pub fn deprecations<'a>(&self, file: &'a File) -> impl Iterator<Item = (&'a Resource, &'static Deprecation)> {
        let material = self.verdicts().file_uses.of(file.source.id) == FileUse::Material;
        let resources = file.resources().iter().filter(move |_| !material);
        resources.filter_map(|resource| Some((resource, Deprecation::find(resource)?)))
    }

    /// Adds what to write instead of a retired apiVersion: a safe fix where the resource is right in the new one.
    pub fn renewed(&self, finding: Finding, resource: &Resource, row: &Deprecation) -> Finding {
        let Some(instead) = row.instead.as_deref() else {
            return finding.help("nothing replaces it");
        };
        let title = format!("write `{instead}`");
        let (finding, span) = (finding.help(title.clone()), resource.node.get("apiVersion").map(|node| node.span));
        let Some(span) = span.filter(|span| self.tree.slice(*span) == resource.api_version) else { return finding };
        let renewed = Resource { api_version: instead.into(), ..resource.clone() };
        let verdicts = self.verdicts();
        match verdicts.schemas.check(&renewed) {
            // A patch finds its target by apiVersion, too.
            Some(faults) if faults.is_empty() && !verdicts.file_uses.is_patched(resource) => {
                finding.safe_fix(title, span, instead)
            }
            _ => finding.unsafe_fix(title, span, instead),
        }
    }

    /// Which kinds refer to which, and what operators create.
    pub fn links(&self) -> &Links {
        &self.linked().0
    }

    /// What is wrong with the configuration: its shape, and the tables in it.
    pub fn config_faults(&self) -> Vec<Finding> {
        self.config.faults.iter().chain(&self.linked().1).cloned().collect()
    }

    fn linked(&self) -> &(Links, Vec<Finding>) {
        self.links.get_or_init(|| {
            let mut links = Links::embedded();
            let problems = self.config.links.iter().flat_map(|table| links.add(table));
            let faults = problems.map(|(span, message)| Finding::new(span, message)).collect();
            (links, faults)
        })
    }

    /// What Flux would apply.
    pub fn fleet(&self) -> &Fleet {
        self.fleet.get_or_init(|| flux::deploy(&self.tree, self.links()))
    }

    /// What each cluster of the deployment holds, in the same order.
    pub fn inventories(&self) -> &[Inventory] {
        self.inventories.get_or_init(|| {
            let charts = Charts::builtin();
            let clusters = &self.fleet().clusters;
            let of = |cluster: &flux::Cluster| {
                let applied = cluster.files();
                let rest = |file: &&File| !file.is_parked() && !applied.contains(&file.source.id);
                let written = self.tree.files().iter().filter(rest).flat_map(File::resources);
                Inventory::of(&self.tree, cluster, written, self.links(), &charts)
            };
            clusters.par_iter().map(of).collect()
        })
    }

    /// Mistakes of kustomizations, those that Flux applies and those that nobody reaches, by file.
    fn faults(&self) -> &BTreeMap<FileId, Vec<Fault>> {
        self.faults.get_or_init(|| {
            let fleet = self.fleet();
            let applied = fleet.clusters.iter().flat_map(|cluster| &cluster.kustomizations);
            let mut by_file: BTreeMap<FileId, Vec<Fault>> = BTreeMap::new();
            for fault in applied.flat_map(|applied| &applied.faults).chain(&fleet.strays).cloned() {
                let faults = by_file.entry(fault.span.file).or_default();
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
            by_file
        })
    }

    /// The files that Flux reads to build what it applies.
    fn deployed_files(&self) -> &BTreeSet<FileId> {
        self.deployed.get_or_init(|| self.fleet().files().collect())
    }

    /// Whether Flux reads a file to build what it applies.
    pub fn is_deployed(&self, file: &File) -> bool {
        self.deployed_files().contains(&file.source.id)
    }

    /// Whether Flux reads a file, or some kustomization, deployed or not, names it.
    pub fn is_used(&self, file: &File) -> bool {
        self.is_deployed(file) || self.named_files().contains(&file.source.id)
    }

    /// Files that some kustomization names, in whatever field.
    fn named_files(&self) -> &BTreeSet<FileId> {
        self.named.get_or_init(|| {
            let mut named = BTreeSet::new();
            for (file, root) in self.documents(Role::Kustomization) {
                let folder = file.source.folder();
                root.walk(&mut |node| {
                    // An inline patch is no path.
                    let Some(text) = node.text().filter(|text| text.len() <= MAX_PATH) else { return };
                    let path = text.rsplit_once('=').map_or(text, |(_, path)| path);
                    named.extend(join(folder, path).and_then(|path| Some(self.tree.find(&path)?.source.id)));
                });
            }
            named
        })
    }

    /// Mistakes of these kinds that a kustomization has in a file.
    pub fn kustomize_faults(&self, file: &File, kinds: &[FaultKind]) -> Vec<Finding> {
        let faults = self.faults().get(&file.source.id).into_iter().flatten();
        faults.filter(|fault| kinds.contains(&fault.kind)).map(Fault::finding).collect()
    }

    /// Whether objects of this kind live in namespaces, as far as a schema says so.
    pub fn is_namespaced(&self, api_version: &str, kind: &str) -> bool {
        let known = self.verdicts().schemas.kind(api_version, kind);
        known.is_some_and(|known| known.scope == schema::Scope::Namespaced)
    }

    /// Every Gateway.
    pub fn gateways(&self) -> &[Resource] {
        self.gateways.get_or_init(|| {
            let gateway = |resource: &&Resource| resource.is("gateway.networking.k8s.io", "Gateway");
            self.resources().iter().filter(gateway).cloned().collect()
        })
    }

    /// Whether some kustomization changes the names of resources, so that written names say little.
    pub fn renames_resources(&self) -> bool {
        *self.renames.get_or_init(|| {
            self.documents(Role::Kustomization)
                .any(|(_, root)| root.get("namePrefix").or(root.get("nameSuffix")).is_some())
        })
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
