//! Patterns of files and names, and the regular expressions in them, as Renovate reads them.

use super::NAMES;
use crate::source::Span;
use crate::yaml::Node;
use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;

/// What files or names are meant: a regular expression between slashes, else a glob.
#[derive(Debug)]
pub struct Pattern {
    negated: bool,
    text: Text,
}

#[derive(Debug)]
enum Text {
    All,
    Regex(Regex),
    Glob(GlobMatcher),
}

impl Pattern {
    /// The pattern that a text is; nothing where it cannot be read.
    pub fn new(text: &str) -> Option<Self> {
        let negated = text.starts_with('!');
        let rest = text.strip_prefix('!').unwrap_or(text);
        let text = match between_slashes(text) {
            _ if rest == "*" => Text::All,
            Some((regex, flags)) => return Pattern::regex(regex, flags == "i").map(|all| Pattern { negated, ..all }),
            None => {
                let glob = GlobBuilder::new(rest).literal_separator(true).case_insensitive(true).build();
                Text::Glob(glob.ok()?.compile_matcher())
            }
        };
        Some(Pattern { negated, text })
    }

    /// The pattern that a regular expression without slashes is, as `fileMatch` has it.
    pub fn regex(text: &str, any_case: bool) -> Option<Self> {
        let text = for_rust(text);
        let regex = if any_case { format!("(?i){text}") } else { text };
        Some(Pattern { negated: false, text: Text::Regex(Regex::new(&regex).ok()?) })
    }

    /// Whether a path or a name is one of those that are meant.
    pub fn matches(&self, name: &str) -> bool {
        let fits = match &self.text {
            Text::All => true,
            Text::Regex(regex) => regex.is_match(name),
            Text::Glob(glob) => glob.is_match(name),
        };
        fits != self.negated
    }
}

/// The expression in `/…/`, which `!` may negate, and its flags.
pub fn between_slashes(text: &str) -> Option<(&str, &str)> {
    let (pattern, flags) = text.strip_prefix('!').unwrap_or(text).strip_prefix('/')?.rsplit_once('/')?;
    matches!(flags, "" | "i").then_some((pattern, flags))
}

/// Whether a glob is evidently a regular expression that lacks its slashes.
pub fn lacks_slashes(text: &str) -> bool {
    let text = text.strip_prefix('!').unwrap_or(text);
    let regex =
        text.starts_with('^') || text.ends_with('$') || ["\\.", ".+", "\\d"].iter().any(|part| text.contains(part));
    regex && between_slashes(text).is_none()
}

/// Every entry of an option that is a list of patterns, by the option's list.
pub fn pattern_lists(config: &Node) -> Vec<(&str, Vec<&Node>)> {
    let mut found = Vec::new();
    config.walk_entries(&mut |entry| {
        let key = entry.key.text().filter(|key| NAMES.patterns.contains(*key));
        found.extend(key.map(|key| (key, entry.value.items().iter().collect())));
    });
    found
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
                    found.extend(texts.filter_map(|(text, span)| Some((between_slashes(text)?.0, span))));
                }
                _ => {}
            }
        }
    }
    found
}

/// Why RE2, which Renovate uses, refuses a pattern.
pub fn refusal(pattern: &str) -> Option<String> {
    let regex::Error::Syntax(message) = Regex::new(&for_rust(pattern)).err()? else { return None };
    let reason = message.lines().rev().find_map(|line| line.trim().strip_prefix("error: "))?;
    Some(reason.to_owned())
}

/// The pattern with what only Rust's syntax reads as more than a letter escaped: braces that repeat nothing, and what
/// inside a class would be a class or an operation on classes.
pub(super) fn for_rust(pattern: &str) -> String {
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
