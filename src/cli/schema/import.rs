//! `homelint schema import`: schemas out of files that a user has.

use super::shown;
use crate::cli::store::store;
use crate::cli::{Failure, Outcome, Run};
use flate2::read::GzDecoder;
use homelint::discover::store::{kind_of, path_of, path_of_chart, text_of};
use homelint::discover::{self, MAX_BYTES, read_text};
use homelint::helm::{Part, ValuesSchema};
use homelint::schema::{Dialect, Schema, custom_kinds, to_json};
use homelint::source::FileId;
use homelint::yaml::parse;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Most that an archive may hold, unpacked.
const MAX_UNPACKED: u64 = 256 * 1024 * 1024;
/// Charts inside charts, at most.
const MAX_DEPTH: usize = 8;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  homelint schema import crds.yaml                  CustomResourceDefinitions
  homelint schema import lamp-1.2.0.tgz             the values schema of a chart
  homelint schema import example.org/lamp_v1.json   a JSON Schema of one kind

They are written to .homelint/schemas. Commit that folder, and every check uses them.")]
pub struct Import {
    /// Files with CustomResourceDefinitions, archives of charts, or JSON Schemas
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// A file of the store: its path there, what it is, and its text.
struct Imported {
    path: String,
    what: String,
    text: String,
}

/// Imports files.
pub fn run(arguments: &Import) -> Run {
    let root = discover::root(Path::new("."))?;
    let store = store(&root, &[])?;
    // All are read before the first is written.
    let imported: Vec<Vec<Imported>> = arguments.files.iter().map(|file| read(file)).collect::<Result<_, _>>()?;
    let mut out = String::new();
    for one in imported.into_iter().flatten() {
        let path = store.write(&one.path, &one.text)?;
        out.push_str(&format!("wrote {}: {}\n", shown(&root, &path), one.what));
    }
    Ok(Outcome::own(out))
}

fn read(file: &Path) -> Result<Vec<Imported>, Failure> {
    let name = file.to_string_lossy();
    if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
        return Ok(vec![chart(file)?]);
    }
    let text = read_text(file).map_err(|why| {
        Failure::new(format!("cannot read {name}: {}", why.unwrap_or("it has no content")))
            .help("give a file with CustomResourceDefinitions, a JSON Schema, or the archive of a chart")
    })?;
    let parsed = parse(FileId(0), &text);
    let documents: Vec<Value> =
        parsed.documents.iter().filter(|one| !one.broken).map(|one| to_json(&one.root)).collect();
    let found: Vec<Imported> = documents.iter().flat_map(kinds).collect();
    match (found.is_empty(), serde_json::from_str(&text)) {
        (false, _) => Ok(found),
        (true, Ok(document)) => Ok(vec![kind(file, &document)?]),
        (true, Err(_)) => {
            let failure = Failure::new(format!("{name} holds no CustomResourceDefinition and is no JSON Schema"));
            Err(failure.help("an archive of a chart ends in `.tgz`"))
        }
    }
}

/// The kinds of a CustomResourceDefinition, or of those in a list.
fn kinds(document: &Value) -> Vec<Imported> {
    if let Some(items) = document.get("items").and_then(Value::as_array) {
        return items.iter().flat_map(kinds).collect();
    }
    if document.get("kind").and_then(Value::as_str) != Some("CustomResourceDefinition") {
        return Vec::new();
    }
    let written = custom_kinds(document, None).into_iter().map(|known| Imported {
        path: path_of(&known.api_version, &known.kind),
        what: format!("{} of {}", known.kind, known.api_version),
        text: text_of(known.schema.to_json(), &known.api_version, &known.kind),
    });
    written.collect()
}

/// A JSON Schema of one kind: it says so itself, or its path does as in a catalogue.
fn kind(file: &Path, document: &Value) -> Result<Imported, Failure> {
    let named = || {
        let path = std::path::absolute(file).ok()?;
        let group = path.parent()?.file_name()?.to_str()?.to_owned();
        let (kind, version) = path.file_stem()?.to_str()?.rsplit_once('_')?;
        group.contains('.').then(|| (format!("{group}/{version}"), kind.to_owned()))
    };
    let Some((api_version, kind)) = kind_of(document).or_else(named) else {
        let failure = Failure::new(format!("{} does not say of which kind it is", file.display()));
        return Err(failure.help("call it `group/kind_version.json`, as in `example.org/lamp_v1.json`"));
    };
    if Schema::from_json(document, Dialect::JsonSchema).properties.is_empty() {
        return Err(Failure::new(format!("{} describes no fields", file.display())));
    }
    let what = format!("{kind} of {api_version}");
    let text = text_of(document.clone(), &api_version, &kind);
    Ok(Imported { path: path_of(&api_version, &kind), what, text })
}

