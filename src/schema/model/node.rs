//! Nodes and JSON, as the API server reads one as the other.

use serde_json::Value;

use crate::source::{FileId, Span};
use crate::yaml::{Entry, Mode, Node, Resolved, Style, Value as Shape};

/// A node as JSON, as the API server reads it.
pub fn to_json(node: &Node) -> Value {
    match &node.value {
        Shape::Map(entries) => {
            let field = |entry: &Entry| Some((entry.key.text()?.to_owned(), to_json(&entry.value)));
            Value::Object(entries.iter().filter_map(field).collect())
        }
        Shape::Seq(items) => Value::Array(items.iter().map(to_json).collect()),
        Shape::Scalar(scalar) => match node.resolve(Mode::Yaml11) {
            Some(Resolved::Null) => Value::Null,
            Some(Resolved::Bool(truth)) => Value::Bool(truth),
            Some(Resolved::Int(number)) => {
                i64::try_from(number).map_or_else(|_| Value::from(number as f64), Value::from)
            }
            Some(Resolved::Float(number)) => Value::from(number),
            _ => Value::String(scalar.text.to_string()),
        },
    }
}

/// JSON as a node, which stands nowhere.
pub fn from_json(value: &Value) -> Node {
    let nowhere = Span::new(FileId(u32::MAX), 0, 0);
    match value {
        Value::Object(fields) => {
            let entry = |(name, value): (&String, &Value)| Entry {
                key: Node::string(nowhere, name.as_str()),
                value: from_json(value),
            };
            Node::map(nowhere, fields.iter().map(entry).collect())
        }
        Value::Array(items) => Node::seq(nowhere, items.iter().map(from_json).collect()),
        Value::String(text) => Node::string(nowhere, text.as_str()),
        other => Node::scalar(nowhere, other.to_string(), Style::Plain),
    }
}
