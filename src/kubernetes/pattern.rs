//! Patterns as Go reads them: RE2.

use std::collections::HashSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use smol_str::SmolStr;

/// A regular expression, compiled when it is first asked.
#[derive(Debug)]
pub struct Pattern {
    text: SmolStr,
    engine: OnceLock<Option<Engine>>,
    /// Texts that matched: a repository writes `1h` hundreds of times.
    matched: Mutex<HashSet<SmolStr>>,
}

/// What runs a pattern. The light engine compiles quickly, but knows no classes of Unicode characters.
#[derive(Debug)]
enum Engine {
    Light(regex_lite::Regex),
    Full(regex::Regex),
}

impl Pattern {
    /// A pattern that is not compiled yet.
    pub fn new(text: SmolStr) -> Pattern {
        Pattern { text, engine: OnceLock::new(), matched: Mutex::default() }
    }

    /// As the schema writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the text matches; `None` where the pattern is no RE2 (look-around, say).
    pub fn is_match(&self, text: &str) -> Option<bool> {
        let matched = || self.matched.lock().unwrap_or_else(PoisonError::into_inner);
        if matched().contains(text) {
            return Some(true);
        }
        let engine = self.engine.get_or_init(|| {
            let light = regex_lite::Regex::new(&without_captures(&self.text)).map(Engine::Light);
            light.ok().or_else(|| regex::Regex::new(&self.text).map(Engine::Full).ok())
        });
        let matches = match engine.as_ref()? {
            Engine::Light(regex) => regex.is_match(text),
            Engine::Full(regex) => regex.is_match(text),
        };
        if matches {
            matched().insert(SmolStr::new(text));
        }
        Some(matches)
    }
}

/// A pattern whose groups are not remembered: the light engine keeps a place for each group in each of its states,
/// which are megabytes for the patterns of addresses.
fn without_captures(pattern: &str) -> String {
    // Classes in which a bracket stands for itself or opens another class.
    if ["[:", "[]", "[^]"].iter().any(|odd| pattern.contains(odd)) {
        return pattern.to_owned();
    }
    let (mut escaped, mut in_class) = (false, false);
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern.chars();
    while let Some(letter) = rest.next() {
        out.push(letter);
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class && !rest.as_str().starts_with('?') => out.push_str("?:"),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_captures;

    #[test]
    fn groups_are_not_remembered_and_mean_the_same() {
        let cases = [
            ("^(a|b)+$", "^(?:a|b)+$"),
            (r"\((x)[(]", r"\((?:x)[(]"),
            ("(?i)(a)", "(?i)(?:a)"),
            (r"[\](](a)", r"[\](](?:a)"),
            ("[[:alpha:](](a)", "[[:alpha:](](a)"),
            ("[](](a)", "[](](a)"),
        ];
        for (pattern, wanted) in cases {
            assert_eq!(without_captures(pattern), wanted);
        }
    }
}
