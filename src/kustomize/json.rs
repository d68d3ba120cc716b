//! JSON as Go's encoder writes it: keys sorted, HTML escaped.

use crate::yaml::{Node, Value, to_json};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// On one line, without spaces.
pub(super) fn compact(node: &Node) -> String {
    escaped(serde_json::to_string(&Sorted(node)).unwrap_or_default())
}

/// Each entry on a line of its own, two spaces deeper than what it is in.
pub(super) fn pretty(node: &Node) -> String {
    escaped(serde_json::to_string_pretty(&Sorted(node)).unwrap_or_default())
}

/// A node whose mappings are written in the order of their keys.
struct Sorted<'a>(&'a Node);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.value {
            Value::Map(entries) => {
                let text = |key: &'_ Node| key.as_scalar().map(|key| key.text.clone()).unwrap_or_default();
                let sorted = entries.iter().map(|entry| (text(&entry.key), Sorted(&entry.value)));
                serializer.collect_map(sorted.collect::<BTreeMap<_, _>>())
            }
            Value::Seq(items) => serializer.collect_seq(items.iter().map(Sorted)),
            Value::Scalar(_) => to_json(self.0).serialize(serializer),
        }
    }
}

/// These letters stand in texts only.
fn escaped(json: String) -> String {
    let escapes =
        [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
    escapes.iter().fold(json, |json, (letter, escape)| match json.contains(*letter) {
        true => json.replace(*letter, escape),
        false => json,
    })
}
