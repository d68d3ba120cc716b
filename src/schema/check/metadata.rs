//! Names, labels and annotations, by the rules that the API server applies to every object.

use std::sync::LazyLock;

use super::fault::FaultKind;
use super::values::ApiValue;
use super::walk::Walk;
use crate::diagnostic::Finding;
use crate::resource::Resource;
use crate::yaml::{Node, from_table};
use serde::Deserialize;

const LABEL: usize = 63;
const SUBDOMAIN: usize = 253;

/// What a name may be; the classes of `schemas/names.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum NameClass {
    #[serde(skip)]
    Subdomain,
    Label,
    Service,
    Path,
}

/// A kind whose names are of another class than most.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    api_version: String,
    kind: String,
    name: NameClass,
}

static NAMED: LazyLock<Vec<Named>> = LazyLock::new(|| from_table(include_str!("../../../schemas/names.yaml")));

impl NameClass {
    fn of(api_version: &str, kind: &str) -> NameClass {
        let found = NAMED.iter().find(|row| row.api_version == api_version && row.kind == kind);
        found.map_or(NameClass::Subdomain, |row| row.name)
    }

    /// Why a name is not of this class.
    fn fault(self, name: &str) -> Option<String> {
        let most = if self == NameClass::Subdomain { SUBDOMAIN } else { LABEL };
        let length = name.chars().count();
        match self {
            NameClass::Path => {
                let bad = matches!(name, "." | "..") || name.contains(['/', '%']);
                bad.then(|| "it must not contain `/` or `%`".to_owned())
            }
            _ if length > most => Some(format!("it has {length} characters, at most {most} are allowed")),
            NameClass::Subdomain if is_subdomain(name) => None,
            NameClass::Subdomain => Some(
                "it must consist of lower case letters, digits, `-` and `.`, with a letter or digit at both ends"
                    .to_owned(),
            ),
            _ if !is_label(name) => Some(
                "it must consist of lower case letters, digits and `-`, with a letter or digit at both ends".to_owned(),
            ),
            NameClass::Service if name.starts_with(|first: char| first.is_ascii_digit()) => {
                Some("the name of a Service must begin with a letter".to_owned())
            }
            NameClass::Label | NameClass::Service => None,
        }
    }
}

impl Walk<'_> {
    /// The name and namespace of a whole resource.
    pub(super) fn identity(&mut self, resource: &Resource) {
        let class = NameClass::of(&resource.api_version, &resource.kind);
        self.named(resource.node.at(&["metadata", "name"]), "metadata.name", class);
        self.named(resource.node.at(&["metadata", "namespace"]), "metadata.namespace", NameClass::Label);
        let metadata = resource.node.get("metadata");
        let nameless = metadata.is_some_and(|metadata| {
            metadata.is_map()
                && !metadata
                    .entries()
                    .iter()
                    .any(|entry| entry.key.known().is_none_or(|key| key == "name" || key == "generateName"))
        });
        if nameless && let Some(entry) = resource.node.entry("metadata") {
            let message = format!("`name` is required in `metadata` of {}", self.kind);
            self.fault(FaultKind::MissingField, Finding::new(entry.key.span, message));
        }
    }

    fn named(&mut self, node: Option<&Node>, field: &str, class: NameClass) {
        let Some(node) = node else { return };
        let Some(ApiValue::Text(name)) = ApiValue::of(node) else { return };
        if let Some(help) = class.fault(name) {
            let message = format!("`{field}` is not a name: `{name}`");
            self.fault(FaultKind::InvalidName, Finding::new(node.span, message).help(help));
        }
    }

    /// The labels and annotations of a `metadata`, of a resource or of a template.
    pub(super) fn metadata(&mut self, metadata: &Node) {
        for entry in metadata.entries_at(&["labels"]) {
            self.key("label", &entry.key);
            let Some(ApiValue::Text(value)) = ApiValue::of(&entry.value) else { continue };
            if let Some(help) = label_value_fault(value) {
                let label = entry.key.text().unwrap_or_default();
                let message = format!("the value of label `{label}` is not allowed: `{value}`");
                self.fault(FaultKind::InvalidValue, Finding::new(entry.value.span, message).help(help));
            }
        }
        for entry in metadata.entries_at(&["annotations"]) {
            self.key("annotation", &entry.key);
        }
    }

    fn key(&mut self, what: &str, key: &Node) {
        let Some(name) = key.known() else { return };
        // Annotations are compared in lower case, so upper case is fine in their prefix.
        let compared = if what == "annotation" { name.to_lowercase() } else { name.to_owned() };
        if let Some(help) = key_fault(&compared) {
            let message = format!("`{name}` is not the name of a {what}");
            let message = message.replace(" a annotation", " an annotation");
            self.fault(FaultKind::InvalidValue, Finding::new(key.span, message).help(help));
        }
    }
}

/// Why a text cannot be the key of a label: an optional prefix like a domain, then a name.
fn key_fault(key: &str) -> Option<String> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if prefix.is_some_and(|prefix| prefix.len() > SUBDOMAIN || !is_subdomain(prefix)) {
        return Some("what stands before `/` must be a domain in lower case".to_owned());
    }
    if name.contains('/') {
        return Some("only one `/` is allowed".to_owned());
    }
    let length = name.chars().count();
    if length > LABEL {
        return Some(format!("the part after `/` has {length} characters, at most {LABEL} are allowed"));
    }
    (!is_word(name))
        .then(|| "it must consist of letters, digits, `-`, `_` and `.`, with a letter or digit at both ends".to_owned())
}

fn label_value_fault(value: &str) -> Option<String> {
    let length = value.chars().count();
    if length > LABEL {
        return Some(format!("it has {length} characters, at most {LABEL} are allowed"));
    }
    (!value.is_empty() && !is_word(value))
        .then(|| "it must consist of letters, digits, `-`, `_` and `.`, with a letter or digit at both ends".to_owned())
}

fn is_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn is_label(text: &str) -> bool {
    is_word(text) && !text.contains(['_', '.']) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_their_class() {
        assert_eq!(NameClass::of("v1", "ConfigMap").fault("a.b-c"), None);
        assert!(NameClass::of("v1", "ConfigMap").fault("a_b").is_some());
        assert!(NameClass::of("v1", "Namespace").fault("a.b").is_some());
        assert!(NameClass::of("v1", "Service").fault("1a").is_some());
        assert_eq!(NameClass::of("rbac.authorization.k8s.io/v1", "ClusterRole").fault("system:a_B"), None);
    }

    #[test]
    fn keys_and_values_of_labels() {
        assert_eq!(key_fault("app.kubernetes.io/name"), None);
        assert_eq!(key_fault("A_b.c"), None);
        for key in ["", "/a", "a/", "a/b/c", "Example.org/a", "-a", "a b"] {
            assert!(key_fault(key).is_some(), "{key}");
        }
        assert_eq!(label_value_fault(""), None);
        assert!(label_value_fault("a b").is_some() && label_value_fault(&"a".repeat(64)).is_some());
    }
}
