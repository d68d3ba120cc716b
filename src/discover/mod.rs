//! Disk and git to files; new text to disk. The only input and output of the library.

/// Schemas on disk: those of a user's locations, and those that were fetched or imported.
pub mod store;

use crate::config;
use crate::diagnostic::Unchecked;
use crate::model::inputs::Inputs;
use crate::resource::{File, Syntax};
use crate::source::FileId;
use ignore::gitignore::Gitignore;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use store::Store;
use walk::{Found, OWN_LISTS};

mod walk;

/// Largest file that is read, in bytes.
pub const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Endings of files that hold no text.
const BINARY: [&str; 18] = [
    "png", "jpg", "jpeg", "gif", "webp", "ico", "svg", "pdf", "zip", "gz", "tgz", "zst", "xz", "woff", "woff2", "ttf",
    "mp4", "bin",
];

/// Where the bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The files on disk.
    WorkTree,
    /// What `git add` has staged.
    Index,
    /// A commit, by any name that git knows it by.
    Commit(String),
}

/// Why a repository could not be read.
#[derive(Debug)]
pub enum Error {
    /// A path that does not exist or cannot be read.
    Unreadable(PathBuf, std::io::Error),
    /// A path that cannot be written.
    Unwritable(PathBuf, std::io::Error),
    /// A name that git knows no commit by.
    Revision(String),
    /// An index or tree that git cannot give.
    Git(String),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unreadable(path, error) => write!(out, "cannot read {}: {error}", path.display()),
            Error::Unwritable(path, error) => write!(out, "cannot write {}: {error}", path.display()),
            Error::Revision(name) => write!(out, "git knows no revision `{name}`"),
            Error::Git(message) => write!(out, "{message}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<git2::Error> for Error {
    fn from(error: git2::Error) -> Self {
        Error::Git(format!("git: {}", error.message()))
    }
}

/// The root of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// Whether it is a git work tree.
    pub git: bool,
}

/// A text, or why there is none where that is worth saying.
pub type Text = Result<String, Option<&'static str>>;

/// The root of the repository around a path: the nearest folder with `.git` or `.homelint.yaml`, else the folder
/// itself. So a repository may lie inside another one.
///
/// # Errors
/// When the path does not exist.
pub fn root(from: &Path) -> Result<Root, Error> {
    let from = from.canonicalize().map_err(|error| Error::Unreadable(from.to_owned(), error))?;
    let folder = if from.is_dir() { from.as_path() } else { from.parent().unwrap_or(&from) };
    let is_git = |folder: &Path| folder.join(".git").exists();
    let folder = folder.ancestors().find(|at| is_git(at) || at.join(config::FILE).is_file()).unwrap_or(folder);
    Ok(Root { folder: folder.to_owned(), git: folder.ancestors().any(is_git) })
}

/// The git repository that a root is, or lies in.
struct Git {
    repository: git2::Repository,
    /// From the work tree to the root, with `/` at its end; empty where they are the same.
    prefix: String,
}

impl Git {
    fn open(root: &Root) -> Result<Self, Error> {
        if !root.git {
            return Err(Error::Git(format!("{} is not in a git repository", root.folder.display())));
        }
        let repository = git2::Repository::discover(&root.folder)?;
        let work_tree = repository.workdir().and_then(|folder| folder.canonicalize().ok());
        let prefix = work_tree.and_then(|folder| relative(&folder, &root.folder)).unwrap_or_default();
        let prefix = if prefix.is_empty() { prefix } else { format!("{prefix}/") };
        Ok(Git { repository, prefix })
    }

    /// A path of git's relative to the root; `None` outside of it.
    fn below(&self, path: &str) -> Option<String> {
        path.strip_prefix(self.prefix.as_str()).map(str::to_owned)
    }

    /// Paths that the index holds below the root.
    fn tracked(&self) -> Result<Vec<String>, Error> {
        Ok(self.index()?.into_iter().map(|(path, _)| path).collect())
    }

