//! Paths as they are typed to a repository and what of it is wanted.

use super::{CommandLine, Failure};
use clap::CommandFactory;
use homelint::config;
use homelint::diagnostic::did_you_mean;
use homelint::discover::{self, Root, Source};
use homelint::model::repo::Repo;
use homelint::source::nearest;
use std::path::{Path, PathBuf};

/// A repository and what of it is wanted.
pub struct Places {
    pub root: Root,
    /// Relative to the root, with `/`.
    pub selected: Vec<String>,
}

/// A path whose folder is real; the rest of it may exist in git only.
struct Located {
    folder: PathBuf,
    rest: PathBuf,
}

/// Finds the one repository around the paths.
pub fn locate(paths: &[PathBuf], source: &Source) -> Result<Places, Failure> {
    let mut places: Option<Places> = None;
    for typed in paths {
        let located = resolve(typed)?;
        let path = located.folder.join(&located.rest);
        if *source == Source::WorkTree && path.symlink_metadata().is_err() {
            return Err(missing(typed, &located));
        }
        let root = discover::root(&located.folder)?;
        let relative = relative(&root, &path);
        let places = places.get_or_insert_with(|| Places { root: root.clone(), selected: Vec::new() });
        if places.root != root {
            let (one, other) = (places.root.folder.display(), root.folder.display());
            let failure = Failure::new(format!("these paths are in two repositories: {one} and {other}"));
            return Err(failure.help("check them one after the other"));
        }
        places.selected.push(relative);
    }
    places.ok_or_else(|| Failure::new("no path is given"))
}

/// A path as the tree of a repository has it: relative to the root, with `/`.
pub fn relative(root: &Root, path: &Path) -> String {
    let relative = path.strip_prefix(&root.folder).unwrap_or(Path::new(""));
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// A typed path that exists, absolute.
pub fn existing(typed: &str) -> Option<PathBuf> {
    let located = resolve(Path::new(typed)).ok()?;
    let path = located.folder.join(&located.rest);
    path.exists().then_some(path)
}

/// The root around a file or folder to be built. Without git a kustomization may still use its neighbours: the
/// current folder is the root of all that lies below it.
pub fn root_around(place: &Path) -> Result<Root, Failure> {
    let root = discover::root(place)?;
    let marked = root.git || root.folder.join(config::FILE).is_file();
    let current = std::env::current_dir().and_then(|folder| folder.canonicalize());
    match current {
        Ok(folder) if !marked && root.folder.starts_with(&folder) => Ok(Root { folder, git: false }),
        _ => Ok(root),
    }
}

impl Places {
    /// A path that is looked up in git must be there.
    pub fn check_tree(&self, repo: &Repo, source: &Source) -> Result<(), Failure> {
        let place = match source {
            Source::WorkTree => return Ok(()),
            Source::Index => "what is staged".to_owned(),
            Source::Commit(name) => format!("`{name}`"),
        };
        let holds = |wanted: &String| {
            let files = repo.tree().files().iter().map(|file| file.source.path.as_str());
            let below = |path: &str| path.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with('/'));
            wanted.is_empty() || files.into_iter().any(|path| path == wanted || below(path))
        };
        match self.selected.iter().find(|wanted| !holds(wanted)) {
            Some(wanted) => Err(Failure::new(format!("there is no `{wanted}` in {place}"))),
            None => Ok(()),
        }
    }
}

/// Splits a path behind the last folder that exists. A link to a file keeps its own name, one to a folder does not:
/// the walk does not follow it.
fn resolve(typed: &Path) -> Result<Located, Failure> {
    let unreadable = |error: std::io::Error| Failure::new(format!("cannot read {}: {error}", typed.display()));
    let path = std::path::absolute(typed).map_err(unreadable)?;
    let folder = path.ancestors().find(|ancestor| ancestor.is_dir()).unwrap_or(&path);
    let rest = path.strip_prefix(folder).unwrap_or(Path::new("")).to_owned();
    Ok(Located { folder: folder.canonicalize().map_err(unreadable)?, rest })
}

fn missing(typed: &Path, located: &Located) -> Failure {
    let failure = Failure::new(format!("there is no `{}`", typed.display()));
    let name = located.rest.iter().next().unwrap_or_default().to_string_lossy();
    let entries = std::fs::read_dir(&located.folder).into_iter().flatten().flatten();
    let names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let near = nearest(&name, names.iter().map(String::as_str));
    let all = CommandLine::command();
    let commands = all.get_subcommands().map(clap::Command::get_name);
    let command = typed.to_str().and_then(|word| nearest(word, commands));
    match (near, command) {
        (Some(near), _) => {
            let rest: PathBuf = located.rest.iter().skip(1).collect();
            let mut meant: PathBuf =
                typed.ancestors().nth(located.rest.iter().count()).unwrap_or(Path::new("")).join(near);
            if located.folder.join(near).join(&rest).exists() {
                meant.extend(rest.iter());
            }
            failure.help(did_you_mean(meant.display()))
        }
        (None, Some(command)) => failure.help(format!("did you mean the command `{command}`?")),
        (None, None) => failure.help("give a file or folder of a repository; `homelint --help` lists the commands"),
    }
}
