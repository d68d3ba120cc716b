//! The names that the code of a template uses and gives.

use super::tokens::{Token, tokens};
use std::collections::BTreeSet;
use std::ops::Range;

/// Words of the language that are no names.
const KEYWORDS: [&str; 22] = [
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "elif",
    "for",
    "set",
    "recursive",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "with",
    "without",
    "context",
    "ignore",
    "missing",
];

/// What a name is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A value.
    Variable,
    /// Something that is called.
    Function,
    /// What follows a `|`.
    Filter,
}

/// A name where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As what.
    pub usage: Use,
    /// With its attributes: `cloudflare.enabled`. An attribute that is called is a method, not part of the name.
    pub path: String,
    /// Its bytes in the code.
    pub range: Range<usize>,
}

/// The names that an expression uses.
pub fn names(code: &str) -> Vec<Name> {
    let tokens = tokens(code);
    let token = |index: usize| tokens.get(index).map(|(token, _)| *token);
    let sign = |index: usize, sign: char| token(index) == Some(Token::Sign(sign));
    let mut found = Vec::new();
    let mut index = 0;
    while let Some((current, range)) = tokens.get(index) {
        index += 1;
        let Token::Word(word) = *current else { continue };
        let before = index.checked_sub(2).and_then(token);
        let tested = before == Some(Token::Word("is"))
            || before == Some(Token::Word("not")) && index.checked_sub(3).and_then(token) == Some(Token::Word("is"));
        let named_argument = sign(index, '=') && !sign(index + 1, '=');
        if KEYWORDS.contains(&word) || before == Some(Token::Sign('.')) || tested || named_argument {
            continue;
        }
        if before == Some(Token::Sign('|')) {
            found.push(Name { usage: Use::Filter, path: word.to_owned(), range: range.clone() });
            continue;
        }
        let mut name = Name { usage: Use::Variable, path: word.to_owned(), range: range.clone() };
        while sign(index, '.')
            && let Some(Token::Word(attribute)) = token(index + 1)
            && !sign(index + 2, '(')
        {
            name.path = format!("{}.{attribute}", name.path);
            name.range.end = tokens[index + 1].1.end;
            index += 2;
        }
        if sign(index, '(') {
            name.usage = Use::Function;
        }
        found.push(name);
    }
    found
}

/// The names that a statement gives: of a loop, a `set`, a macro or an import.
pub fn assigned(code: &str) -> BTreeSet<String> {
    let words = tokens(code);
    let words = words.iter().filter_map(|(token, _)| match token {
        Token::Word(word) => Some(*word),
        _ => None,
    });
    let mut words = words;
    let targets: Vec<&str> = match words.next() {
        Some("for") => words.take_while(|word| *word != "in").collect(),
        Some("set" | "with") => tokens(code).windows(2).filter_map(|pair| given(code, pair)).collect(),
        Some("macro" | "import" | "from" | "call") => words.collect(),
        _ => Vec::new(),
    };
    targets.into_iter().map(str::to_owned).collect()
}

/// The word before an `=` or a comma.
fn given<'a>(code: &'a str, pair: &[(Token, Range<usize>)]) -> Option<&'a str> {
    match pair {
        [(Token::Word(_), range), (Token::Sign('=' | ','), _)] => code.get(range.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_filters_and_functions_are_told_apart() {
        let code =
            r#"item.id | default(site.id ~ "x.y", boolean=true) if not nets.split(',')[0] is defined else key('a').b"#;
        let found: Vec<(Use, String)> = names(code).into_iter().map(|name| (name.usage, name.path)).collect();
        let expected = [
            (Use::Variable, "item.id"),
            (Use::Filter, "default"),
            (Use::Variable, "site.id"),
            (Use::Variable, "nets"),
            (Use::Function, "key"),
        ];
        assert_eq!(found, expected.map(|(usage, path)| (usage, path.to_owned())));
    }

    #[test]
    fn statements_give_names() {
        let given = |code| assigned(code).into_iter().collect::<Vec<_>>();
        assert_eq!(given("for key, value in data.items()"), ["key", "value"]);
        assert_eq!(given("set link = 'a' ~ other"), ["link"]);
        assert_eq!(given("macro port(name, number=80)"), ["name", "number", "port"]);
        assert!(given("if a == b").is_empty());
    }
}
