//! Schemas on disk: those of a user's locations, and those that were fetched or imported.

use crate::diagnostic::Unchecked;
use crate::discover::{Error, Root, read_text};
use crate::repo::Repo;
use crate::resource::{Role, Tree};
use crate::schema::{Brought, Location, PlainSchema, is_url, named_schema};
use crate::source::join;
use rayon::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where fetched and imported schemas lie, in the repository's root.
pub const FOLDER: &str = ".homelint/schemas";

/// The folder of charts within it.
const CHARTS: &str = "charts";

/// Documents with schemas of homelint's own.
const OWN: [Option<Role>; 4] = [Some(Role::Resource), Some(Role::Kustomization), Some(Role::Config), None];

/// A folder of fetched and imported schemas.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    folder: PathBuf,
}

/// The schema of a kind as it was found: apiVersion, kind, place, and its document or why it is none.
type Found = ((String, String), String, Result<Value, String>);

impl Store {
    /// The store of a repository, or one elsewhere.
    pub fn new(root: &Root, elsewhere: Option<PathBuf>) -> Self {
        let folder = elsewhere.map_or_else(|| root.folder.join(FOLDER), |folder| root.folder.join(folder));
        Store { root: root.folder.clone(), folder }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads what locations and the store have for the kinds of a repository.
    pub fn read(&self, repo: &mut Repo, locations: &[Location]) {
        let filled = self.holds_anything(&repo.tree);
        if filled {
            self.read_charts(repo);
        }
        let own = Location::read(&self.folder.to_string_lossy()).ok().filter(|_| filled);
        let configured = repo.locations.iter();
        let all: Vec<&Location> =
            locations.iter().chain(configured).chain(&own).filter(|location| !location.is_url()).collect();
        let kinds: BTreeSet<(&str, &str)> =
            repo.resources().iter().map(|resource| (resource.api_version.as_str(), resource.kind.as_str())).collect();
        let kubernetes = repo.kubernetes().map(|(version, _)| version);
        let found = kinds.par_iter().filter_map(|(api_version, kind)| {
            let mut places = all.iter().flat_map(|location| location.places(api_version, kind, kubernetes));
            let (place, text) = places.find_map(|place| Some((self.shown(&place), self.text(&repo.tree, &place)?)))?;
            let document = serde_json::from_str(&text).map_err(|error| format!("no JSON Schema: {error}"));
            Some((((*api_version).to_owned(), (*kind).to_owned()), place, document))
        });
        let found: Vec<Found> = found.collect();
        let mut brought = Brought::default();
        self.read_files(repo, &mut brought);
        for ((api_version, kind), place, document) in found {
            match document {
                Ok(document) => brought.add(&api_version, &kind, place, document),
                Err(reason) => repo.unchecked.push(Unchecked { path: place, line: 1, reason }),
            }
        }
        repo.brought = Arc::new(brought);
    }

    /// Reads the schemas that files which are no resources name for themselves: a path, or a URL that was fetched.
    fn read_files(&self, repo: &Repo, brought: &mut Brought) {
        let mut known: BTreeMap<String, Option<Arc<PlainSchema>>> = BTreeMap::new();
        let files = repo.tree.files().iter().filter(|file| !OWN.contains(&file.role_of_root()));
        for (file, named) in files.filter_map(|file| Some((file, named_schema(file)?))) {
            let fetched = || self.folder.join(path_of_url(named)).to_string_lossy().into_owned();
            let place = if is_url(named) { Some(fetched()) } else { join(file.source.folder(), named) };
            let Some(place) = place else { continue };
            let read = |place: &str| serde_json::from_str(&self.text(&repo.tree, place)?).ok().map(PlainSchema::new);
            let schema = known.entry(place).or_insert_with_key(|place| read(place).map(Arc::new));
            if let Some(schema) = schema {
                brought.add_file(file.source.id, Arc::clone(schema));
            }
        }
    }

    /// Reads the charts that the releases of a repository may name.
    fn read_charts(&self, repo: &mut Repo) {
        let in_tree = self.in_root(&self.folder.join(CHARTS)).unwrap_or_default();
        let tracked = repo.tree.files_in(&in_tree).filter(|file| !in_tree.is_empty() && file.readable);
        let mut texts: BTreeMap<String, String> =
            tracked.map(|file| (file.source.path.clone(), file.source.text.clone())).collect();
        let entries = std::fs::read_dir(self.folder.join(CHARTS)).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "json")) {
            let shown = self.shown(&path.to_string_lossy());
            if !texts.contains_key(&shown)
                && let Ok(text) = read_text(&path)
            {
                texts.insert(shown, text);
            }
        }
        for (path, text) in texts {
            match serde_json::from_str(&text) {
                Ok(chart) => repo.charts.push(chart),
                Err(error) => repo.unchecked.push(Unchecked { path, line: 1, reason: format!("no chart: {error}") }),
            }
        }
    }

    /// Writes a file of the store; what was there stays until all of the new one is written.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, path: &str, text: &str) -> Result<PathBuf, Error> {
        let path = self.folder.join(path);
        let unwritable = |error| Error::Unwritable(path.clone(), error);
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder).map_err(unwritable)?;
        let new = path.with_extension("new");
        std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, &path)).map_err(unwritable)?;
        Ok(path)
    }

    fn holds_anything(&self, tree: &Tree) -> bool {
        let in_tree = self.in_root(&self.folder).is_some_and(|folder| tree.is_folder(&folder));
        in_tree || self.folder.is_dir()
    }

    /// The text at a place: that of the tree that is checked, which may be a commit, before the disk.
    fn text(&self, tree: &Tree, place: &str) -> Option<String> {
        let path = self.root.join(place);
        let tracked = self.in_root(&path).and_then(|path| tree.find(&path)).filter(|file| file.readable);
        tracked.map(|file| file.source.text.clone()).or_else(|| read_text(&path).ok())
    }

    /// A place as it is shown: relative to the root where it lies below.
    fn shown(&self, place: &str) -> String {
        self.in_root(&self.root.join(place)).unwrap_or_else(|| place.to_owned())
    }

    fn in_root(&self, path: &Path) -> Option<String> {
        let parts: Option<Vec<&str>> = path.strip_prefix(&self.root).ok()?.iter().map(|part| part.to_str()).collect();
        let parts: Vec<&str> = parts?.into_iter().filter(|part| *part != ".").collect();
        Some(parts.join("/"))
    }
}

/// Where the schema at a URL lies in the store: its host and path, with no letter that could lead elsewhere.
pub fn path_of_url(url: &str) -> String {
    let path = url.split_once("://").map_or(url, |(_, path)| path);
    let parts = path.split('/').filter(|part| !part.trim_matches('.').is_empty());
    let safe = |part: &str| -> String {
        part.chars()
            .map(|letter| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' })
            .collect()
    };
    format!("urls/{}", parts.map(safe).collect::<Vec<_>>().join("/"))
}

/// Where a chart lies in the store.
pub fn path_of_chart(name: &str, version: &str) -> String {
    format!("{CHARTS}/{name}-{version}.json")
}

/// Where a kind lies in the store: the layout of catalogues.
pub fn path_of(api_version: &str, kind: &str) -> String {
    let (group, version) = api_version.rsplit_once('/').unwrap_or((api_version, api_version));
    format!("{group}/{}_{version}.json", kind.to_lowercase())
}
