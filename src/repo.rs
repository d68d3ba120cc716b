//! Everything a rule may know.

use crate::config::{self, Config};
use crate::diagnostic::Unchecked;
use crate::resource::{File, Resource, Role, Tree};
use crate::sops::Policy;
use crate::source::Span;
use crate::template::{self, Project};
use crate::yaml::Node;
use std::collections::BTreeSet;
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
}
