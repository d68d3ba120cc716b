//! Putting new nodes together from the parts of others, so that each keeps the span of what it derives from.

use crate::source::Span;
use crate::yaml::{Entry, Node, Style, Value};
use smol_str::SmolStr;
use std::borrow::Cow;

/// A mapping under construction. A key takes the span of its value, a constant the span of the mapping.
pub(super) struct Object {
    span: Span,
    entries: Vec<Entry>,
}

impl Object {
    /// An empty mapping that stands for what is written at `span`.
    pub(super) fn at(span: Span) -> Self {
        Object { span, entries: Vec::with_capacity(4) }
    }

    /// A copy of a mapping, to add to.
    pub(super) fn of(node: &Node) -> Self {
        Object { span: node.span, entries: node.entries().to_vec() }
    }

    /// Adds an entry.
    pub(super) fn put(self, key: &'static str, value: Node) -> Self {
        let key = Node::string(value.span, SmolStr::new_static(key));
        self.entry(key, value)
    }

    /// Adds an entry with a key of the values.
    pub(super) fn entry(mut self, key: Node, value: Node) -> Self {
        self.entries.push(Entry { key, value });
        self
    }

    /// Adds an entry where there is a value.
    pub(super) fn maybe(self, key: &'static str, value: Option<Node>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    /// Adds a constant string.
    pub(super) fn text(self, key: &'static str, text: impl Into<SmolStr>) -> Self {
        let span = self.span;
        self.put(key, Node::string(span, text))
    }

    /// Adds a constant string, unless the key is there.
    pub(super) fn text_or(self, key: &'static str, text: impl Into<SmolStr>) -> Self {
        let found = self.entries.iter().any(|entry| entry.key.text() == Some(key));
        if found { self } else { self.text(key, text) }
    }

    /// Adds a sequence, unless it would be empty.
    pub(super) fn list(self, key: &'static str, items: Vec<Node>) -> Self {
        let Some(span) = items.first().map(|item| item.span) else { return self };
        self.put(key, Node::seq(span, items))
    }

    /// Adds all entries of another.
    pub(super) fn with(mut self, other: Object) -> Self {
        self.entries.extend(other.entries);
        self
    }

    /// Whether nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The finished mapping.
    pub(super) fn node(self) -> Node {
        Node::map(self.span, self.entries)
    }
}

/// A number or boolean, as the plain scalar that reads as one.
pub(super) fn plain(span: Span, text: impl Into<SmolStr>) -> Node {
    Node::scalar(span, text, Style::Plain)
}

/// Whether Go templates take this for absent: null, empty text, mapping or sequence.
pub(super) fn is_empty(node: &Node) -> bool {
    match node.as_scalar() {
        Some(scalar) => scalar.text.is_empty() && !scalar.unknown || scalar.is_null(),
        None => node.entries().is_empty() && node.items().is_empty(),
    }
}

/// `own` options and those of `defaults` that it lacks; both together where they are to be merged.
pub(super) fn layered<'n>(own: &'n [Entry], defaults: &'n [Entry], merged: bool) -> Cow<'n, [Entry]> {
    if defaults.is_empty() {
        return Cow::Borrowed(own);
    }
    let find = |entries: &'n [Entry], key: &Node| entries.iter().rev().find(|entry| entry.key.text() == key.text());
    let mut all: Vec<Entry> = own.to_vec();
    for default in defaults {
        match find(own, &default.key) {
            None => all.push(default.clone()),
            Some(_) if !merged => {}
            Some(_) => {
                let own = all.iter_mut().filter(|entry| entry.key.text() == default.key.text());
                own.for_each(|entry| entry.value = merge(&default.value, &entry.value));
            }
        }
    }
    Cow::Owned(all)
}

/// The value of a key among entries.
pub(super) fn value<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Node> {
    let same = |entry: &&Entry| entry.key.as_scalar().is_some_and(|scalar| scalar.text == key);
    entries.iter().rev().find(same).map(|entry| &entry.value)
}

/// `over` laid on `base` as Helm lays values on values: mappings merge, everything else replaces.
pub fn merge(base: &Node, over: &Node) -> Node {
    if !base.is_map() || !over.is_map() {
        return over.clone();
    }
    let mut merged = base.clone().with_span(over.span);
    for entry in over.entries() {
        let key = entry.key.text().unwrap_or("");
        let value = match base.get(key) {
            Some(below) => merge(below, &entry.value),
            None => entry.value.clone(),
        };
        merged.set(entry.key.clone(), value);
    }
    merged
}

/// Marks a scalar as partly unknown.
pub(super) fn set_unknown(node: &mut Node, unknown: bool) {
    if let Value::Scalar(scalar) = &mut node.value {
        scalar.unknown |= unknown;
    }
}
