//! `homelint init`: a commented `.homelint.yaml`.

use super::{Failure, Outcome, Run};
use homelint::config::{FILE, KEYS, Key, Takes};
use homelint::discover;
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
    let mut out = "# homelint works without this file: uncomment what shall differ.\n".to_owned();
    for key in KEYS {
        out.push_str(&format!("\n# {}\n", key.about));
        example(key).lines().for_each(|line| out.push_str(&format!("#{line}\n")));
    }
    out
}

/// A key with a made-up value; a comment behind each nested key says what it does.
fn example(key: &Key) -> String {
    let name = key.name;
    let nested = |keys: &'static [Key]| -> String {
        let describe = |key: &Key| {
            let example = example(key);
            let (first, rest) = example.split_once('\n').unwrap_or((&example, ""));
            format!("{first} # {}\n{rest}", key.about)
        };
        keys.iter().map(describe).collect()
    };
    match key.takes {
        Takes::Globs => format!("{name}:\n  - \"path/to/**\"\n"),
        Takes::Strings => format!("{name}:\n  - some text\n"),
        Takes::Version => format!("{name}: \"1.37\"\n"),
        Takes::Word | Takes::Words => format!("{name}: some text\n"),
        Takes::Flag => format!("{name}: true\n"),
        Takes::Levels => format!("{name}:\n  \"image/*\": warning\n"),
        Takes::Section(keys) => format!("{name}:\n{}", indented(&nested(keys), "  ")),
        Takes::Items(keys) => {
            let body = indented(&nested(keys), "    ");
            format!("{name}:\n  - {}", body.trim_start())
        }
    }
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