    /// What the index holds below the root.
    fn index(&self) -> Result<Vec<(String, git2::IndexEntry)>, Error> {
        let entries = self.repository.index()?;
        let named =
            entries.iter().filter_map(|entry| Some((self.below(std::str::from_utf8(&entry.path).ok()?)?, entry)));
        Ok(named.collect())
    }
}

/// What is read besides the files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Besides<'a> {
    /// Ids of rules that a configuration may name.
    pub rules: &'a [&'a str],
    /// Where schemas are, besides the binary.
    pub store: Option<&'a Store>,
    /// What changed, where somebody wants to know.
    pub changes: Option<Changes<'a>>,
}

/// Which changes are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Changes<'a> {
    /// Those since HEAD, in a repository with files made from templates: they matter only there.
    Generated,
    /// Those since a revision.
    Since(&'a str),
}

/// Reads and parses a whole repository.
///
/// # Errors
/// When the folder, the index or the commit cannot be read.
pub fn load(root: &Root, source: &Source, besides: Besides) -> Result<Inputs, Error> {
    let parsed = match source {
        Source::WorkTree => {
            let way = way(root);
            parse(work_tree(root)?, |path, symlink| on_disk(root, &way.join(path), symlink))
        }
        Source::Index => parse(read_index(&Git::open(root)?)?, |_, text| text),
        Source::Commit(name) => parse(read_commit(&Git::open(root)?, name)?, |_, text| text),
    };
    let (files, unchecked): (Vec<File>, Vec<Option<Unchecked>>) = parsed.into_iter().unzip();
    let read = Inputs::of(files, besides.rules);
    let since = match besides.changes {
        Some(Changes::Since(name)) => Some(Some(name)),
        Some(Changes::Generated) if !read.projects.is_empty() => Some(None),
        _ => None,
    };
    let changes = since.map(|since| changes(root, source, since)).transpose()?.flatten();
    let read = Inputs { unchecked: unchecked.into_iter().flatten().collect(), changes, ..read };
    Ok(match besides.store {
        Some(store) => store.read(read),
        None => read,
    })
}

/// Reads and parses files, in order of their paths.
fn parse<T: Send>(
    mut files: Vec<(String, T)>,
    read: impl Fn(&str, T) -> Text + Sync,
) -> Vec<(File, Option<Unchecked>)> {
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files.dedup_by(|a, b| a.0 == b.0);
    let one = |(index, (path, from)): (usize, (String, T))| {
        let text = read(&path, from);
        file(index, path, text)
    };
    files.into_par_iter().enumerate().map(one).collect()
}

fn file(index: usize, path: String, text: Text) -> (File, Option<Unchecked>) {
    let id = FileId(u32::try_from(index).unwrap_or(u32::MAX));
    let (text, reason) = match text {
        Ok(text) => (Some(text), None),
        Err(reason) => (None, reason),
    };
    let file = File::read(id, path, text);
    let reason = reason.filter(|_| file.syntax != Syntax::Text);
    let unchecked =
        reason.map(|reason| Unchecked { path: file.source.path.clone(), line: 1, reason: reason.to_owned() });
    (file, unchecked)
}

fn is_binary(path: &Path) -> bool {
    path.extension().and_then(OsStr::to_str).is_some_and(|ending| BINARY.contains(&ending))
}

// ---- the work tree

/// Files on disk that git does not ignore, and those that it tracks all the same, with whether each is a symbolic link.
fn work_tree(root: &Root) -> Result<Vec<(String, bool)>, Error> {
    std::fs::read_dir(&root.folder).map_err(|error| Error::Unreadable(root.folder.clone(), error))?;
    let Found { mut files, ignored_by_git } = walk::walk(way(root), exclude(root).as_deref());
    if root.git && ignored_by_git {
        let missing = tracked_but_ignored(root, Git::open(root)?.tracked()?, &files);
        files.extend(missing);
    }
    Ok(files)
}

