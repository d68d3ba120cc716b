//! Comments that tell Renovate what a value is (<https://docs.renovatebot.com/modules/manager/regex/>).

use super::NAMES;
use crate::diagnostic::{Finding, did_you_mean};
use crate::resource::{File, Role};
use crate::source::{Span, nearest};
use memchr::memmem::Finder;
use regex::Regex;
use std::sync::LazyLock;

static ANNOTATION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)(?:#|//|<!--)[ \t]*renovate:[ \t]*([^\n]*)").ok());

/// A `# renovate:` comment.
#[derive(Debug, Clone)]
pub struct Annotation {
    /// From `renovate:` to the end of what it says.
    pub span: Span,
    /// Its `key=value` pairs, with the span of each key and each value.
    pub pairs: Vec<(String, Span, String, Span)>,
    /// Number of the line that it speaks of: its own where that begins with something else, else the next.
    pub line: u32,
}

/// What built-in managers read without a comment.
const BUILT_IN: [&str; 6] = ["repository:", "image:", "uses:", "repo:", "rev:", "FROM "];

impl Annotation {
    /// A key that is close to one that Renovate's own examples have.
    pub fn unknown_key(&self) -> Option<Finding> {
        let mut unknown = self.pairs.iter().filter(|(key, ..)| !NAMES.annotation_keys.contains(key));
        unknown.find_map(|(key, span, ..)| {
            let near = nearest(key, NAMES.annotation_keys.iter().map(String::as_str))?;
            let message = format!("unknown key `{key}` in a `# renovate:` comment");
            Some(Finding::new(*span, message).help(did_you_mean(near)))
        })
    }

    /// A datasource that Renovate does not have.
    pub fn unknown_datasource(&self) -> Option<Finding> {
        let (name, span) = self.get("datasource")?;
        if name.starts_with("custom.") || NAMES.datasources.contains(name) || name.contains(['{', '<']) {
            return None;
        }
        let near = nearest(name, NAMES.datasources.iter().map(String::as_str));
        let help = near.map_or_else(|| "see Renovate's list of datasources".to_owned(), did_you_mean);
        Some(Finding::new(span, format!("Renovate has no datasource `{name}`")).help(help))
    }

    /// Whether a built-in manager reads the line that it is about without it.
    pub fn is_redundant(&self, file: &File) -> bool {
        let line = file.source.line_text(self.line).trim_start().trim_start_matches("- ");
        BUILT_IN.iter().any(|key| line.starts_with(key))
    }

    /// The value of a key and its place.
    pub fn get(&self, key: &str) -> Option<(&str, Span)> {
        self.pairs.iter().find(|(name, ..)| name == key).map(|(_, _, value, span)| (value.as_str(), *span))
    }
}

/// What every annotation begins with.
static MARK: LazyLock<Finder> = LazyLock::new(|| Finder::new("renovate:"));

/// The annotations of a file, in any syntax.
pub fn annotations(file: &File) -> Vec<Annotation> {
    let text = &file.source.text;
    if MARK.find(text.as_bytes()).is_none()
        || file.roots_of(Role::Renovate).next().is_some()
        || matches!(file.source.name().rsplit_once('.'), Some((_, "md" | "txt")))
    {
        return Vec::new();
    }
    let Some(pattern) = ANNOTATION.as_ref() else { return Vec::new() };
    let found = pattern.captures_iter(text).filter_map(|captures| {
        let (whole, said) = (captures.get(0)?, captures.get(1)?);
        let line = file.source.line(whole.start() as u32);
        let before = file.source.slice(file.source.span(file.source.line_range(line).start..whole.start()));
        let pairs = pairs(file, said.start(), said.as_str().trim_end().trim_end_matches("-->"));
        // Within a text or another comment it is an example, or switched off.
        if before.trim_end().ends_with(['"', '\'', '`', '#', '/', '*']) {
            return None;
        }
        let own = !before.trim().is_empty();
        let spoken_of = if own { line } else { line + 1 };
        Some(Annotation {
            span: file.source.span(whole.start()..said.start() + said.as_str().trim_end().len()),
            pairs,
            line: spoken_of,
        })
    });
    // Prose that happens to contain the word has no pair at all.
    found.filter(|annotation| !annotation.pairs.is_empty()).collect()
}

fn pairs(file: &File, start: usize, said: &str) -> Vec<(String, Span, String, Span)> {
    let mut pairs = Vec::new();
    let mut at = 0;
    for word in said.split_whitespace() {
        let from = at + said[at..].find(word).unwrap_or(0);
        at = from + word.len();
        if let Some((key, value)) = word.split_once('=') {
            let value_at = start + from + key.len() + 1;
            let key_span = file.source.span(start + from..start + from + key.len());
            pairs.push((
                key.to_owned(),
                key_span,
                value.to_owned(),
                file.source.span(value_at..value_at + value.len()),
            ));
        }
    }
    pairs
}
