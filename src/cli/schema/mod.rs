//! `homelint schema`: which kinds are known, what may be written in them, and how others become known.

mod fetch;
mod import;
mod list;
mod show;

use super::store::store;
use super::{Failure, Form, Run};
use homelint::discover::{self, Besides, Root, Source};
use homelint::model::repo::Repo;
use homelint::schema::{self, Origin};
use std::path::Path;

#[derive(clap::Subcommand)]
pub enum Command {
    /// List the kinds that have a schema, and where it comes from
    List(list::List),
    /// Show the fields of a kind: types, defaults, and which values are allowed
    Show(show::Show),
    /// Import schemas from CustomResourceDefinitions, charts and JSON Schemas
    Import(import::Import),
    /// Download schemas of kinds that the repository uses and homelint does not know
    Fetch(fetch::Fetch),
}

/// Runs one of them.
pub fn run(command: &Command) -> Run {
    match command {
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Fetch(arguments) => fetch::run(arguments),
    }
}

/// The repository around the current folder.
fn here() -> Result<Repo, Failure> {
    let root = discover::root(Path::new("."))?;
    let mut store = store(&root, &[])?;
    store.whole = true;
    Ok(Repo::new(discover::load(&root, &Source::WorkTree, Besides { store: Some(&store), ..Besides::default() })?))
}

/// A path as it is said: relative to the root where it lies below.
fn shown(root: &Root, path: &Path) -> String {
    path.strip_prefix(&root.folder).unwrap_or(path).display().to_string()
}

/// Where the schema of a kind comes from, in a word or three.
fn origin(repo: &Repo, schemas: &schema::Schemas, api_version: &str, kind: &str) -> String {
    match schemas.origin(api_version, kind) {
        Some(Origin::User(place)) => place.to_owned(),
        Some(Origin::Defined(span)) => repo.file_of(span).map(|file| file.source.path.clone()).unwrap_or_default(),
        Some(Origin::Bundle(source)) => format!("{} {}", source.name, source.version),
        None => String::new(),
    }
}
