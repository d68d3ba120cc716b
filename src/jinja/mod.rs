//! Jinja templates as text: their tags, and what is left of a template where its data is not known.

mod names;
mod read;
mod skeleton;
mod syntax;
mod tokens;

pub use names::{Name, Use, assigned, names};
pub use read::read;
pub use skeleton::{Condition, Conditions, Skeleton};
pub use syntax::{Mistake, mistakes};

use memchr::memmem::Finder;
use std::ops::Range;

/// How tags begin and end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delimiters {
    /// Of statements.
    pub block: (String, String),
    /// Of expressions.
    pub variable: (String, String),
    /// Of comments.
    pub comment: (String, String),
}

/// What a piece of a template is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text that comes out as it is.
    Literal,
    /// A value.
    Expression,
    /// A statement.
    Block,
    /// A note.
    Comment,
    /// A tag without an end, up to the end of the text.
    Unclosed,
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub struct Piece<'a> {
    /// What it is.
    pub kind: Kind,
    /// The bytes that it takes up: of a tag also the white space that it swallows.
    pub range: Range<usize>,
    /// What stands between its delimiters; empty for a literal.
    pub code: &'a str,
    /// Where the code starts.
    pub at: usize,
    /// Whether it swallows white space beyond its own line.
    pub strips: bool,
}

impl<'a> Piece<'a> {
    /// The first word of a statement.
    pub fn word(&self) -> &'a str {
        self.code.split_whitespace().next().unwrap_or("")
    }
}

impl Default for Delimiters {
    /// Those that Jinja has where nothing else is said.
    fn default() -> Self {
        let pair = |start: &str, end: &str| (start.to_owned(), end.to_owned());
        Delimiters { block: pair("{%", "%}"), variable: pair("{{", "}}"), comment: pair("{#", "#}") }
    }
}

impl Delimiters {
    fn kinds(&self) -> [(&(String, String), Kind); 3] {
        [(&self.block, Kind::Block), (&self.variable, Kind::Expression), (&self.comment, Kind::Comment)]
    }

    /// Whether tags can be told from text at all.
    pub fn are_usable(&self) -> bool {
        self.kinds().iter().all(|((start, end), _)| !start.is_empty() && !end.is_empty())
    }

    /// Whether a text holds any tag.
    pub fn has_tags(&self, text: &str) -> bool {
        self.kinds().iter().any(|((start, _), _)| text.contains(start.as_str()))
    }

    /// Splits a template as Jinja does with `trim_blocks` and `lstrip_blocks`, which makejinja sets.
    pub fn pieces<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        if !self.are_usable() {
            return pieces;
        }
        let literal = |range| Piece { kind: Kind::Literal, range, code: "", at: 0, strips: false };
        let kinds = self.kinds();
        let mut at = 0;
        // Where each kind of tag comes next: looked for again only once it is passed.
        let opening = kinds.map(|(pair, _)| Finder::new(&pair.0));
        let mut found = opening.each_ref().map(|opening| opening.find(text.as_bytes()));
        loop {
            for (place, opening) in found.iter_mut().zip(&opening) {
                if place.is_some_and(|place| place < at) {
                    *place = opening.find(&text.as_bytes()[at..]).map(|offset| at + offset);
                }
            }
            let next = found.iter().zip(kinds).filter_map(|(place, (pair, kind))| Some(((*place)?, pair, kind)));
            let Some((open, (start, end), kind)) = next.min_by_key(|found| found.0) else { break };
            let inner = open + start.len();
            let Some(length) = closing(&text[inner..], end, kind) else {
                pieces.push(literal(at..open));
                let range = open..text.len();
                pieces.push(Piece { kind: Kind::Unclosed, range, code: &text[inner..], at: inner, strips: false });
                return pieces;
            };
            let close = inner + length + end.len();
            let code = &text[inner..inner + length];
            let strips = code.starts_with('-') || code.ends_with('-');
            let from = if kind == Kind::Expression && !code.starts_with('-') {
                open
            } else {
                strip_left(text, at, open, code.starts_with('-'))
            };
            let to = strip_right(text, close, code.ends_with('-'), kind != Kind::Expression);
            pieces.push(literal(at..from));
            let trimmed = code.trim_start_matches(['-', '+']).trim_start();
            let code_at = inner + (code.len() - trimmed.len());
            let code = trimmed.trim_end_matches(['-', '+']).trim_end();
            pieces.push(Piece { kind, range: from..to, code, at: code_at, strips });
            at = to;
        }
        pieces.push(literal(at..text.len()));
        pieces
    }
}

/// Farthest, in bytes, that a delimiter inside a string of its code may stand before the end of a tag.
const LONGEST_TEXT: usize = 1000;

/// Where a tag ends: at its delimiter, but not at one inside a string of its code.
fn closing(text: &str, end: &str, kind: Kind) -> Option<usize> {
    let plain = text.find(end)?;
    if kind == Kind::Comment || !text[..plain].contains(['"', '\'']) {
        return Some(plain);
    }
    let mut quote = None;
    for (at, letter) in text.char_indices().take_while(|(at, _)| *at < plain + LONGEST_TEXT) {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if text[at..].starts_with(end) => return Some(at),
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            None => {}
        }
    }
    Some(plain)
}

/// End of the literal before a tag: without the blanks of its line, or all white space for `-`.
fn strip_left(text: &str, from: usize, to: usize, all: bool) -> usize {
    let literal = &text[from..to];
    if all {
        return from + literal.trim_end().len();
    }
    let kept = literal.trim_end_matches([' ', '\t']);
    let line_starts = if kept.is_empty() { from == 0 || text[..from].ends_with('\n') } else { kept.ends_with('\n') };
    if line_starts { from + kept.len() } else { to }
}

fn strip_right(text: &str, from: usize, all: bool, newline: bool) -> usize {
    let rest = &text[from..];
    if all {
        return text.len() - rest.trim_start().len();
    }
    if newline {
        text.len() - rest.strip_prefix("\r\n").or(rest.strip_prefix('\n')).unwrap_or(rest).len()
    } else {
        from
    }
}
