//! `homelint dependencies`: every version in a repository, and who updates it.

use super::{Form, Outcome, Run};
use homelint::discover::{self, Besides, Source};
use homelint::formats::renovate::{Dependency, Update};
use homelint::model::repo::Repo;
use homelint::source::SourceFile;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// What is said where Renovate has no configuration.
const NO_CONFIGURATION: &str = "Renovate has no configuration here: nobody updates the versions in this repository\n";

/// The datasource of API versions: every manifest has one.
const API: &str = "kubernetes-api";

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  homelint dependencies                 what Renovate updates, and what nobody does
  homelint dependencies --format json | jq '.[] | select(.updated == false)'")]
pub struct List {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Form,
}

/// Writes every version.
pub fn run(arguments: &List) -> Run {
    let root = discover::root(Path::new("."))?;
    let repo = Repo::new(discover::load(&root, &Source::WorkTree, Besides::default())?);
    let found = repo.updates().map_or_else(Vec::new, |updates| updates.dependencies(repo.tree()));
    let listed = found.iter().filter_map(|one| Some((&repo.file_of(one.span)?.source, one)));
    let text = match arguments.format {
        Form::Json => format!("{:#}\n", Value::Array(listed.map(|(file, one)| json_of(file, one)).collect())),
        Form::Human => human(&listed.collect::<Vec<_>>()),
    };
    Ok(Outcome::of(&repo, &text, if repo.updates().is_none() { NO_CONFIGURATION } else { "" }))
}

/// `updated` is null where homelint cannot tell.
fn json_of(file: &SourceFile, one: &Dependency) -> Value {
    let (updated, reason) = match &one.update {
        Update::Yes => (Some(true), None),
        Update::No(reason) => (Some(false), Some(reason.as_str())),
        Update::Unsure(reason) => (None, Some(*reason)),
    };
    json!({
        "path": file.path,
        "line": file.line(one.span.start),
        "manager": one.manager,
        "name": one.name,
        "value": one.value,
        "digest": one.digest,
        "datasource": one.datasource,
        "updated": updated,
        "reason": reason,
    })
}

/// A line for each version, once however many managers find it; API versions are only counted.
fn human(listed: &[(&SourceFile, &Dependency)]) -> String {
    let mut lines: BTreeMap<(&str, u32, &str), (&Dependency, Vec<&str>)> = BTreeMap::new();
    for (file, one) in listed.iter().filter(|(_, one)| one.datasource != API) {
        let line = lines.entry((&file.path, file.line(one.span.start), &one.name));
        line.or_insert_with(|| (one, Vec::new())).1.push(one.manager);
    }
    let mut out = String::new();
    let mut last = "";
    for ((path, line, name), (one, managers)) in &lines {
        if *path != last {
            let gap = if last.is_empty() { "" } else { "\n" };
            _ = writeln!(out, "{gap}{path}");
            last = path;
        }
        let version = one.value.as_deref().or(one.digest.as_deref()).unwrap_or("-");
        let who = match &one.update {
            Update::Yes => managers.join(", "),
            Update::No(reason) => format!("nobody: {reason}"),
            Update::Unsure(reason) => format!("{}: {reason}", managers.join(", ")),
        };
        _ = writeln!(out, "  {line:>4}  {name} {version}  {who}");
    }
    let count = |is: fn(&Update) -> bool| lines.values().filter(|(one, _)| is(&one.update)).count();
    let (yes, no) = (count(|update| *update == Update::Yes), count(|update| matches!(update, Update::No(_))));
    let unsure = lines.len() - yes - no;
    if !lines.is_empty() {
        let word = if lines.len() == 1 { "version" } else { "versions" };
        _ = writeln!(out, "\n{} {word}: {yes} updated, {no} not updated, {unsure} not known", lines.len());
    }
    out
}