/// The list of what to ignore that git keeps for itself.
fn exclude(root: &Root) -> Option<PathBuf> {
    let git = root.folder.join(".git");
    // In a linked work tree, a file tells where git keeps its things.
    let git = if git.is_file() { Git::open(root).ok()?.repository.commondir().to_owned() } else { git };
    Some(git.join("info/exclude"))
}

/// The shortest path to a root from here: each folder on the way is looked up again for every file.
fn way(root: &Root) -> &Path {
    let here = std::env::current_dir().is_ok_and(|here| here == root.folder);
    if here { Path::new(".") } else { &root.folder }
}

/// The text of a file.
fn on_disk(root: &Root, path: &Path, symlink: bool) -> Text {
    if symlink {
        through_symlink(root, path)?;
    }
    if is_binary(path) { Err(None) } else { read_text(path) }
}

/// A symbolic link is read when it leads to a file inside the root.
fn through_symlink(root: &Root, path: &Path) -> Result<(), Option<&'static str>> {
    match path.canonicalize() {
        Ok(target) if !target.starts_with(&root.folder) => Err(Some("a symbolic link out of the repository")),
        Ok(target) if target.is_file() => Ok(()),
        Ok(_) => Err(None),
        Err(_) => Err(Some("a symbolic link to nothing")),
    }
}

/// Files that git tracks although `.gitignore` names them: they are deployed like any other.
fn tracked_but_ignored(root: &Root, tracked: Vec<String>, found: &[(String, bool)]) -> Vec<(String, bool)> {
    let seen: HashSet<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    let own = found.iter().map(|(path, _)| path.rsplit_once('/').unwrap_or(("", path)));
    let own = own.filter(|(_, name)| OWN_LISTS.contains(name));
    let own: Vec<Gitignore> =
        own.map(|(folder, name)| walk::read(Path::new(folder), &root.folder.join(folder).join(name))).collect();
    let ignored = |path: &str| {
        let below = |rules: &&Gitignore| Path::new(path).starts_with(rules.path());
        own.iter().filter(below).any(|rules| rules.matched_path_or_any_parents(path, false).is_ignore())
    };
    let missing = tracked.into_iter().filter(|path| !seen.contains(path.as_str()) && !ignored(path));
    let kind = |path: &str| Some(root.folder.join(path).symlink_metadata().ok()?.file_type());
    let missing = missing.filter_map(|path| kind(&path).map(|kind| (path, kind)));
    missing.filter(|(_, kind)| !kind.is_dir()).map(|(path, kind)| (path, kind.is_symlink())).collect()
}

/// A text file of the work tree; why it is none otherwise.
///
/// # Errors
/// When it cannot be read, is too large or no UTF-8.
pub fn read_text(path: &Path) -> Text {
    use std::io::Read;
    let gone = |_| Some("it vanished or cannot be opened");
    let mut file = std::fs::File::open(path).map_err(gone)?;
    let size = file.metadata().map_err(gone)?.len();
    if size > MAX_BYTES {
        return Err(Some("larger than 4 MiB"));
    }
    // As long as it is now: nothing asks once more for what comes after.
    let mut bytes = vec![0; size as usize];
    file.read_exact(&mut bytes).map_err(gone)?;
    String::from_utf8(bytes).map_err(|_| Some("not UTF-8 text"))
}

// ---- git

/// A path below the root, with `/`; `None` where it is not Unicode.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

fn read_index(git: &Git) -> Result<Vec<(String, Text)>, Error> {
    let entries = git.index()?.into_iter();
    Ok(entries.map(|(path, entry)| read_blob(git, path, entry.id, entry.mode)).collect())
}

fn read_commit(git: &Git, name: &str) -> Result<Vec<(String, Text)>, Error> {
    let mut files = Vec::new();
    tree_of(git, name)?.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
        if entry.kind() == Some(git2::ObjectType::Blob)
            && let Some(path) = entry.name().and_then(|name| git.below(&format!("{folder}{name}")))
        {
            files.push(read_blob(git, path, entry.id(), entry.filemode() as u32));
        }
        git2::TreeWalkResult::Ok
    })?;
    Ok(files)
}

