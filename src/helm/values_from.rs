//! `valuesFrom`: values out of ConfigMaps, laid under those that are written in the HelmRelease.

use super::object::merge;
use crate::resource::Resource;
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Node, Value, parse};

/// The values of a release, and whether these are all: what a Secret holds, or nobody has in sight, is not known.
pub(super) fn values<'a>(
    spec: &Node,
    written: Node,
    find: impl Fn(&str, &str) -> Option<&'a Resource>,
) -> (Node, bool) {
    let mut below = Node::map(written.span, Vec::new());
    let mut complete = true;
    for reference in spec.items_at(&["valuesFrom"]) {
        match read(reference, &find) {
            Some(values) => below = merge(&below, &values),
            None => complete = false,
        }
    }
    let values = if below.entries().is_empty() { written } else { merge(&below, &written) };
    (values, complete)
}

/// The values that one reference stands for.
fn read<'a>(reference: &Node, find: impl Fn(&str, &str) -> Option<&'a Resource>) -> Option<Node> {
    let object = find(reference.text_at(&["kind"])?, reference.get("name")?.known()?)?;
    let key = reference.text_at(&["valuesKey"]).unwrap_or("values.yaml");
    let text = object.node.at(&["data", key])?;
    let known = text.known()?;
    match reference.text_at(&["targetPath"]) {
        Some(path) => at_path(path, text.clone()),
        None => {
            let root = parse(FileId(u32::MAX), known).documents.into_iter().next()?.root;
            root.is_map().then(|| at_span(&root, text.span))
        }
    }
}

/// A value below a path of names, as a mapping; `None` for a path with indices or escapes.
fn at_path(path: &str, value: Node) -> Option<Node> {
    if path.contains(['[', '\\', '"']) {
        return None;
    }
    let inner = |value: Node, name: &str| {
        let span = value.span;
        Node::map(span, vec![Entry { key: Node::string(span, name), value }])
    };
    Some(path.rsplit('.').fold(value, inner))
}

/// A copy whose nodes all stand where the text stands that they were read from.
fn at_span(node: &Node, span: Span) -> Node {
    let value = match &node.value {
        Value::Map(entries) => {
            let entry = |entry: &Entry| Entry { key: at_span(&entry.key, span), value: at_span(&entry.value, span) };
            Value::Map(entries.iter().map(entry).collect::<Vec<_>>().into())
        }
        Value::Seq(items) => Value::Seq(items.iter().map(|item| at_span(item, span)).collect::<Vec<_>>().into()),
        Value::Scalar(scalar) => Value::Scalar(scalar.clone()),
    };
    Node { span, value, props: None }
}
