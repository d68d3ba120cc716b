//! The parser against another one: `granit-parser`, which follows the specification strictly.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod harness;

use granit_parser::{Event, Parser, ScalarStyle, options};
use harness::evidence::Evidence;
use homelint::source::FileId;
use homelint::yaml::{Node, ProblemKind, Style, parse};
use regex::Regex;
use std::path::{Path, PathBuf};

/// Scalars in order, aliases as `*`, an empty value as `~`; why a text is refused.
type Scalars = Result<Vec<String>, String>;

fn theirs(text: &str, strict: bool) -> Scalars {
    let mut scalars = Vec::new();
    for event in Parser::new_from_str_with_options(text, options! { strict_indentation: strict, emit_comments: false })
    {
        match event.map_err(|error| format!("{error:?}"))?.0 {
            Event::Scalar(text, style, ..) => scalars.push(scalar(&text, style == ScalarStyle::Plain)),
            Event::Alias(_) => scalars.push("*".to_owned()),
            _ => {}
        }
    }
    Ok(scalars)
}

fn ours(text: &str) -> Scalars {
    let parsed = parse(FileId(0), text);
    let refuses = |kind| matches!(kind, ProblemKind::Syntax | ProblemKind::Template | ProblemKind::AliasUndefined);
    if let Some(problem) = parsed.problems.into_iter().find(|problem| refuses(problem.kind)) {
        return Err(format!("{problem:?}"));
    }
    let mut scalars = Vec::new();
    parsed.documents.iter().for_each(|document| collect(text, &document.root, &mut scalars));
    Ok(scalars)
}

fn collect(text: &str, node: &Node, scalars: &mut Vec<String>) {
    let own = text.get(node.span.start as usize..node.span.end as usize).unwrap_or("");
    // A mapping whose first key is an alias begins with `*`, too.
    if own.starts_with('*') && !own.contains([' ', '\n']) {
        return scalars.push("*".to_owned());
    }
    if let Some(one) = node.as_scalar() {
        scalars.push(scalar(&one.text, one.style == Style::Plain));
    }
    node.items().iter().for_each(|item| collect(text, item, scalars));
    for entry in node.entries() {
        collect(text, &entry.key, scalars);
        collect(text, &entry.value, scalars);
    }
}

fn scalar(text: &str, plain: bool) -> String {
    if plain && text.is_empty() { "~".to_owned() } else { text.to_owned() }
}

fn yaml_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !path.is_symlink() {
            yaml_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            found.push(path);
        }
    }
}

/// Compares every YAML file below a folder.
#[derive(Default)]
struct Comparison {
    files: usize,
    differences: Vec<String>,
}

impl Comparison {
    fn add(&mut self, folder: &Path) {
        let alias_key = Regex::new(r"(?m)^([ -]*\*[\w-]+):").unwrap();
        let mut files = Vec::new();
        yaml_files(folder, &mut files);
        for path in files {
            let Ok(mut text) = std::fs::read_to_string(&path) else { continue };
            self.files += 1;
            // Without a final line break go-yaml gives a last block scalar none, and so do we; the specification adds it.
            if !text.ends_with('\n') {
                text.push('\n');
            }
            // By the specification the colon of `*name:` belongs to the name; go-yaml ends the name before it, and so do we.
            let text = alias_key.replace_all(&text, "$1 :");
            let (ours, mut theirs) = (ours(&text), theirs(&text, true));
            // By the specification a closing bracket is indented, too; go-yaml takes it anywhere, and so do we.
            if ours.is_ok() && theirs.as_ref().is_err_and(|error| error.contains("InvalidIndentation")) {
                theirs = self::theirs(&text, false);
            }
            // Merge keys are applied here and stay as they are there.
            let comparable = !text.contains("<<:") || ours.is_err() || theirs.is_err();
            if comparable && ours.as_ref().ok() != theirs.as_ref().ok() {
                let path = path.display();
                self.differences.push(match (ours, theirs) {
                    (Err(message), _) => format!("{path}: only homelint refuses it: {message}"),
                    (_, Err(message)) => format!("{path}: only the other refuses it: {message}"),
                    (Ok(ours), Ok(theirs)) => {
                        format!("{path}: {:?}", ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs))
                    }
                });
            }
        }
    }

    /// How many files were compared, all of them alike.
    fn finish(self) -> usize {
        println!("{} files", self.files);
        assert!(self.differences.is_empty(), "{:#?}", self.differences);
        self.files
    }
}

#[test]
fn agrees_on_the_fixtures() {
    let mut comparison = Comparison::default();
    comparison.add(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
    assert!(comparison.finish() > 100);
}

#[test]
#[ignore = "needs HOMELINT_EVIDENCE"]
fn agrees_on_the_corpora() {
    let evidence = Evidence::large();
    let mut comparison = Comparison::default();
    for name in evidence.names("corpus") {
        comparison.add(&evidence.folder(&format!("corpus/{name}")));
    }
    assert!(comparison.finish() > 1000);
}
