//! Annotations that tell Renovate what a value is (<https://docs.renovatebot.com/modules/manager/regex/>).

use crate::resource::{File, Role};
use crate::source::Span;
use crate::yaml::{Node, from_table};
use memchr::memmem::Finder;
use regex::Regex;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Names that Renovate knows: `schemas/renovate.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Known {
    /// Options of a configuration.
    pub options: BTreeSet<String>,
    /// Managers.
    pub managers: BTreeSet<String>,
    /// Datasources.
    pub datasources: BTreeSet<String>,
    /// Keys of an annotation.
    pub annotation_keys: BTreeSet<String>,
    /// What an option may say, of those that know a few words.
    pub values: BTreeMap<String, BTreeSet<String>>,
}

/// What the table says.
pub static KNOWN: LazyLock<Known> = LazyLock::new(|| from_table(include_str!("../../schemas/renovate.yaml")));

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

impl Annotation {
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

/// A custom manager of a configuration that reads files by regular expressions.
pub fn regex_managers(config: &Node) -> impl Iterator<Item = &Node> {
    let managers = ["customManagers", "regexManagers"].into_iter().flat_map(|key| config.items_at(&[key]));
    managers.filter(|manager| matches!(manager.text_at(&["customType"]), None | Some("regex")))
}

/// Every regular expression of a configuration, with where it stands.
pub fn patterns(config: &Node) -> Vec<(&str, Span)> {
    let mut found = Vec::new();
    let jsonata = |node: &Node| node.text_at(&["customType"]).is_some_and(|kind| kind != "regex");
    let mut pending = vec![config];
    while let Some(node) = pending.pop() {
        pending.extend(node.items());
        for entry in node.entries() {
            pending.push(&entry.value);
            let key = entry.key.text().unwrap_or("");
            let values = entry.value.items().iter().chain([&entry.value]);
            let texts = values.filter_map(|value| Some((value.text()?, value.span)));
            match key {
                "fileMatch" => found.extend(texts),
                "matchStrings" if !jsonata(node) => found.extend(texts),
                "extractVersion" => found.extend(texts),
                "versioning" | "versioningTemplate" => {
                    let regex = texts.filter_map(|(text, span)| Some((text.strip_prefix("regex:")?, span)));
                    found.extend(regex.filter(|(text, _)| !text.contains("{{")));
                }
                _ if key.starts_with("match") || matches!(key, "managerFilePatterns" | "allowedVersions") => {
                    found.extend(texts.filter_map(|(text, span)| Some((between_slashes(text)?, span))));
                }
                _ => {}
            }
        }
    }
    found
}

/// The expression in `/…/`, which `!` may negate and flags may follow.
fn between_slashes(text: &str) -> Option<&str> {
    let (pattern, flags) = text.strip_prefix('!').unwrap_or(text).strip_prefix('/')?.rsplit_once('/')?;
    flags.bytes().all(|flag| flag.is_ascii_lowercase()).then_some(pattern)
}

/// Why RE2, which Renovate uses, refuses a pattern.
pub fn refusal(pattern: &str) -> Option<String> {
    let regex::Error::Syntax(message) = Regex::new(&for_rust(pattern)).err()? else { return None };
    let reason = message.lines().rev().find_map(|line| line.trim().strip_prefix("error: "))?;
    Some(reason.to_owned())
}

/// The pattern with what only Rust's syntax reads as more than a letter escaped: braces that repeat nothing, and what
/// inside a class would be a class or an operation on classes.
fn for_rust(pattern: &str) -> String {
    let mut out = String::new();
    let mut class = false;
    let mut start = 0;
    let mut letters = pattern.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                let next = letters.next().map_or(' ', |(_, next)| next);
                if !matches!(next, '<' | '>') {
                    out.push(letter);
                }
                out.push(next);
                continue;
            }
            '[' if class && !pattern[at..].starts_with("[:") => out.push('\\'),
            '&' | '~' | '-' if class && pattern[at + 1..].starts_with(letter) => out.push('\\'),
            '[' if !class => (class, start) = (true, out.len()),
            ']' if class && !matches!(&out[start..], "[" | "[^") => class = false,
            '{' if !class && !repeats(&pattern[at..]) => out.push('\\'),
            _ => {}
        }
        out.push(letter);
    }
    out
}

/// Whether a text begins with `{3}`, `{3,}` or `{3,5}`.
fn repeats(text: &str) -> bool {
    let inner = text.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    inner.is_some_and(|(inner, _)| {
        inner.starts_with(|first: char| first.is_ascii_digit())
            && inner.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
            && inner.matches(',').count() < 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_re2_are_fine() {
        let fine = [r"[^[\]]+", r"a{{b}}{1,2}{", r"[\w--]", r"(?<name>\S+)\/\<", r"[]a]", r"[[:alpha:]&&]", r"^[^]]$"];
        for pattern in fine {
            assert_eq!(refusal(pattern), None, "{pattern} as {}", for_rust(pattern));
        }
    }

    #[test]
    fn what_re2_refuses_is_told() {
        for (pattern, reason) in [
            ("(a", "unclosed group"),
            ("a)", "unopened group"),
            ("*a", "repetition operator missing expression"),
            ("[a", "unclosed character class"),
            ("(?!a)b", "look-around, including look-ahead and look-behind, is not supported"),
        ] {
            assert_eq!(refusal(pattern).as_deref(), Some(reason), "{pattern}");
        }
    }
}
