//! Nodes as they may be printed: the values of Secrets are hidden, wherever one is embedded or copied to.

use super::STARS;
use super::hidden::is_secret;
use crate::source::{FileId, Span};
use crate::yaml::{self, Entry, Node, Value};
use std::sync::Arc;

/// The fields of a Secret that hold its values.
const SECRET_DATA: [&str; 2] = ["data", "stringData"];
/// The fields of a Secret that do not.
const OTHERS: [&str; 6] = ["apiVersion", "kind", "metadata", "type", "immutable", "sops"];

/// A node fit to be printed; `written` tells whether a place is that of a Secret's value.
pub(super) fn printable(node: &Node, written: &dyn Fn(Span) -> bool) -> Node {
    let value = match &node.value {
        Value::Scalar(scalar) if written(node.span) && !scalar.text.is_empty() || holds_secret(&scalar.text) => {
            return Node::string(node.span, STARS);
        }
        Value::Scalar(scalar) => Value::Scalar(scalar.clone()),
        Value::Seq(items) => Value::Seq(Arc::new(items.iter().map(|item| printable(item, written)).collect())),
        Value::Map(entries) => {
            let secret = is_secret(node);
            let holds = |key: &str| key == "stringData" || secret && !OTHERS.contains(&key);
            let entry = |entry: &Entry| {
                let hidden = entry.key.text().is_some_and(holds);
                let value = if hidden { hide(&entry.value) } else { printable(&entry.value, written) };
                Entry { key: entry.key.clone(), value }
            };
            Value::Map(Arc::new(entries.iter().map(entry).collect()))
        }
    };
    Node { value, ..node.clone() }
}

fn hide(node: &Node) -> Node {
    let value = match &node.value {
        Value::Scalar(_) if node.is_null() => return node.clone(),
        Value::Scalar(_) => return Node::string(node.span, STARS),
        Value::Seq(items) => Value::Seq(Arc::new(items.iter().map(hide).collect())),
        Value::Map(entries) => {
            // What no Secret can have as a key is a part of a value.
            let is_key = |key: &Node| key.text().is_some_and(|key| key.bytes().all(is_key_byte));
            let key = |key: &Node| if is_key(key) { key.clone() } else { Node::string(key.span, STARS) };
            let entry = |entry: &Entry| Entry { key: key(&entry.key), value: hide(&entry.value) };
            Value::Map(Arc::new(entries.iter().map(entry).collect()))
        }
    };
    Node { value, ..node.clone() }
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Whether a text holds a Secret with values: a patch, or a manifest in a ConfigMap.
fn holds_secret(text: &str) -> bool {
    let may = ["kind", "ecret", "ata"].iter().all(|word| text.contains(word));
    may && yaml::parse(FileId(u32::MAX), text).documents.iter().any(|document| {
        let mut found = false;
        let filled = |node: &Node| SECRET_DATA.iter().any(|field| !node.entries_at(&[field]).is_empty());
        document.root.walk(&mut |node| found |= is_secret(node) && filled(node));
        found
    })
}
