//! What Argo CD applies: the folders that its Applications name.

use crate::resource::{File, Resource, Role, Tree};
use crate::source::join;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// Folders that Applications and ApplicationSets lead to, and those that the kustomizations of the repository use.
#[derive(Debug, Default)]
pub(super) struct Argo {
    /// With `/` at their ends.
    folders: BTreeSet<String>,
}

impl Argo {
    /// Reads every Application. Of a pattern, the folder that it begins with stands for all that it matches.
    pub fn read(tree: &Tree) -> Self {
        let files = tree.files().iter().filter(|file| !file.is_set_aside());
        let paths: Vec<&str> = files.flat_map(File::resources).flat_map(paths).collect();
        let mut folders: BTreeSet<String> = paths.into_iter().filter_map(|path| folder(tree, path)).collect();
        if !folders.is_empty() {
            folders.extend(used(tree));
        }
        Argo { folders }
    }

    /// Whether Argo CD may apply a file.
    pub fn applies(&self, file: &File) -> bool {
        let is_own = |resource: &Resource| resource.group() == "argoproj.io";
        let below = |folder: &String| file.source.path.starts_with(folder.as_str());
        !self.folders.is_empty() && (self.folders.iter().any(below) || file.resources().iter().any(is_own))
    }
}

/// The paths that an Application or an ApplicationSet names.
fn paths(resource: &Resource) -> Vec<&str> {
    let Some(spec) = resource.spec().filter(|_| resource.group() == "argoproj.io") else { return Vec::new() };
    let mut found = Vec::new();
    spec.walk_entries(&mut |entry| {
        let items = match entry.key.text() {
            Some("source") => std::slice::from_ref(&entry.value),
            Some("sources" | "directories" | "files") => entry.value.items(),
            _ => return,
        };
        let included = items.iter().filter(|item| !item.get("exclude").is_some_and(Node::is_true));
        found.extend(included.filter_map(|item| item.text_at(&["path"])));
    });
    found
}

fn folder(tree: &Tree, path: &str) -> Option<String> {
    let literal = path.find(['*', '?', '[', '{']).map(|at| path.get(..at).unwrap_or(path));
    // What is behind the last slash is part of a name.
    let path = literal.map_or(Some(path), |start| start.rsplit_once('/').map(|(folder, _)| folder))?;
    let path = join("", path)?;
    tree.is_folder(&path).then(|| if path.is_empty() { path } else { path + "/" })
}

/// Folders that some kustomization takes in.
fn used(tree: &Tree) -> impl Iterator<Item = String> {
    let roots = tree.files().iter().flat_map(|file| file.roots_of(Role::Kustomization).map(move |root| (file, root)));
    roots.flat_map(move |(file, root)| {
        let lists = ["resources", "bases", "components"].into_iter().flat_map(|field| root.items_at(&[field]));
        let paths = lists.filter_map(Node::text).filter_map(|path| join(file.source.folder(), path));
        paths.filter(|path| !path.is_empty() && tree.is_folder(path)).map(|path| path + "/")
    })
}
