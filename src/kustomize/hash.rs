//! The hash behind the name of what a generator made.

use crate::yaml::{self, Node, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The hash that kustomize puts behind a name; `None` where the content is not known.
pub(super) fn hash(node: &Node) -> Option<String> {
    let mut unknown = false;
    for field in ["data", "binaryData", "stringData", "type"] {
        if let Some(node) = node.get(field) {
            node.walk(&mut |node| unknown |= node.is_unknown());
        }
    }
    if unknown {
        return None;
    }
    // The name never counts: kustomize looks for it under a key that does not exist.
    let value = |field: &str| node.get(field).map_or_else(|| "\"\"".to_owned(), canonical);
    let optional = |field: &str| node.get(field).filter(|node| node.is_map()).map(canonical);
    let kind = node.text_at(&["kind"]).unwrap_or_default();
    let mut text = String::from("{");
    if kind == "ConfigMap" {
        text.extend(optional("binaryData").map(|data| format!("\"binaryData\":{data},")));
        text += &format!("\"data\":{},\"kind\":\"ConfigMap\",\"name\":\"\"}}", value("data"));
    } else {
        text += &format!("\"data\":{},\"kind\":\"Secret\",\"name\":\"\"", value("data"));
        text.extend(optional("stringData").map(|data| format!(",\"stringData\":{data}")));
        text += &format!(",\"type\":{}}}", value("type"));
    }
    let digest = Sha256::digest(text.as_bytes());
    let hex = digest.iter().take(5).flat_map(|byte| [byte >> 4, byte & 15]);
    Some(hex.filter_map(|nibble| "gh2k456789mbcdtf".chars().nth(usize::from(nibble))).collect())
}

/// JSON as Go's encoder writes it: keys sorted, HTML escaped.
fn canonical(node: &Node) -> String {
    match &node.value {
        Value::Map(entries) => {
            let sorted: BTreeMap<&str, String> = entries
                .iter()
                .map(|entry| (entry.key.as_scalar().map_or("", |key| key.text.as_str()), canonical(&entry.value)))
                .collect();
            let pairs: Vec<String> = sorted.iter().map(|(key, value)| format!("{}:{value}", quoted(key))).collect();
            format!("{{{}}}", pairs.join(","))
        }
        Value::Seq(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Scalar(_) => match yaml::to_json(node) {
            serde_json::Value::String(text) => quoted(&text),
            other => other.to_string(),
        },
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn hash_of(text: &str) -> Option<String> {
        hash(&yaml::parse(FileId(0), text).documents.first()?.root)
    }

    #[test]
    fn hashes_are_those_of_kustomize() {
        assert_eq!(hash_of("kind: ConfigMap").as_deref(), Some("6ct58987ht"));
        assert_eq!(hash_of("kind: ConfigMap\ndata: {two: 2, one: \"\", three: 3}").as_deref(), Some("7757f9kkct"));
        assert_eq!(hash_of("kind: Secret\ntype: my-type\ndata: {one: \"\"}").as_deref(), Some("74bd68bm66"));
    }
}
