//! Everything a rule may know.

use crate::config::Config;
use crate::diagnostic::Unchecked;
use crate::resource::{File, Resource, Role, Tree};
use crate::source::Span;
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
}

impl Repo {
    /// A repository from its files.
    pub fn new(tree: Tree, config: Config) -> Self {
        Repo { tree, config, ..Repo::default() }
    }

    /// Every resource written in a file of its own, in order of paths.
    pub fn resources(&self) -> &[Resource] {
        self.resources.get_or_init(|| self.tree.files().iter().flat_map(File::resources).collect())
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
}
