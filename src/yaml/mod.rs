//! Text to nodes with spans, comments, anchors and styles. Never fails: it
//! returns what it could read and the problems with what it could not.

mod de;
mod emit;
mod json;
mod parse;
mod resolve;
mod tabs;
mod toml;

use crate::diagnostic::Finding;
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::HashMap;
use std::sync::Arc;

pub use de::{OneOrMany, Pairs, Spanned, from_node, from_table};
pub use emit::{to_json, to_json_in, to_yaml, to_yaml_in};
pub use json::parse_json;
pub use parse::parse;
pub use resolve::{Mode, Resolved, go_number, parse_float, parse_int, resolve};
pub use tabs::refused_tab;
pub use toml::parse_toml;

/// Deepest nesting that is read; anything deeper is refused, so every walk over nodes may recurse.
pub const MAX_DEPTH: usize = 200;

/// Most nodes that one file may stand for once its aliases are expanded.
pub const MAX_NODES: usize = 1_000_000;

/// A value with the place it came from.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands: for an alias the alias itself, for an absent value the empty range after its key.
    pub span: Span,
    /// What it is.
    pub value: Value,
    /// Anchor and tag; most nodes have none.
    pub props: Option<Box<Props>>,
}

/// Anchor and tag of a node, each with its span.
#[derive(Debug, Clone, Default)]
pub struct Props {
    /// Name after `&`.
    pub anchor: Option<(SmolStr, Span)>,
    /// The tag, resolved: `tag:yaml.org,2002:str` for `!!str`.
    pub tag: Option<(SmolStr, Span)>,
}

/// The three shapes of YAML data. Collections are shared, so a clone is cheap.
#[derive(Debug, Clone)]
pub enum Value {
    /// Text; what it means is decided by [`resolve`].
    Scalar(Scalar),
    /// A mapping, in the order written, merge keys applied.
    Map(Arc<Vec<Entry>>),
    /// A sequence.
    Seq(Arc<Vec<Node>>),
}

/// A scalar's text and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, unescaped and folded; empty for an absent value.
    pub text: SmolStr,
    /// How it was written.
    pub style: Style,
    /// Whether part of the text is not known offline, so that it could be anything.
    pub unknown: bool,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `text`: may mean a boolean, number or null.
    Plain,
    /// `'text'`
    Single,
    /// `"text"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// One document of a file.
#[derive(Debug, Clone)]
pub struct Document {
    /// The root node.
    pub root: Node,
    /// From the document's first byte to its last, markers and comments included.
    pub span: Span,
    /// Whether a problem makes the tools that read it refuse this document: the tree is partial.
    pub broken: bool,
}

/// A comment, from `#` to the end of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// Its range.
    pub span: Span,
}

/// What kind of mistake a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The text is not YAML.
    Syntax,
    /// The text is not YAML where a template has a tag.
    Template,
    /// An alias whose anchor is not defined before it in the same document.
    AliasUndefined,
    /// A key that its mapping already has.
    DuplicateKey,
    /// `{{ name }}` without quotes: legal YAML, a mapping with a mapping as key, and never meant.
    TemplateBraces,
}

/// Something that could not be read as meant.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Which mistake.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// Other places that explain it.
    pub related: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// The problem as a finding.
    pub fn finding(&self) -> Finding {
        let finding = Finding::new(self.span, self.message.clone()).maybe_help(self.help.clone());
        self.related.iter().fold(finding, |finding, (span, message)| finding.related(*span, message.clone()))
    }
}

/// All that a text holds.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// Documents in order.
    pub documents: Vec<Document>,
    /// Comments in order.
    pub comments: Vec<Comment>,
    /// Mistakes in order.
    pub problems: Vec<Problem>,
}

/// The character that an escape stands for, and the bytes of `rest` that belong to it: JSON writes characters beyond
/// the first plane as a pair of surrogates (RFC 8259, section 7). Half a pair is the replacement character.
fn escaped(code: u32, rest: &str) -> (char, usize) {
    const LOST: char = '\u{fffd}';
    if !(0xd800..0xdc00).contains(&code) {
        return (char::from_u32(code).unwrap_or(LOST), 0);
    }
    let low = rest.get(..6).and_then(|pair| pair.strip_prefix("\\u")).and_then(|low| u32::from_str_radix(low, 16).ok());
    match low.filter(|low| (0xdc00..0xe000).contains(low)) {
        Some(low) => (char::from_u32(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)).unwrap_or(LOST), 6),
        None => (LOST, 0),
    }
}