fn read_blob(git: &Git, path: String, id: git2::Oid, mode: u32) -> (String, Text) {
    const REGULAR: u32 = 0o100_000;
    if mode & 0o170_000 != REGULAR || is_binary(Path::new(&path)) {
        return (path, Err(None));
    }
    let text = match git.repository.find_blob(id) {
        Ok(blob) if blob.size() as u64 > MAX_BYTES => Err(Some("larger than 4 MiB")),
        Ok(blob) => String::from_utf8(blob.content().to_vec()).map_err(|_| Some("not UTF-8 text")),
        Err(_) => Err(Some("git cannot give its content")),
    };
    (path, text)
}

fn tree_of<'a>(git: &'a Git, name: &str) -> Result<git2::Tree<'a>, Error> {
    let object = git.repository.revparse_single(name).map_err(|_| Error::Revision(name.to_owned()))?;
    Ok(object.peel_to_tree()?)
}

// ---- writing

/// Replaces the text of a file of the work tree.
///
/// # Errors
/// When it cannot be written.
pub fn write(root: &Root, path: &str, text: &str) -> Result<(), Error> {
    let path = root.folder.join(path);
    std::fs::write(&path, text).map_err(|error| Error::Unwritable(path, error))
}

// ---- changes

/// Whether there is a commit to compare with.
///
/// # Errors
/// When the repository cannot be opened.
pub fn has_head(root: &Root) -> Result<bool, Error> {
    Ok(root.git && Git::open(root)?.repository.head().is_ok())
}

/// The last commit that what is checked shares with a revision: what the other side did since is no part of the change.
/// The revision itself where git does not know any, as in a shallow clone.
///
/// # Errors
/// When `since` names no revision.
pub fn fork_point(root: &Root, source: &Source, since: &str) -> Result<String, Error> {
    let git = Git::open(root)?;
    tree_of(&git, since)?;
    let own = match source {
        Source::Commit(name) => name,
        Source::WorkTree | Source::Index => "HEAD",
    };
    let commit = |name: &str| git.repository.revparse_single(name)?.peel_to_commit().map(|commit| commit.id());
    let base = commit(own).and_then(|own| git.repository.merge_base(own, commit(since)?));
    Ok(base.map_or_else(|_| since.to_owned(), |id| id.to_string()))
}

/// Paths whose content differs from a base: of the work tree or index against HEAD, or of anything against `since`.
/// `None` where there is nothing to compare with: no git, or no commit yet.
///
/// # Errors
/// When `since` names no revision.
pub fn changes(root: &Root, source: &Source, since: Option<&str>) -> Result<Option<BTreeSet<String>>, Error> {
    if !root.git {
        return Ok(None);
    }
    let git = Git::open(root)?;
    let base = match since {
        Some(name) => tree_of(&git, name)?,
        None => match git.repository.head().and_then(|head| head.peel_to_tree()) {
            Ok(tree) => tree,
            Err(_) => return Ok(None),
        },
    };
    let mut options = git2::DiffOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true);
    let diff = match source {
        Source::WorkTree => git.repository.diff_tree_to_workdir_with_index(Some(&base), Some(&mut options))?,
        Source::Index => git.repository.diff_tree_to_index(Some(&base), None, None)?,
        Source::Commit(name) => git.repository.diff_tree_to_tree(Some(&base), Some(&tree_of(&git, name)?), None)?,
    };
    let paths = diff.deltas().flat_map(|delta| {
        let sides = [delta.old_file().path(), delta.new_file().path()];
        sides.into_iter().flatten().filter_map(|path| git.below(&path.to_str()?.replace('\\', "/"))).collect::<Vec<_>>()
    });
    Ok(Some(paths.collect()))
}
