//! The hash behind the name of what a generator made.

use super::json;
use crate::yaml::Node;
use sha2::{Digest, Sha256};

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
    let value = |field: &str| node.get(field).map_or_else(|| "\"\"".to_owned(), json::compact);
    let optional = |field: &str| node.get(field).filter(|node| node.is_map()).map(json::compact);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml;

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
