//! What Jinja refuses to read.

use super::tokens::{Token, tokens};
use super::{Delimiters, Kind, Piece};
use crate::diagnostic::did_you_mean;
use crate::source::nearest;
use std::ops::Range;

/// Statements that go on to a statement of their own that ends them.
const BLOCKS: [&str; 10] = ["if", "for", "filter", "set", "macro", "call", "block", "with", "autoescape", "trans"];

/// Statements that stand alone.
const LINES: [&str; 11] =
    ["else", "elif", "include", "import", "from", "extends", "do", "break", "continue", "debug", "pluralize"];

/// A mistake in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Its bytes.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// The other half of what does not fit together.
    pub related: Option<Range<usize>>,
    /// What to do.
    pub help: Option<String>,
}

impl Mistake {
    fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Mistake { range, message: message.into(), related: None, help: None }
    }
}

/// What Jinja refuses in a template; extensions may add statements, so a new one is none.
pub fn mistakes(text: &str, delimiters: &Delimiters) -> Vec<Mistake> {
    let pieces = delimiters.pieces(text);
    if pieces.iter().any(|piece| piece.kind == Kind::Block && matches!(piece.word(), "raw" | "verbatim")) {
        return Vec::new();
    }
    let mut found: Vec<Mistake> = pieces.iter().filter_map(|piece| in_tag(piece)).collect();
    let mut open: Vec<&Piece> = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.kind == Kind::Block) {
        let word = piece.word();
        let place = piece.at..piece.at + word.len();
        match word.strip_prefix("end").filter(|ended| BLOCKS.contains(ended)) {
            Some(ended) => match open.pop() {
                Some(block) if block.word() == ended => {}
                Some(block) => {
                    let message = format!("`{word}` cannot end `{}`", block.word());
                    let related = Some(block.at..block.at + block.word().len());
                    found.push(Mistake { related, ..Mistake::new(place, message) });
                    return found;
                }
                None => {
                    found.push(Mistake::new(place, format!("`{word}` ends nothing: no `{ended}` is open")));
                    return found;
                }
            },
            None if BLOCKS.contains(&word) && !(word == "set" && piece.code.contains('=')) => open.push(piece),
            None if matches!(word, "else" | "elif") && open.is_empty() => {
                found.push(Mistake::new(place, format!("`{word}` without an `if`")));
            }
            None if !BLOCKS.contains(&word) && !LINES.contains(&word) => found.extend(misspelt(word, place)),
            None => {}
        }
    }
    found.extend(open.into_iter().map(|block| {
        let word = block.word();
        let mistake = Mistake::new(block.at..block.at + word.len(), format!("`{word}` is never ended"));
        Mistake { help: Some(format!("add `end{word}`")), ..mistake }
    }));
    found
}

fn misspelt(word: &str, place: Range<usize>) -> Option<Mistake> {
    let ends: Vec<String> = BLOCKS.iter().map(|block| format!("end{block}")).collect();
    let known = BLOCKS.into_iter().chain(LINES).chain(ends.iter().map(String::as_str));
    let near = nearest(word, known)?;
    let mistake = Mistake::new(place, format!("Jinja has no statement `{word}`"));
    Some(Mistake { help: Some(did_you_mean(near)), ..mistake })
}

/// A tag that is not closed, says nothing, or whose brackets or quotes do not match.
fn in_tag(piece: &Piece) -> Option<Mistake> {
    let place = |range: &Range<usize>| piece.at + range.start..piece.at + range.end;
    match piece.kind {
        Kind::Unclosed => {
            let line = piece.range.start..piece.at + piece.code.lines().next().unwrap_or("").trim_end().len();
            return Some(Mistake::new(line, "this tag is never closed"));
        }
        Kind::Expression | Kind::Block if piece.code.is_empty() => {
            return Some(Mistake::new(piece.range.clone(), "this tag says nothing"));
        }
        Kind::Expression | Kind::Block => {}
        Kind::Literal | Kind::Comment => return None,
    }
    let mut open: Vec<(char, Range<usize>)> = Vec::new();
    for (token, range) in tokens(piece.code) {
        match token {
            Token::Text(false) => return Some(Mistake::new(place(&range), "this quote is never closed")),
            Token::Sign(sign @ ('(' | '[' | '{')) => open.push((sign, range)),
            Token::Sign(sign @ (')' | ']' | '}')) => match open.pop() {
                Some(('(', _)) if sign == ')' => {}
                Some(('[', _)) if sign == ']' => {}
                Some(('{', _)) if sign == '}' => {}
                _ => return Some(Mistake::new(place(&range), format!("`{sign}` closes nothing"))),
            },
            _ => {}
        }
    }
    let (sign, range) = open.pop()?;
    Some(Mistake::new(place(&range), format!("`{sign}` is never closed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let pair = |start: &str, end: &str| (start.to_owned(), end.to_owned());
        let delimiters = Delimiters { block: pair("#%", "%#"), variable: pair("#{", "}#"), comment: pair("#|", "#|") };
        mistakes(text, &delimiters).into_iter().map(|mistake| mistake.message).collect()
    }

    #[test]
    fn what_jinja_reads_is_fine() {
        let text = "#% set a = {'b': [1, 2]} %##% if a.b[0] is defined and ')' not in c %#x#% elif d %#y#% endif %#\n\
            #% for i, j in k.items() if i %##{ \"}#\" ~ i }##% else %#none#% endfor %#\n#| note #|\n#% own thing %#";
        assert_eq!(said(text), Vec::<String>::new());
    }

    #[test]
    fn what_it_refuses_is_named() {
        for (text, message) in [
            ("a: #{ b\nc: d", "this tag is never closed"),
            ("#{ f(a }#", "`(` is never closed"),
            ("#{ a) }#", "`)` closes nothing"),
            ("#{ 'a }#", "this quote is never closed"),
            ("#{ }#", "this tag says nothing"),
            ("#% if a %#", "`if` is never ended"),
            ("#% endif %#", "`endif` ends nothing: no `if` is open"),
            ("#% if a %##% endfor %#", "`endfor` cannot end `if`"),
            ("#% if a %##% endfi %##% endif %#", "Jinja has no statement `endfi`"),
        ] {
            assert_eq!(said(text), [message], "{text}");
        }
    }
}
