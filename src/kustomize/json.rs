//! JSON as Go's encoder writes it: keys sorted, HTML escaped.

use crate::yaml::{self, Node, Value};
use std::collections::BTreeMap;

/// On one line, without spaces.
pub(super) fn compact(node: &Node) -> String {
    write(node, None)
}

/// Each entry on a line of its own, two spaces deeper than what it is in.
pub(super) fn pretty(node: &Node) -> String {
    write(node, Some(0))
}

/// `depth`: how deep this stands, where each entry gets a line.
fn write(node: &Node, depth: Option<usize>) -> String {
    let deeper = depth.map(|depth| depth + 1);
    match &node.value {
        Value::Map(entries) => {
            let text =
                |entry: &'_ yaml::Entry| entry.key.as_scalar().map_or_else(String::new, |key| key.text.to_string());
            let sorted: BTreeMap<String, &Node> = entries.iter().map(|entry| (text(entry), &entry.value)).collect();
            let colon = if depth.is_some() { ": " } else { ":" };
            let pairs = sorted.iter().map(|(key, value)| format!("{}{colon}{}", quoted(key), write(value, deeper)));
            within("{", pairs.collect(), "}", depth)
        }
        Value::Seq(items) => within("[", items.iter().map(|item| write(item, deeper)).collect(), "]", depth),
        Value::Scalar(_) => match yaml::to_json(node) {
            serde_json::Value::String(text) => quoted(&text),
            other => other.to_string(),
        },
    }
}

fn within(open: &str, parts: Vec<String>, close: &str, depth: Option<usize>) -> String {
    match depth.filter(|_| !parts.is_empty()) {
        None => format!("{open}{}{close}", parts.join(",")),
        Some(depth) => {
            let (outer, inner) = ("  ".repeat(depth), "  ".repeat(depth + 1));
            format!("{open}\n{inner}{}\n{outer}{close}", parts.join(&format!(",\n{inner}")))
        }
    }
}

fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    if !json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return json;
    }
    let escapes =
        [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
    escapes.iter().fold(json, |json, (letter, escape)| json.replace(*letter, escape))
}
