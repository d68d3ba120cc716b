//! Patterns as Go reads them: RE2.

use std::collections::HashSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use regex::RegexBuilder;
use smol_str::SmolStr;

/// Compiled patterns are at most this large; a hostile one ends here.
const MAX_SIZE: usize = 1 << 22;

/// Compiles a pattern in RE2's syntax: `\d`, `\w`, `\s` and `\b` mean ASCII, a bracket in a class is a bracket.
///
/// # Errors
/// When it is no RE2 (look-around, say), or too large.
pub fn re2(pattern: &str) -> Result<regex::Regex, regex::Error> {
    RegexBuilder::new(&translate(pattern)).size_limit(MAX_SIZE).build()
}

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
            let light = regex_lite::Regex::new(&without_captures(&translate(&self.text))).map(Engine::Light);
            light.ok().or_else(|| re2(&self.text).map(Engine::Full).ok())
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

/// The pattern in the syntax of the `regex` crate.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut letters = pattern.chars().peekable();
    let mut class = false;
    // Whether the class has just begun, where a bracket stands for itself.
    let mut fresh = false;
    while let Some(letter) = letters.next() {
        let first = std::mem::take(&mut fresh);
        match letter {
            '\\' => match letters.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str(r"[\t\n\f\r ]"),
                Some('S') => out.push_str(r"[^\t\n\f\r ]"),
                Some('b') if !class => out.push_str(r"(?-u:\b)"),
                Some('B') if !class => out.push_str(r"(?-u:\B)"),
                Some(plain @ ('<' | '>')) => out.push(plain),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if !class => {
                class = true;
                fresh = true;
                out.push('[');
                if letters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            ']' if class && first => out.push_str(r"\]"),
            ']' if class => {
                class = false;
                out.push(']');
            }
            '[' if letters.peek() == Some(&':') => {
                // A named class such as [:alpha:] goes through whole.
                out.push('[');
                for inner in letters.by_ref() {
                    out.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
            }
            '[' | '&' | '~' if class => out.extend(['\\', letter]),
            '{' if !class => {
                let repeat = letters.clone().take_while(|next| *next != '}').collect::<String>();
                let counts = repeat.starts_with(|next: char| next.is_ascii_digit())
                    && repeat.chars().all(|next| next.is_ascii_digit() || next == ',');
                out.push_str(if counts { "{" } else { r"\{" });
            }
            '}' if !class => {
                let repeats = out.rsplit_once('{').is_some_and(|(before, counts)| {
                    !before.ends_with('\\')
                        && !counts.is_empty()
                        && counts.chars().all(|next| next.is_ascii_digit() || next == ',')
                });
                // `\p{Greek}` closes its own brace.
                let named = out
                    .rsplit_once("\\{")
                    .is_some_and(|(before, _)| before.ends_with("\\p") || before.ends_with("\\P"));
                if named {
                    if let Some(at) = out.rfind("\\{") {
                        out.replace_range(at..at + 2, "{");
                    }
                    out.push('}');
                } else {
                    out.push_str(if repeats { "}" } else { r"\}" });
                }
            }
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn patterns_mean_what_they_mean_to_go() {
        let cases = [
            (r"^\d+$", "12", true),
            (r"^\d+$", "١", false),
            (r"^[\w-]+$", "a-b_1", true),
            (r"^\w+$", "ä", false),
            (r"^[[a]+$", "[a", true),
            (r"^[]a]+$", "]a", true),
            (r"^[^]]$", "a", true),
            (r"^[a&&b]+$", "a&b", true),
            (r"^[[:alpha:]]+$", "ab", true),
            (r"^a{2,3}$", "aaa", true),
            (r"^a{b}$", "a{b}", true),
            (r"^\${x}$", "${x}", true),
            (r"^\p{Greek}$", "β", true),
            (r"\bx\b", "a x b", true),
            (r"^\s$", "\u{a0}", false),
            (r"a$", "a\n", false),
        ];
        for (pattern, text, expected) in cases {
            let regex = re2(pattern).unwrap_or_else(|_| panic!("{pattern} as {}", translate(pattern)));
            assert_eq!(regex.is_match(text), expected, "{pattern} on {text}");
        }
        assert!(re2(r"(?=a)").is_err());
    }
}
