//! Schemas on disk: those of a user's locations, and those that were fetched or imported.

use crate::diagnostic::Unchecked;
use crate::discover::{Error, Root, read_text};
use crate::model::inputs::Inputs;
use crate::resource::{File, Resource, Role, Tree};
use crate::schema::{Location, PlainSchema, UserSchemas, is_url, named_schema};
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

/// Whether a file is judged by the schema that it names: homelint has none of its own for it.
pub fn is_judged(file: &File) -> bool {
    !OWN.contains(&file.role_of_root())
}

/// A folder of fetched and imported schemas, and other locations of schemas.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    folder: PathBuf,
    /// Locations that the user names besides those of the configuration.
    pub locations: Vec<Location>,
    /// Whether all of the folder is read, not only what the repository uses.
    pub whole: bool,
}

/// The schema of a kind as it was found: apiVersion, kind, place, and its document or why it is none.
type Found = ((String, String), String, Result<Value, String>);

impl Store {
    /// The store of a repository, or one elsewhere, with other locations.
    pub fn new(root: &Root, elsewhere: Option<PathBuf>, locations: Vec<Location>) -> Self {
        let folder = elsewhere.map_or_else(|| root.folder.join(FOLDER), |folder| root.folder.join(folder));
        Store { root: root.folder.clone(), folder, locations, whole: false }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds what locations and the store have for a repository: for the kinds, releases and files in it.
    pub fn read(&self, inputs: Inputs) -> Inputs {
        let mut inputs = inputs;
        let filled = self.holds_anything(&inputs.tree);
        if filled {
            self.read_charts(&mut inputs);
        }
        let own = Location::read(&self.folder.to_string_lossy()).ok().filter(|_| filled);
        let all = self
            .locations
            .iter()
            .chain(&inputs.config.schemas.locations)
            .chain(&own)
            .filter(|location| !location.is_url());
        let all: Vec<&Location> = all.collect();
        let mut user = UserSchemas::default();
        let found = if all.is_empty() { Vec::new() } else { self.kinds(&inputs, &all) };
        for (name, place, document) in found {
            match document {
                Ok(document) => user.add(&name.0, &name.1, place, document),
                Err(reason) => inputs.unchecked.push(Unchecked { path: place, line: 1, reason }),
            }
        }
        self.read_files(&inputs.tree, &mut user);
        if self.whole {
            self.read_rest(&mut user);
        }
        Inputs { schemas: Arc::new(user), ..inputs }
    }

    /// Reads the rest of the store: what it has for kinds that the repository does not use.
    fn read_rest(&self, user: &mut UserSchemas) {
        for path in entries(&self.folder).flat_map(|group| entries(&group)) {
            let document: Option<Value> = read_text(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
            let Some((document, (api_version, kind))) = document.and_then(|one| kind_of(&one).map(|name| (one, name)))
            else {
                continue;
            };
            if user.place(&api_version, &kind).is_none() {
                user.add(&api_version, &kind, self.shown(&path.to_string_lossy()), document);
            }
        }
    }

    /// What locations have for the kinds of a repository.
    fn kinds(&self, inputs: &Inputs, locations: &[&Location]) -> Vec<Found> {
        let named = |resource: &Resource| (resource.api_version.to_string(), resource.kind.to_string());
        let resources = inputs.tree.files().iter().flat_map(File::resources);
        let kinds: BTreeSet<(String, String)> = resources.map(named).collect();
        let kubernetes = inputs.config.kubernetes().map(|(version, _)| version);
        let found = kinds.into_par_iter().filter_map(|name| {
            let mut places = locations.iter().flat_map(|location| location.places(&name.0, &name.1, kubernetes));
            let (place, text) =
                places.find_map(|place| Some((self.shown(&place), self.text(&inputs.tree, &place)?)))?;
            let document = serde_json::from_str(&text).map_err(|error| format!("no JSON Schema: {error}"));
            Some((name, place, document))
        });
        found.collect()
    }

    /// Reads the schemas that files which are no resources name for themselves: a path, or a URL that was fetched.
    fn read_files(&self, tree: &Tree, user: &mut UserSchemas) {
        let mut known: BTreeMap<String, Option<Arc<PlainSchema>>> = BTreeMap::new();
        let files = tree.files().iter().filter(|file| is_judged(file));
        for (file, named) in files.filter_map(|file| Some((file, named_schema(file)?))) {
            let fetched = || self.folder.join(path_of_url(named)).to_string_lossy().into_owned();
            let place = if is_url(named) { Some(fetched()) } else { join(file.source.folder(), named) };
            let Some(place) = place else { continue };
            let read = |place: &str| serde_json::from_str(&self.text(tree, place)?).ok().map(PlainSchema::new);
            let schema = known.entry(place).or_insert_with_key(|place| read(place).map(Arc::new));
            if let Some(schema) = schema {
                user.add_file(file.source.id, Arc::clone(schema));
            }
        }
    }

    /// Reads the charts that the releases of a repository may name.
    fn read_charts(&self, inputs: &mut Inputs) {
        let in_tree = self.in_root(&self.folder.join(CHARTS)).unwrap_or_default();
        let tracked = inputs.tree.files_in(&in_tree).filter(|file| !in_tree.is_empty() && file.readable);
        let mut texts: BTreeMap<String, String> =
            tracked.map(|file| (file.source.path.clone(), file.source.text.clone())).collect();
        for path in entries(&self.folder.join(CHARTS)) {
            let shown = self.shown(&path.to_string_lossy());
            if !texts.contains_key(&shown)
                && let Ok(text) = read_text(&path)
            {
                texts.insert(shown, text);
            }
        }
        for (path, text) in texts {
            match serde_json::from_str(&text) {
                Ok(chart) => inputs.charts.push(chart),
                Err(error) => inputs.unchecked.push(Unchecked { path, line: 1, reason: format!("no chart: {error}") }),
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

/// The JSON files and the folders in a folder, in order.
fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let paths: BTreeSet<PathBuf> =
        entries.filter(|path| path.is_dir() || path.extension().is_some_and(|end| end == "json")).collect();
    paths.into_iter()
}

/// Where a schema says of which kind it is.
const KIND: &str = "x-kubernetes-group-version-kind";

/// The apiVersion and kind that a schema says it is of.
pub fn kind_of(document: &Value) -> Option<(String, String)> {
    let own = document.get(KIND)?.get(0)?;
    let text = |name: &str| own.get(name).and_then(Value::as_str);
    let (group, version) = (text("group")?, text("version")?);
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Some((api_version, text("kind")?.to_owned()))
}

/// The text of a schema that says of which kind it is.
pub fn text_of(mut document: Value, api_version: &str, kind: &str) -> String {
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    if let Some(fields) = document.as_object_mut() {
        fields.insert(KIND.to_owned(), serde_json::json!([{ "group": group, "version": version, "kind": kind }]));
    }
    format!("{document:#}\n")
}

/// Where a kind lies in the store: the layout of catalogues.
pub fn path_of(api_version: &str, kind: &str) -> String {
    let (group, version) = api_version.rsplit_once('/').unwrap_or((api_version, api_version));
    format!("{}/{}_{}.json", safe(group), safe(&kind.to_lowercase()), safe(version))
}

/// Where a chart lies in the store.
pub fn path_of_chart(name: &str, version: &str) -> String {
    format!("{CHARTS}/{}-{}.json", safe(name), safe(version))
}

/// Where the schema at a URL lies in the store: its host and path.
pub fn path_of_url(url: &str) -> String {
    let path = url.split_once("://").map_or(url, |(_, path)| path);
    let parts = path.split('/').filter(|part| !part.trim_matches('.').is_empty());
    format!("urls/{}", parts.map(safe).collect::<Vec<_>>().join("/"))
}

/// A part of a path with no letter that could lead elsewhere.
fn safe(part: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let part: String = part.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    if part.trim_matches('.').is_empty() { "_".to_owned() } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_store() {
        assert_eq!(path_of("example.org/v1", "Lamp"), "example.org/lamp_v1.json");
        assert_eq!(path_of("v1", "Service"), "v1/service_v1.json");
        assert_eq!(path_of("../v1", "../a"), "_/.._a_v1.json");
        assert_eq!(path_of_chart("../a", "1.2.0+x"), "charts/.._a-1.2.0_x.json");
        assert_eq!(path_of_url("https://example.org/../a/./b.json?c=/d"), "urls/example.org/a/b.json_c_/d");
    }
}
