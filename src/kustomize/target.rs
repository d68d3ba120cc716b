//! What a path in a kustomization names.

use crate::resource::{File, Tree};
use crate::source::join;

/// What a path stands for.
pub(super) enum Target<'t> {
    File(&'t File),
    Folder(String),
    /// kustomize would fetch it.
    Remote,
    /// It leaves the repository.
    Outside,
    /// Nothing is there.
    Missing(String),
}

/// What a path stands for that is written in the kustomization of a folder.
pub(super) fn target<'t>(tree: &'t Tree, folder: &str, path: &str) -> Target<'t> {
    let full = join(folder, path);
    if let Some(file) = full.as_ref().and_then(|full| tree.find(full)) {
        return Target::File(file);
    }
    match full {
        Some(full) if tree.is_folder(&full) => Target::Folder(full),
        _ if is_remote(path) => Target::Remote,
        Some(full) => Target::Missing(full),
        None => Target::Outside,
    }
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
