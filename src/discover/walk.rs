//! The files below a folder that no list of what to ignore names.
//!
//! The `ignore` crate walks as well, but asks the disk for each list in each folder; a folder's entries show which
//! there are.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::array;
use std::fs::FileType;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// homelint's and kustomize's lists, which hold even for what git tracks.
pub const OWN_LISTS: [&str; 2] = [".homelintignore", ".krmignore"];

/// Lists in the syntax of `.gitignore`; what an earlier one says of a path counts.
const LISTS: [&str; 3] = [OWN_LISTS[0], OWN_LISTS[1], ".gitignore"];

/// What a walk came across.
#[derive(Debug, Default)]
pub struct Found {
    /// Files by their paths relative to the folder, with `/`, and whether each is a symbolic link.
    pub files: Vec<(String, bool)>,
    /// Whether git is told to ignore something that is here.
    pub ignored_by_git: bool,
}

/// The files below a folder, in parallel and in no order. `exclude` is one more list for all of it, in the syntax of
/// `.gitignore`. What cannot be read, or has a name that is not Unicode, is not found.
pub fn walk(root: &Path, exclude: Option<&Path>) -> Found {
    let walk = Walk { root, found: Mutex::default() };
    let exclude = exclude.filter(|path| path.is_file()).map(|path| read(Path::new(""), path));
    let rules =
        exclude.map(|git| Arc::new(Rules { lists: [Gitignore::empty(), Gitignore::empty(), git], above: None }));
    rayon::scope(|scope| walk.folder(scope, String::new(), rules));
    walk.found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

struct Walk<'a> {
    root: &'a Path,
    found: Mutex<Found>,
}

impl<'a> Walk<'a> {
    /// `folder` is relative to the root, with `/` at its end where it is not the root itself.
    fn folder<'s>(&'s self, scope: &rayon::Scope<'s>, folder: String, above: Option<Arc<Rules>>)
    where
        'a: 's,
    {
        let Ok(entries) = std::fs::read_dir(self.root.join(&folder)) else { return };
        let named = entries
            .flatten()
            .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.file_type().ok()?)));
        let entries: Vec<(String, FileType)> = named.filter(|(name, _)| name != ".git").collect();
        let rules = Rules::of(self.root, &folder, &entries, above);
        let mut found = Found::default();
        for (name, kind) in entries {
            let path = format!("{folder}{name}");
            match rules.as_ref().and_then(|rules| rules.list_against(&path, kind.is_dir())) {
                Some(list) => found.ignored_by_git |= !OWN_LISTS.contains(&list),
                None if kind.is_dir() => {
                    let rules = rules.clone();
                    scope.spawn(move |scope| self.folder(scope, path + "/", rules));
                }
                // To open a pipe is to wait for somebody who writes into it.
                None if kind.is_file() || kind.is_symlink() => found.files.push((path, kind.is_symlink())),
                None => {}
            }
        }
        let mut all = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        all.files.append(&mut found.files);
        all.ignored_by_git |= found.ignored_by_git;
    }
}

/// The lists of a folder, and those above it.
#[derive(Debug)]
struct Rules {
    lists: [Gitignore; LISTS.len()],
    above: Option<Arc<Rules>>,
}

impl Rules {
    /// The rules in a folder: those above, where it has no lists of its own.
    fn of(root: &Path, folder: &str, entries: &[(String, FileType)], above: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
        if !entries.iter().any(|(name, _)| LISTS.contains(&name.as_str())) {
            return above;
        }
        let lists = array::from_fn(|index| {
            LISTS
                .get(index)
                .map_or_else(Gitignore::empty, |name| read(Path::new(folder), &root.join(folder).join(name)))
        });
        Some(Arc::new(Rules { lists, above }))
    }

    /// The list that says that a path is to be ignored.
    fn list_against(&self, path: &str, is_folder: bool) -> Option<&'static str> {
        let says = |index: usize| {
            let levels = std::iter::successors(Some(self), |rules| rules.above.as_deref());
            let mut said = levels.filter_map(|rules| rules.lists.get(index)).map(|list| list.matched(path, is_folder));
            said.find(|said| !said.is_none())
        };
        let (list, said) = LISTS.iter().enumerate().find_map(|(index, name)| Some((*name, says(index)?)))?;
        matches!(said, Match::Ignore(_)).then_some(list)
    }
}

/// A list that speaks of paths below a folder; what of it cannot be read says nothing, nor does a pipe, a device or a
/// file of a size that no list has, of which reading has no end.
pub fn read(folder: &Path, list: &Path) -> Gitignore {
    let is_list = std::fs::metadata(list).is_ok_and(|found| found.is_file() && found.len() <= super::MAX_BYTES);
    let mut builder = GitignoreBuilder::new(folder);
    let _ = is_list.then(|| builder.add(list));
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