// ---- charts

/// What the archive of a chart says of values.
fn chart(file: &Path) -> Result<Imported, Failure> {
    let failed = |why: String| Failure::new(format!("cannot read {}: {why}", file.display()));
    let files = unpack(file).map_err(|error| failed(error.to_string()))?;
    let folder = files.keys().filter_map(|path| path.strip_suffix("Chart.yaml")).min_by_key(|folder| folder.len());
    let chart = folder.and_then(|folder| chart_of(&files, folder, MAX_DEPTH));
    let chart =
        chart.ok_or_else(|| failed("it is the archive of no chart".to_owned()).help("`helm pull` writes one"))?;
    if !chart.has_schema() {
        return Err(Failure::new(format!("the chart {} {} has no values.schema.json", chart.name, chart.version))
            .help("there is nothing to import: such a chart takes any values"));
    }
    if let Some(why) = chart.unusable() {
        return Err(failed(format!("its values.schema.json cannot be used: {why}")));
    }
    let text = serde_json::to_string_pretty(&chart).map_err(|error| failed(error.to_string()))?;
    let what = format!("values of the chart {} {}", chart.name, chart.version);
    Ok(Imported { path: path_of_chart(&chart.name, &chart.version), what, text: format!("{text}\n") })
}

/// The files of an archive that speak of values, by path.
fn unpack(file: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let reader = GzDecoder::new(std::fs::File::open(file)?).take(MAX_UNPACKED);
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(reader).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().trim_start_matches("./").to_owned();
        let name = path.rsplit('/').next().unwrap_or(&path);
        if matches!(name, "Chart.yaml" | "values.yaml" | "values.schema.json") && entry.size() <= MAX_BYTES {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            files.insert(path, text);
        }
    }
    Ok(files)
}

/// The chart in a folder of an archive.
fn chart_of(files: &BTreeMap<String, String>, folder: &str, depth: usize) -> Option<ValuesSchema> {
    let yaml = |name: &str| {
        let text = files.get(&format!("{folder}{name}"))?;
        parse(FileId(0), text).documents.first().map(|document| to_json(&document.root))
    };
    let about = yaml("Chart.yaml")?;
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let safe = |word: &String| !word.is_empty() && !word.contains(['/', '\\']);
    let (name, version) = (text(&about, "name").filter(safe)?, text(&about, "version").filter(safe)?);
    let schema = files.get(&format!("{folder}values.schema.json")).and_then(|text| serde_json::from_str(text).ok());
    let dependencies = about.get("dependencies").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut parts = Vec::new();
    for inner in folders(files, &format!("{folder}charts/")).into_iter().filter(|_| depth > 0) {
        let Some(chart) = chart_of(files, &inner, depth - 1) else { continue };
        let named = dependencies.iter().filter(|one| text(one, "name").as_deref() == Some(&chart.name));
        let named: Vec<&Value> = named.collect();
        // What tags switch off is not followed.
        if named.iter().any(|one| one.get("tags").is_some()) {
            continue;
        }
        let first = named.first();
        let key = first.and_then(|one| text(one, "alias")).unwrap_or_else(|| chart.name.clone());
        let conditions = first.and_then(|one| text(one, "condition")).unwrap_or_default();
        let conditions = conditions.split(',').map(|path| path.trim().to_owned()).filter(|path| !path.is_empty());
        parts.push(Part { key, conditions: conditions.collect(), chart });
    }
    let values = yaml("values.yaml").unwrap_or(Value::Null);
    Some(ValuesSchema::new(name, version, values, schema, parts))
}

/// The folders directly in a folder, with `/` at the end.
fn folders(files: &BTreeMap<String, String>, within: &str) -> BTreeSet<String> {
    let names = files.keys().filter_map(|path| path.strip_prefix(within)?.split_once('/'));
    names.map(|(name, _)| format!("{within}{name}/")).collect()
}
