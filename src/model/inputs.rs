//! Everything that comes from outside, in one value that is read once.

use crate::config::{self, Config};
use crate::diagnostic::Unchecked;
use crate::helm::ValuesSchema;
use crate::resource::{File, Tree};
use crate::schema::UserSchemas;
use crate::template::{self, Project};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a repository is made from.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The files, with what templates make that nobody has rendered yet.
    pub tree: Tree,
    /// Template projects.
    pub projects: Vec<Project>,
    /// `.homelint.yaml`.
    pub config: Config,
    /// What could not be read, and why.
    pub unchecked: Vec<Unchecked>,
    /// Paths that differ from the base of comparison; `None` where there is no base.
    pub changes: Option<BTreeSet<String>>,
    /// Schemas of the user's own locations.
    pub schemas: Arc<UserSchemas>,
    /// What imported charts say of their values.
    pub charts: Vec<ValuesSchema>,
}

impl Inputs {
    /// What the files themselves say. `rules` are the ids that the configuration may name.
    pub fn of(files: Vec<File>, rules: &[&str]) -> Self {
        let tree = Tree::new(files);
        let config = tree.find(config::FILE).and_then(File::root).map(|root| Config::read(root, rules));
        let projects = template::projects(&tree);
        let tree = template::with_outputs(tree, &projects);
        Inputs { tree, projects, config: config.unwrap_or_default(), ..Inputs::default() }
    }
}
