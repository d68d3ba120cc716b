//! What a path in a kustomization names.

use crate::resource::{File, Tree};
use crate::source::join;

/// What a path stands for.
pub enum Target<'t> {
    /// A file.
    File(&'t File),
    /// A folder, with its path.
    Folder(String),
    /// kustomize would fetch it.
    Remote,
    /// It leaves the repository.
    Outside,
    /// Nothing is there; the path from the root.
    Missing(String),
}

/// What a path stands for that is written in the kustomization of a folder.
pub fn target<'t>(tree: &'t Tree, folder: &str, path: &str) -> Target<'t> {
    if let Some(file) = file(tree, folder, path) {
        return Target::File(file);
    }
    match join(folder, path) {
        Some(full) if tree.is_folder(&full) => Target::Folder(full),
        _ if is_remote(path) => Target::Remote,
        Some(full) => Target::Missing(full),
        None => Target::Outside,
    }
}

/// The file that a path names.
pub(super) fn file<'t>(tree: &'t Tree, folder: &str, path: &str) -> Option<&'t File> {
    tree.find(&join(folder, path)?)
}

/// Whether kustomize would fetch this path.
fn is_remote(path: &str) -> bool {
    let schemes = ["http://", "https://", "ssh://", "git::", "git@", "file://", "github.com/", "github.com:", "gh:"];
    let first = path.split('/').next().unwrap_or(path);
    schemes.iter().any(|scheme| path.starts_with(scheme))
        || path.contains("?ref=")
        || path.contains("&ref=")
        || path.contains("?version=")
        || path.contains("_git/")
        || path.contains(".git/")
        || path.ends_with(".git")
        || (first.contains('@') && first.contains(':'))
        || (!first.starts_with('.') && first.contains('.') && path.contains("//"))
}
