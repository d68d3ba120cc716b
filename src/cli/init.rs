//! `homelint init`: a commented `.homelint.yaml`.

use super::{Failure, Outcome, Run};
use homelint::config::{FILE, SCHEMA};
use homelint::discover;
use serde_json::Value;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Init {
    /// A folder of the repository
    #[arg(default_value = ".")]
    path: PathBuf,
}

/// Writes the file to the root of the repository, where there is none yet.
pub fn run(arguments: &Init) -> Run {
    let root = discover::root(&arguments.path)?;
    let path = root.folder.join(FILE);
    if path.exists() {
        let failure = Failure::new(format!("{} exists already", path.display()));
        return Err(failure.help("edit it, or move it away first"));
    }
    std::fs::write(&path, text()).map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
    Ok(Outcome::own(format!("wrote {}: everything in it is commented out\n", path.display())))
}

fn text() -> String {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let mut out = "# homelint works without this file: uncomment what you want to change.\n".to_owned();
    for (key, schema) in properties(&schema) {
        out.push_str(&format!("\n# {}\n", description(schema)));
        example(key, schema).lines().for_each(|line| out.push_str(&format!("#{line}\n")));
    }
    out
}

/// A key with the value that its schema gives as an example; a comment behind each nested key says what it is for.
fn example(key: &str, schema: &Value) -> String {
    if let Some(example) = schema["examples"].get(0) {
        return flow(key, example);
    }
    let nested = |schema: &Value| -> String {
        let describe = |(key, schema): (&String, &Value)| {
            let example = example(key, schema);
            let (first, rest) = example.split_once('\n').unwrap_or((&example, ""));
            format!("{first} # {}\n{rest}", description(schema))
        };
        properties(schema).map(describe).collect()
    };
    if schema["type"] == "array" {
        return format!("{key}:\n  - {}", indented(&nested(&schema["items"]), "    ").trim_start());
    }
    format!("{key}:\n{}", indented(&nested(schema), "  "))
}

/// A value as JSON, which is YAML; a list or mapping begins on a line of its own.
fn flow(key: &str, value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("{key}:\n{}", items.iter().map(|item| format!("  - {item}\n")).collect::<String>())
        }
        Value::Object(entries) => {
            let entry = |(name, value): (&String, &Value)| format!("  {}: {value}\n", Value::from(name.as_str()));
            format!("{key}:\n{}", entries.iter().map(entry).collect::<String>())
        }
        scalar => format!("{key}: {scalar}\n"),
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or("")
}

fn indented(text: &str, by: &str) -> String {
    text.lines().map(|line| format!("{by}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use homelint::config::Config;
    use homelint::source::FileId;
    use homelint::yaml::parse;

    #[test]
    fn what_init_writes_is_valid_once_uncommented() {
        let text = text();
        assert!(parse(FileId(0), &text).documents.iter().all(|document| document.root.is_null()), "{text}");
        let open: String = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') || rest.starts_with("  ") => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let parsed = parse(FileId(0), &open);
        assert!(parsed.documents.iter().all(|document| !document.broken), "{open}");
        let config = Config::read(&parsed.documents[0].root, &["image/no-tag"]);
        assert!(config.faults.is_empty(), "{open}\n{:?}", config.faults);
    }
}
