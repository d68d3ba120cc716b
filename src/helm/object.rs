//! Putting new nodes together from the parts of others, so that each keeps the span of what it derives from.

use crate::source::Span;
use crate::yaml::{Entry, Node, Style};
use smol_str::SmolStr;

/// A mapping under construction. A key takes the span of its value, a constant the span of the mapping.
pub(super) struct Object {
    span: Span,
    entries: Vec<Entry>,
}

impl Object {
    /// An empty mapping that stands for what is written at `span`.
    pub(super) fn at(span: Span) -> Self {
        Object { span, entries: Vec::with_capacity(6) }
    }

    /// Adds an entry.
    pub(super) fn put(mut self, key: &str, value: Node) -> Self {
        self.entries.push(Entry { key: Node::string(value.span, key), value });
        self
    }

    /// Adds an entry where there is a value.
    pub(super) fn maybe(self, key: &str, value: Option<Node>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    /// Adds a constant string.
    pub(super) fn text(self, key: &str, text: impl Into<SmolStr>) -> Self {
        let span = self.span;
        self.put(key, Node::string(span, text))
    }

    /// Adds a constant string, unless the key is there.
    pub(super) fn text_or(self, key: &str, text: impl Into<SmolStr>) -> Self {
        let found = self.entries.iter().any(|entry| entry.key.text() == Some(key));
        if found { self } else { self.text(key, text) }
    }

    /// Adds a sequence, unless it would be empty.
    pub(super) fn list(self, key: &str, items: Vec<Node>) -> Self {
        let Some(span) = items.first().map(|item| item.span) else { return self };
        self.put(key, Node::seq(span, items))
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
