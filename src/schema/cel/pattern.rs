//! RE2 patterns, as Go's API server reads them, through the `regex` crate.

use super::value::{Budget, Out, Stop, Value};
use regex::{Regex, RegexBuilder};

/// Compiles a pattern in RE2's syntax: `\d`, `\w`, `\s` and `\b` mean ASCII, a bracket in a class is a bracket.
pub fn re2(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&translate(pattern)).size_limit(1 << 22).build().ok()
}

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

/// What a function does with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Matches,
    Find,
    FindAll,
}

impl Use {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "matches" => Some(Use::Matches),
            "find" => Some(Use::Find),
            "findAll" => Some(Use::FindAll),
            _ => None,
        }
    }

    /// Applies a pattern; the arguments are the text and, for `findAll`, how many.
    pub(super) fn apply<'a>(self, budget: &Budget, regex: &Regex, arguments: &[Value<'a>]) -> Out<Value<'a>> {
        let (text, most) = match (self, arguments) {
            (_, [Value::Str(text)]) => (text, usize::MAX),
            // A negative count means all.
            (Use::FindAll, [Value::Str(text), Value::Int(most)]) => {
                (text, usize::try_from(*most).unwrap_or(usize::MAX))
            }
            _ => return Err(Stop::Error),
        };
        budget.text(text.len())?;
        Ok(match self {
            Use::Matches => Value::Bool(regex.is_match(text)),
            Use::Find => Value::text(regex.find(text).map_or(String::new(), |found| found.as_str().to_owned())),
            Use::FindAll => {
                budget.take(text.len())?;
                let found = regex.find_iter(text).take(most);
                Value::list(found.map(|found| Value::text(found.as_str().to_owned())).collect())
            }
        })
    }

    /// Applies a pattern that is computed, the second argument.
    pub(super) fn compute<'a>(self, budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
        let [text, Value::Str(pattern), rest @ ..] = arguments else {
            return Err(Stop::Error);
        };
        budget.take(2_000 + pattern.len() * 10)?;
        let regex = re2(pattern).ok_or(Stop::Error)?;
        let arguments: Vec<Value> = std::iter::once(text).chain(rest).cloned().collect();
        self.apply(budget, &regex, &arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let regex = re2(pattern).unwrap_or_else(|| panic!("{pattern} as {}", translate(pattern)));
            assert_eq!(regex.is_match(text), expected, "{pattern} on {text}");
        }
        assert!(re2(r"(?=a)").is_none());
    }
}