impl Scalar {
    /// A scalar with known text.
    pub fn new(text: impl Into<SmolStr>, style: Style) -> Self {
        Scalar { text: text.into(), style, unknown: false }
    }
}

impl Node {
    /// A scalar node.
    pub fn scalar(span: Span, text: impl Into<SmolStr>, style: Style) -> Self {
        Node { span, value: Value::Scalar(Scalar::new(text, style)), props: None }
    }

    /// A string: quoted, so that it never resolves to another type.
    pub fn string(span: Span, text: impl Into<SmolStr>) -> Self {
        Node::scalar(span, text, Style::Double)
    }

    /// A mapping node.
    pub fn map(span: Span, entries: Vec<Entry>) -> Self {
        Node { span, value: Value::Map(Arc::new(entries)), props: None }
    }

    /// A sequence node.
    pub fn seq(span: Span, items: Vec<Node>) -> Self {
        Node { span, value: Value::Seq(Arc::new(items)), props: None }
    }

    /// An absent value.
    pub fn null(span: Span) -> Self {
        Node::scalar(span, "", Style::Plain)
    }

    /// The value under `key`, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry with `key`; of duplicates the last, as every reader takes it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        // The text first: it settles nearly all, and whether a key is null need not be asked for those.
        let same = |entry: &&Entry| entry.key.as_scalar().is_some_and(|scalar| scalar.text == key);
        self.entries().iter().rev().find(|entry| same(entry) && !entry.key.is_null())
    }

    /// The node at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text at a path of keys.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.text()
    }

    /// The entries of a mapping; empty for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; empty for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Seq(items) => items,
            _ => &[],
        }
    }

    /// The items of the sequence at a path of keys; empty where there is none.
    pub fn items_at(&self, path: &[&str]) -> &[Node] {
        self.at(path).map_or(&[], Node::items)
    }

    /// The entries of the mapping at a path of keys; empty where there is none.
    pub fn entries_at(&self, path: &[&str]) -> &[Entry] {
        self.at(path).map_or(&[], Node::entries)
    }

    /// The scalar, when this is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar that is not null, whatever type it resolves to.
    pub fn text(&self) -> Option<&str> {
        let scalar = self.as_scalar()?;
        (!scalar.is_null()).then_some(scalar.text.as_str())
    }

    /// The text of a scalar that is fully known and not null.
    pub fn known(&self) -> Option<&str> {
        if self.is_unknown() { None } else { self.text() }
    }

    /// The text of a scalar that says what it means: no variable and no template is left in it.
    pub fn literal(&self) -> Option<&str> {
        let marked = |text: &&str| text.as_bytes().windows(2).any(|pair| matches!(pair, b"${" | b"{{" | b"<<" | b"#{"));
        self.known().filter(|text| !marked(text))
    }

    /// Whether part of this scalar is not known offline.
    pub fn is_unknown(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.unknown)
    }

    /// Whether this is a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// Whether this is a sequence.
    pub fn is_seq(&self) -> bool {
        matches!(self.value, Value::Seq(_))
    }

    /// Whether this is null, written or absent.
    pub fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(Scalar::is_null)
    }

    /// Whether nothing is written: `key:` without a value.
    pub fn is_absent(&self) -> bool {
        self.as_scalar().is_some_and(|scalar| scalar.text.is_empty() && scalar.is_null())
    }

    /// Whether this is the boolean `true` as the API server reads it.
    pub fn is_true(&self) -> bool {
        self.resolve(Mode::Yaml11) == Some(Resolved::Bool(true))
    }

    /// Whether this is the boolean `false` as the API server reads it.
    pub fn is_false(&self) -> bool {
        self.resolve(Mode::Yaml11) == Some(Resolved::Bool(false))
    }

    /// Whether a scalar at or below it is this text.
    pub fn says(&self, text: &str) -> bool {
        let mut found = false;
        self.walk(&mut |node| found = found || node.text() == Some(text));
        found
    }

    /// What a scalar means; `None` for collections.
    pub fn resolve(&self, mode: Mode) -> Option<Resolved> {
        let scalar = self.as_scalar()?;
        let tag = self.props.as_ref().and_then(|props| props.tag.as_ref());
        match tag.map(|(tag, _)| tag.as_str()) {
            Some("!" | "tag:yaml.org,2002:str") => Some(Resolved::Str),
            Some("tag:yaml.org,2002:binary") => Some(Resolved::Str),
            _ if scalar.style != Style::Plain => Some(Resolved::Str),
            _ => Some(resolve(&scalar.text, mode)),
        }
    }

    /// The same value at another place.
    pub fn with_span(mut self, span: Span) -> Self {
        self.span = span;
        self
    }

    /// Mutable entries of a mapping, copied first where they are shared.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.value {
            Value::Map(entries) => Some(Arc::make_mut(entries)),
            _ => None,
        }
    }

    /// Mutable items of a sequence, copied first where they are shared.
    pub fn items_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.value {
            Value::Seq(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    /// Mutable value under `key`.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let entries = self.entries_mut()?;
        let entry = entries.iter_mut().rev().find(|entry| entry.key.text() == Some(key))?;
        Some(&mut entry.value)
    }

    /// Sets `key` to `value`, in place where it exists, else at the end.
    pub fn set(&mut self, key: Node, value: Node) {
        let Some(entries) = self.entries_mut() else { return };
        let found = entries.iter_mut().rev().find(|entry| entry.key.text() == key.text());
        match found {
            Some(entry) => entry.value = value,
            None => entries.push(Entry { key, value }),
        }
    }

    /// Takes the entry with `key` out of a mapping.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        self.entry(key)?;
        let entries = self.entries_mut()?;
        let index = entries.iter().rposition(|entry| entry.key.text() == Some(key))?;
        Some(entries.remove(index))
    }

    /// Calls `visit` for this node and every node below, keys included.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Node)) {
        visit(self);
        for entry in self.entries() {
            entry.key.walk(visit);
            entry.value.walk(visit);
        }
        for item in self.items() {
            item.walk(visit);
        }
    }

    /// Calls `visit` for every entry of every mapping at or below this node.
    pub fn walk_entries<'a>(&'a self, visit: &mut impl FnMut(&'a Entry)) {
        for entry in self.entries() {
            visit(entry);
            entry.value.walk_entries(visit);
        }
        for item in self.items() {
            item.walk_entries(visit);
        }
    }
}

