//! Helmfiles: the releases that a helmfile installs, and where their charts come from.

use crate::resource::{File, Role, Tree};
use crate::source::join;
use crate::yaml::Node;

/// What one helmfile says, over all its documents.
#[derive(Debug, Default)]
pub struct Helmfile<'a> {
    /// Chart repositories.
    pub repositories: Vec<&'a Node>,
    /// Releases.
    pub releases: Vec<&'a Node>,
    /// Whether other files add to it, so that what it lacks may be there.
    pub is_open: bool,
    /// A namespace for all releases, whatever they say.
    pub has_namespace: bool,
    /// Whether a missing file is to be passed over.
    pub forgives: bool,
}

impl<'a> Helmfile<'a> {
    /// The helmfile in a file.
    pub fn of(file: &'a File) -> Option<Self> {
        let mut helmfile = Helmfile::default();
        for root in file.roots_of(Role::Helmfile) {
            helmfile.repositories.extend(root.items_at(&["repositories"]));
            helmfile.releases.extend(root.items_at(&["releases"]));
            let adds = ["bases", "helmfiles", "defaultInherit"].iter().any(|key| root.get(key).is_some());
            helmfile.is_open |= adds || root.items_at(&["releases"]).iter().any(inherits);
            helmfile.has_namespace |= root.get("namespace").is_some();
            helmfile.forgives |= forgives(root) || root.get("helmDefaults").is_some_and(forgives);
        }
        (!helmfile.releases.is_empty()).then_some(helmfile)
    }

    /// The paths of values that do not exist and have to.
    pub fn missing_files(&self, file: &File, tree: &Tree) -> Vec<&'a Node> {
        let insisting = self.releases.iter().filter(|release| !self.forgives && !forgives(release));
        let values = insisting.flat_map(|release| release.items_at(&["values"]));
        values.filter(|path| path.literal().is_some_and(|path| is_missing(path, file, tree))).collect()
    }

    /// The names of its releases that are known.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.releases.iter().filter_map(|release| release.get("name")?.literal())
    }
}

/// Whether a path leads to no file of the repository; a pattern or an address leads anywhere.
fn is_missing(path: &str, file: &File, tree: &Tree) -> bool {
    let open = path.contains(['*', '?', '[', '{']) || path.contains("://") || path.contains("::");
    let local = !open && !path.starts_with(['/', '~']);
    local && join(file.source.folder(), path).is_some_and(|path| tree.find(&path).is_none())
}

fn inherits(release: &Node) -> bool {
    release.get("inherit").is_some()
}

/// Whether a release, or the whole helmfile, does not insist on its files.
fn forgives(node: &Node) -> bool {
    node.get("missingFileHandler").is_some_and(|handler| handler.known() != Some("Error"))
}
