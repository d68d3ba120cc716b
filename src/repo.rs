//! Everything a rule may know.

use crate::config::{self, Config};
use crate::diagnostic::{Finding, Unchecked};
use crate::resource::{File, Resource, Role, Tree};
use crate::schema::{Fault, FaultKind, Releases, Retired, Schemas, Standing, Standings, Version, is_patch};
use crate::sops::Policy;
use crate::source::Span;
use crate::template::{self, Project};
use crate::yaml::Node;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

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
    resources: OnceLock<Vec<Resource>>,
    projects: OnceLock<Vec<Project>>,
    sops: OnceLock<Policy>,
    gateways: OnceLock<Vec<Resource>>,
    renames: OnceLock<bool>,
    schemas: OnceLock<Schemas>,
    standings: OnceLock<Standings>,
    releases: OnceLock<Releases>,
    faults: OnceLock<Vec<OnceLock<Vec<Fault>>>>,
    unexplained: OnceLock<BTreeMap<SmolStr, usize>>,
}

impl Repo {
    /// A repository from its files. `rules` are the ids that its configuration may name.
    pub fn new(tree: Tree, rules: &[&str]) -> Self {
        let config = tree.find(config::FILE).and_then(File::root).map(|root| Config::read(root, rules));
        Repo { tree, config: config.unwrap_or_default(), ..Repo::default() }
    }

    /// Every resource written in a file of its own, in order of paths.
    pub fn resources(&self) -> &[Resource] {
        self.resources.get_or_init(|| self.tree.files().iter().flat_map(File::resources).cloned().collect())
    }

    /// Root nodes of all documents with a role.
    pub fn documents(&self, role: Role) -> impl Iterator<Item = (&File, &Node)> {
        self.tree.files().iter().flat_map(move |file| {
            let documents = file.documents().filter(move |document| file.role(document) == role);
            documents.map(move |document| (file, &document.root))
        })
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
        self.projects.get_or_init(|| template::projects(&self.tree))
    }

    /// What is to be encrypted.
    pub fn sops(&self) -> &Policy {
        self.sops.get_or_init(|| Policy::read(&self.tree))
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

    /// Every schema at hand.
    pub fn schemas(&self) -> &Schemas {
        self.schemas.get_or_init(|| {
            Schemas::new(&self.tree, self.releases().oldest("Kubernetes").map(|(Version(_, minor), _)| minor))
        })
    }

    /// How kustomizations use the files.
    pub fn standings(&self) -> &Standings {
        self.standings.get_or_init(|| Standings::new(&self.tree))
    }

    /// What the schemas have against a file in one respect.
    pub fn schema_findings(&self, file: &File, kind: FaultKind) -> Vec<Finding> {
        let faults = self.schema_faults(file).iter().filter(|fault| fault.kind == kind);
        faults.map(|fault| fault.finding.clone()).collect()
    }

    /// What the schemas have against a file, which is judged once.
    pub fn schema_faults(&self, file: &File) -> &[Fault] {
        let all = self.faults.get_or_init(|| self.tree.files().iter().map(|_| OnceLock::new()).collect());
        let own = all.get(file.source.id.0 as usize);
        own.map_or(&[], |own| own.get_or_init(|| self.judge(file)))
    }

    /// How often a field that nothing explains is used: once is a mistake, more often the cluster knows more than we.
    pub fn uses_of_unexplained(&self, name: &str) -> usize {
        let uses = self.unexplained.get_or_init(|| {
            let mut uses: BTreeMap<SmolStr, usize> = BTreeMap::new();
            for fault in self.tree.files().iter().flat_map(|file| self.schema_faults(file)) {
                if let FaultKind::UnexplainedField(name) = &fault.kind {
                    *uses.entry(name.clone()).or_default() += 1;
                }
            }
            uses
        });
        uses.get(name).copied().unwrap_or(0)
    }

    /// Releases that the repository says it runs.
    pub fn releases(&self) -> &Releases {
        self.releases.get_or_init(|| Releases::new(&self.tree))
    }

    /// The resources of a file whose apiVersion is on its way out.
    pub fn retired<'a>(&self, file: &'a File) -> impl Iterator<Item = (&'a Resource, &'static Retired)> {
        let material = self.standings().of(file.source.id, &file.source.path) == Standing::Material;
        let resources = file.resources().iter().filter(move |_| !material);
        resources.filter_map(|resource| Some((resource, Retired::find(resource)?)))
    }

    /// Adds what to write instead of a retired apiVersion: a safe fix where the resource is right in the new one.
    pub fn renewed(&self, finding: Finding, resource: &Resource, row: &Retired) -> Finding {
        let Some(instead) = row.instead.as_deref() else {
            return finding.help("nothing replaces it");
        };
        let finding = finding.help(format!("write `{instead}`"));
        let (span, title) = (finding.span, format!("write `{instead}`"));
        if self.tree.slice(span) != resource.api_version {
            return finding;
        }
        let renewed = Resource { api_version: instead.into(), ..resource.clone() };
        match self.schemas().check(&renewed) {
            // A patch finds its target by apiVersion, too.
            Some(faults) if faults.is_empty() && !self.standings().is_patched(resource) => {
                finding.safe_fix(title, span, instead)
            }
            _ => finding.unsafe_fix(title, span, instead),
        }
    }

    /// Resources that no schema is at hand for.
    pub fn without_schema(&self) -> Vec<Unchecked> {
        let unknown = |resource: &&Resource| self.schemas().find(&resource.api_version, &resource.kind).is_none();
        let entry = |resource: &Resource| {
            let file = self.file_of(resource.node.span)?;
            let reason = format!("no schema for {} of {}", resource.kind, resource.api_version);
            Some(Unchecked { path: file.source.path.clone(), line: file.source.line(resource.node.span.start), reason })
        };
        self.resources().iter().filter(unknown).filter_map(entry).collect()
    }

    fn judge(&self, file: &File) -> Vec<Fault> {
        let standing = self.standings().of(file.source.id, &file.source.path);
        if standing == Standing::Material {
            return Vec::new();
        }
        let mut faults = Vec::new();
        for document in file.documents().filter(|document| file.role(document) == Role::Kustomization) {
            faults.extend(self.schemas().check_kustomization(&document.root));
        }
        for resource in file.resources() {
            let Some(mut found) = self.schemas().check(resource) else { continue };
            if standing == Standing::Loose && self.standings().is_kustomized() && is_patch(resource, &found) {
                continue;
            }
            let standings = self.standings();
            let patched = standings.is_patched(resource);
            // A kustomization names the namespace, and often more, of what it builds.
            let named = standings.is_kustomized() && (standing == Standing::Loose || resource.is("", "Namespace"));
            found.retain(|fault| match fault.kind {
                FaultKind::MissingField => !patched,
                FaultKind::InvalidName => !named,
                _ => true,
            });
            faults.extend(found);
        }
        faults
    }
}
