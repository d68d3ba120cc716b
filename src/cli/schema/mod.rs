//! `homelint schema`: which kinds are known, what may be written in them, and how others become known.

mod list;
mod show;

use super::{Failure, Run};
use homelint::discover::{self, Source};
use homelint::repo::Repo;
use homelint::schema::{Origin, Schemas};
use std::path::Path;

#[derive(clap::Subcommand)]
pub enum Command {
    /// List the kinds whose schemas are at hand, and where each comes from
    List(list::List),
    /// Show the fields of a kind: types, defaults, and which values are allowed
    Show(show::Show),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Human,
    Json,
}

/// Runs one of them.
pub fn run(command: &Command) -> Run {
    match command {
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
    }
}

/// The repository around the current folder.
fn here() -> Result<Repo, Failure> {
    let root = discover::root(Path::new("."))?;
    Ok(discover::load(&root, &Source::WorkTree, &[])?)
}

/// Where the schema of a kind comes from, in a word or three.
fn origin(repo: &Repo, schemas: &Schemas, api_version: &str, kind: &str) -> String {
    match schemas.origin(api_version, kind) {
        Some(Origin::Brought(place)) => place.to_owned(),
        Some(Origin::Defined(span)) => repo.file_of(span).map(|file| file.source.path.clone()).unwrap_or_default(),
        Some(Origin::Bundle(source)) => format!("{} {}", source.name, source.version),
        None => String::new(),
    }
}