impl Scalar {
    /// Whether this is null, written or absent.
    pub fn is_null(&self) -> bool {
        self.style == Style::Plain && !self.unknown && resolve::is_null(&self.text)
    }
}

/// Keys that their mapping already has, each with the first of its name: (first, again).
fn duplicates(entries: &[Entry]) -> Vec<(&Node, &Node)> {
    /// Mappings up to this size are compared pair by pair, which is faster than hashing.
    const SMALL: usize = 16;
    let mut seen: HashMap<&str, &Node> = HashMap::new();
    let again = entries.iter().enumerate().filter_map(|(index, Entry { key, .. })| {
        let text = &key.as_scalar()?.text;
        let first = if entries.len() > SMALL {
            *seen.entry(text).or_insert(key)
        } else {
            let same = |earlier: &&Entry| earlier.key.as_scalar().is_some_and(|scalar| scalar.text == *text);
            &entries.iter().take(index).find(same)?.key
        };
        (!std::ptr::eq(first, key) && !first.is_null() && !key.is_null()).then_some((first, key))
    });
    again.collect()
}

/// Equality of data: text and resolved type, not place or style. Mappings compare without order.
pub fn same_data(left: &Node, right: &Node) -> bool {
    match (&left.value, &right.value) {
        (Value::Scalar(a), Value::Scalar(b)) => {
            let kinds = (left.resolve(Mode::Yaml11), right.resolve(Mode::Yaml11));
            kinds.0 == kinds.1 && (a.text == b.text || !matches!(kinds.0, Some(Resolved::Str)))
        }
        (Value::Seq(a), Value::Seq(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same_data(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().all(|entry| {
                    b.iter().any(|other| same_data(&entry.key, &other.key) && same_data(&entry.value, &other.value))
                })
        }
        _ => false,
    }
}
