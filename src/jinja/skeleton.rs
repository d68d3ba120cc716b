//! What is left of a template where its data is not known.

use super::{Delimiters, Kind, Piece, names};
use crate::source::Span;
use std::collections::BTreeSet;
use std::ops::Range;

/// What an `if` or `for` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The statement that opens the block.
    pub code: String,
    /// Which of its branches: 0 for the first.
    pub branch: usize,
    /// The variables that decide, with their attributes: `cloudflare.enabled`.
    pub names: BTreeSet<String>,
}

impl Condition {
    /// Whether both may hold at once, as far as can be told: the same branch, or nothing that decides both.
    pub fn agrees(&self, other: &Condition) -> bool {
        let same = self.code == other.code && self.branch == other.branch;
        let related = |name: &String| other.names.iter().any(|other| is_part(name, other) || is_part(other, name));
        same || !self.names.iter().any(related)
    }
}

fn is_part(part: &str, whole: &str) -> bool {
    whole.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Part of a template that is rendered only under a condition.
#[derive(Debug, Clone)]
pub struct Region {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it needs.
    pub condition: Condition,
}

/// What of a template is rendered only under a condition.
#[derive(Debug, Clone, Default)]
pub struct Conditions(pub Vec<Region>);

impl Conditions {
    /// What a place needs: the conditions that it stands under, and those inside of it.
    pub fn of(&self, span: Span) -> impl Iterator<Item = &Condition> {
        let (start, end) = (span.start as usize, span.end.max(span.start + 1) as usize);
        let touching = self.0.iter().filter(move |region| region.range.start < end && start < region.range.end);
        touching.map(|region| &region.condition)
    }

    /// Whether two places may be rendered by the same data.
    pub fn agree(&self, one: Span, other: Span) -> bool {
        self.of(one).all(|one| self.of(other).all(|other| one.agrees(other)))
    }

    /// Whether part of a place, not all of it, is rendered only under a condition.
    pub fn split(&self, span: Span) -> bool {
        self.0.iter().any(|region| (span.start as usize..span.end as usize).contains(&region.range.start))
    }
}

/// The character that stands for a value which is not known. It is none that a text may hold.
pub const UNKNOWN: char = '\u{fdd0}';

/// A template without its data: every branch taken, every loop run once, every value unknown.
#[derive(Debug, Clone, Default)]
pub struct Skeleton {
    /// As long as the template, each byte at its place: tags became line breaks, values a run of `UNKNOWN` and `x`.
    pub text: String,
    /// The values.
    pub holes: Vec<Range<usize>>,
    /// What is rendered only under a condition.
    pub conditions: Conditions,
    /// Whether a value makes up lines of its own: it may stand for more than a scalar.
    pub has_unknown_lines: bool,
}

impl Skeleton {
    /// What is left of a template; `None` where it does something that is not understood here.
    pub fn of(template: &str, delimiters: &Delimiters) -> Option<Self> {
        if !delimiters.are_usable() {
            return None;
        }
        let mut walk = Walk { template, bytes: template.as_bytes().to_vec(), ..Walk::default() };
        for piece in delimiters.pieces(template) {
            walk.piece(&piece)?;
        }
        let text = String::from_utf8(walk.bytes).ok()?;
        let conditions = Conditions(walk.regions);
        let skeleton = Skeleton { text, holes: walk.holes, conditions, has_unknown_lines: walk.has_unknown_lines };
        walk.open.is_empty().then_some(skeleton)
    }

    /// Whether some text comes out under every condition.
    pub fn is_never_empty(&self) -> bool {
        let mut bytes = self.text.as_bytes().to_vec();
        let holes = self.holes.iter().chain(self.conditions.0.iter().map(|region| &region.range));
        holes.for_each(|range| blank(&mut bytes, range.clone()));
        bytes.iter().any(|byte| !byte.is_ascii_whitespace())
    }

    /// The same, with only the first branch of each condition.
    pub fn first_branches(&self) -> String {
        let mut bytes = self.text.as_bytes().to_vec();
        for region in self.conditions.0.iter().filter(|region| region.condition.branch > 0) {
            blank(&mut bytes, region.range.clone());
        }
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// Deepest nesting of blocks that is followed, and most branches of one template: what asks for more is no template
/// that a person wrote.
const MAX_DEPTH: usize = 32;
const MAX_REGIONS: usize = 2000;

/// An open block.
struct Open<'a> {
    word: &'a str,
    condition: Condition,
    /// Start of the tag that opens it.
    tag: usize,
    /// Start of its current branch.
    from: usize,
}

#[derive(Default)]
struct Walk<'a> {
    template: &'a str,
    bytes: Vec<u8>,
    open: Vec<Open<'a>>,
    /// How many blocks are open around one that is a single unknown text: a condition inside a line, or a filter.
    hidden: Option<usize>,
    holes: Vec<Range<usize>>,
    regions: Vec<Region>,
    has_unknown_lines: bool,
}

impl<'a> Walk<'a> {
    fn piece(&mut self, piece: &Piece<'a>) -> Option<()> {
        let too_much = self.open.len() > MAX_DEPTH || self.regions.len() > MAX_REGIONS;
        if piece.strips || piece.kind == Kind::Unclosed || too_much {
            return None;
        }
        let tag = trimmed(self.template, &piece.range);
        match piece.kind {
            Kind::Expression => self.fill(tag),
            Kind::Comment => blank(&mut self.bytes, piece.range.clone()),
            Kind::Block => {
                blank(&mut self.bytes, piece.range.clone());
                self.block(piece, tag)?;
            }
            Kind::Literal | Kind::Unclosed => {}
        }
        Some(())
    }

    fn block(&mut self, piece: &Piece<'a>, tag: Range<usize>) -> Option<()> {
        let alone = is_alone(self.template, &tag);
        match piece.word() {
            "set" if piece.code.contains('=') => {}
            "include" => self.fill(tag),
            word @ ("if" | "for" | "filter" | "set" | "macro") => {
                let names = if word == "if" { decisive(&piece.code[word.len()..]) } else { BTreeSet::new() };
                let condition = Condition { code: piece.code.to_owned(), branch: 0, names };
                let branches = alone && matches!(word, "if" | "for");
                if !branches && self.hidden.is_none() {
                    self.hidden = Some(self.open.len());
                }
                self.open.push(Open { word, condition, tag: tag.start, from: piece.range.end });
            }
            word @ ("elif" | "else") => {
                if self.hidden.is_none() && !alone {
                    return None;
                }
                self.end_branch(piece.range.start);
                let block = self.open.last_mut()?;
                block.from = piece.range.end;
                block.condition.branch += 1;
                if word == "elif" {
                    block.condition.names.extend(decisive(&piece.code[word.len()..]));
                }
            }
            word => {
                self.end_branch(piece.range.start);
                let block = self.open.pop().filter(|block| word.strip_prefix("end") == Some(block.word))?;
                if self.hidden == Some(self.open.len()) {
                    self.hidden = None;
                    let whole = block.tag..tag.end;
                    match block.word {
                        "set" | "macro" => blank(&mut self.bytes, whole),
                        _ => self.fill(whole),
                    }
                }
            }
        }
        Some(())
    }

    fn end_branch(&mut self, to: usize) {
        if let Some(block) = self.open.last().filter(|_| self.hidden.is_none()) {
            self.regions.push(Region { range: block.from..to.max(block.from), condition: block.condition.clone() });
        }
    }

    /// Puts an unknown text in place of a tag: every tag is longer than the character that marks it.
    fn fill(&mut self, range: Range<usize>) {
        if self.hidden.is_none() {
            self.has_unknown_lines |= is_alone(self.template, &range);
            self.holes.push(range.clone());
        }
        let mut mark = [0; 4];
        let mark = UNKNOWN.encode_utf8(&mut mark).as_bytes();
        let place = &mut self.bytes[range];
        place.fill(b'x');
        if let Some(head) = place.get_mut(..mark.len()) {
            head.copy_from_slice(mark);
        }
    }
}

/// A tag itself, without the white space that it swallows.
fn trimmed(text: &str, range: &Range<usize>) -> Range<usize> {
    let tag = &text[range.clone()];
    range.start + (tag.len() - tag.trim_start().len())..range.start + tag.trim_end().len()
}

/// Whether nothing else stands on the lines of a tag.
fn is_alone(text: &str, tag: &Range<usize>) -> bool {
    let before = text[..tag.start].trim_end_matches([' ', '\t']);
    let after = text[tag.end..].trim_start_matches([' ', '\t', '\r']);
    (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n'))
}

fn blank(bytes: &mut [u8], range: Range<usize>) {
    bytes[range].fill(b'\n');
}

/// The variables that some code reads.
fn decisive(code: &str) -> BTreeSet<String> {
    names(code).into_iter().map(|name| name.path).collect()
}
