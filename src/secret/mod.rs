//! Which bytes of a file must never be shown, in any output.

use crate::resource::{File, Resource, Role};
use crate::source::{FileId, Span};
use crate::yaml::{self, Document, Entry, Node, Style, Value};
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

mod table;
mod text;
mod value;

pub use table::{key_file, names_credential, reported};
pub use value::{in_clear, is_placeholder, is_secret, lines_in_clear, literals_in_clear};

/// Text for people with every known credential replaced.
pub fn redact(text: &str) -> String {
    table::TABLE.shapes.as_ref().map_or_else(|| text.to_owned(), |shapes| shapes.replace_all(text, "***").into_owned())
}

/// Text for people without a secret that stands in a file.
pub fn without(text: &str, secret: &str) -> String {
    let bare = secret.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '*' | '!'));
    if bare.len() < 4 { text.to_owned() } else { text.replace(bare, HIDDEN) }
}

/// Byte ranges of a file that hold secret material, in order and without overlap.
pub fn hidden(file: &File) -> Vec<Range<usize>> {
    let text = &file.source.text;
    let mut ranges = Vec::new();
    if let Some(shapes) = table::TABLE.shapes.as_ref() {
        ranges.extend(shapes.find_iter(text).map(|found| found.range()));
    }
    let sops = file.source.name().contains(".sops.");
    for (document, role) in file.all_with_roles() {
        let slice = file.source.slice(document.span);
        if document.broken {
            let secret = sops || looks_like_secret(slice);
            ranges.extend(after_colons(text, document.span, |key| secret || names_credential(key)));
        }
        if role != Role::SopsConfig {
            values(document, sops, &mut ranges);
        }
        if role == Role::MachineConfig {
            document.root.walk_entries(&mut |entry| {
                if matches!(entry.key.text(), Some("secret" | "key")) {
                    texts(&entry.value, &mut ranges);
                }
            });
        }
    }
    merged(ranges)
}

/// What a Secret looks like where its structure cannot be read: the kind, and a key of its values.
fn looks_like_secret(text: &str) -> bool {
    static KIND: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"kind["']?\s*:\s*["']?Secret\b"#).ok());
    static DATA: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b(data|stringData)\b").ok());
    let finds = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
    finds(&KIND) && finds(&DATA)
}

/// The values of Secrets, and of keys that are named like a credential.
fn values(document: &Document, sops: bool, ranges: &mut Vec<Range<usize>>) {
    let root = &document.root;
    let is_secret = Resource::new(root.clone()).is_some_and(|resource| resource.is("", "Secret"));
    for key in ["data", "stringData"] {
        if is_secret || sops {
            scalars(root.get(key), ranges);
        }
    }
    if sops && root.get("kind").is_none() {
        scalars(Some(root), ranges);
    }
    root.walk(&mut |node| {
        for entry in node.entries() {
            match entry.key.text() {
                Some("stringData") => scalars(Some(&entry.value), ranges),
                Some(key) if names_credential(key) => texts(&entry.value, ranges),
                _ => {}
            }
        }
        // As the variables of a container are written.
        if let (Some(name), Some(value)) = (node.text_at(&["name"]), node.get("value"))
            && names_credential(name)
        {
            texts(value, ranges);
        }
    });
}

/// A text, or those of a list.
fn texts(node: &Node, ranges: &mut Vec<Range<usize>>) {
    let texts = node.items().iter().chain([node]).filter(|node| node.as_scalar().is_some());
    ranges.extend(texts.map(|text| bytes(text.span)));
}

fn bytes(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

fn scalars(node: Option<&Node>, ranges: &mut Vec<Range<usize>>) {
    let Some(node) = node else { return };
    if node.as_scalar().is_some_and(|scalar| !scalar.text.is_empty()) {
        ranges.push(bytes(node.span));
    }
    node.entries().iter().for_each(|entry| scalars(Some(&entry.value), ranges));
    node.items().iter().for_each(|item| scalars(Some(item), ranges));
}

/// Everything behind the first colon of each line whose key is wanted: for documents whose structure could not be read.
fn after_colons(text: &str, span: Span, wanted: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut at = span.start as usize;
    let mut ranges = Vec::new();
    for line in text.get(bytes(span)).unwrap_or("").split_inclusive('\n') {
        let from = line.find(':').map_or(0, |colon| colon + 1);
        let key = line.get(..from.saturating_sub(1)).unwrap_or_default();
        if wanted(key.trim_matches(|letter: char| letter.is_whitespace() || "-\"'{[,".contains(letter))) {
            ranges.push(at + from..at + line.trim_end().len().max(from));
        }
        at += line.len();
    }
    ranges
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// The text of a file with secret material replaced by `*`, byte for byte, so that spans stay valid.
pub fn masked(file: &File) -> String {
    let mut text = file.source.text.clone().into_bytes();
    for range in hidden(file) {
        for byte in text.get_mut(range).unwrap_or(&mut []) {
            if !byte.is_ascii_whitespace() {
                *byte = b'*';
            }
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

/// What stands where a value must not be shown.
const HIDDEN: &str = "***";

/// The fields of a Secret that hold its values.
const SECRET_DATA: [&str; 2] = ["data", "stringData"];

/// A node fit to be printed: every value of a Secret, wherever one is embedded, is `***`, and so is every known
/// credential.
pub fn hide(node: &Node) -> Node {
    let value = match &node.value {
        Value::Scalar(scalar) if holds_secret(&scalar.text) => return Node::string(node.span, HIDDEN),
        Value::Scalar(scalar) => {
            let mut scalar = scalar.clone();
            if let Some(Cow::Owned(text)) =
                table::TABLE.shapes.as_ref().map(|shapes| shapes.replace_all(&scalar.text, unless_placeholder))
            {
                scalar.text = text.into();
            }
            Value::Scalar(scalar)
        }
        Value::Seq(items) => Value::Seq(Arc::new(items.iter().map(hide).collect())),
        Value::Map(entries) => {
            let secret = node.text_at(&["kind"]) == Some("Secret");
            let holds = |key: &str| key == "stringData" || secret && SECRET_DATA.contains(&key);
            let entry = |entry: &Entry| {
                let hidden = entry.key.text().is_some_and(holds);
                let value = if hidden { hide_scalars(&entry.value) } else { hide(&entry.value) };
                Entry { key: entry.key.clone(), value }
            };
            Value::Map(Arc::new(entries.iter().map(entry).collect()))
        }
    };
    Node { value, ..node.clone() }
}

/// A known credential, unless it is a variable in the place of one.
fn unless_placeholder(found: &Captures<'_>) -> String {
    let text = found.get(0).map_or("", |found| found.as_str());
    // Of `://user:password@` only the password is secret.
    let user_and_password = text.strip_prefix("://").and_then(|text| text.split_once(':'));
    let secret = user_and_password.map_or(text, |(_, password)| password);
    let braced = secret.strip_prefix('{').and_then(|name| name.strip_suffix("}@"));
    let named = braced.is_some_and(|name| name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()));
    if is_placeholder(secret) || secret.starts_with("$(") || named { text.to_owned() } else { HIDDEN.to_owned() }
}

fn hide_scalars(node: &Node) -> Node {
    let value = match &node.value {
        Value::Scalar(_) if node.is_null() => return node.clone(),
        Value::Scalar(_) => return Node::string(node.span, HIDDEN),
        Value::Seq(items) => Value::Seq(Arc::new(items.iter().map(hide_scalars).collect())),
        Value::Map(entries) => {
            let entry = |entry: &Entry| Entry { key: entry.key.clone(), value: hide_scalars(&entry.value) };
            Value::Map(Arc::new(entries.iter().map(entry).collect()))
        }
    };
    Node { value, ..node.clone() }
}

/// Whether a text holds a Secret with values: a patch, or a manifest in a ConfigMap.
fn holds_secret(text: &str) -> bool {
    let may = ["kind", "Secret", "ata"].iter().all(|word| text.contains(word));
    may && yaml::parse(FileId(u32::MAX), text).documents.iter().any(|document| {
        let mut found = false;
        let secret = |node: &Node| node.text_at(&["kind"]) == Some("Secret");
        let filled = |node: &Node| SECRET_DATA.iter().any(|field| !node.entries_at(&[field]).is_empty());
        document.root.walk(&mut |node| found |= secret(node) && filled(node));
        found
    })
}

/// The text that a value of `data` stands for; `None` where it is no base64 of text.
pub fn decode(base64: &str) -> Option<String> {
    let mut bits = 0u32;
    let mut count = 0;
    let mut out = Vec::new();
    for byte in base64.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    String::from_utf8(out).ok()
}

/// Whether a scalar is written in a form that SOPS gives to an encrypted value.
pub fn is_encrypted(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| {
        scalar.style != Style::Literal
            && scalar.text.starts_with("ENC[AES256_GCM,")
            && scalar.text.trim_end().ends_with(']')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File::read(FileId(0), path, Some(text.to_owned()))
    }

    #[test]
    fn values_of_secrets_are_masked_and_keys_are_not() {
        let text = "kind: Secret\napiVersion: v1\nmetadata: {name: s}\nstringData:\n  word: some plain words\n";
        let masked = masked(&file("a.yaml", text));
        assert_eq!(masked.len(), text.len());
        assert!(masked.contains("  word: **** ***** *****\n"), "{masked}");
        assert!(masked.contains("name: s"), "{masked}");
    }

    #[test]
    fn broken_secrets_are_masked_too() {
        let masked = masked(&file("a.yaml", "kind: Secret\nstringData: {word: some words\n"));
        assert!(!masked.contains("some"), "{masked}");
    }

    #[test]
    fn a_broken_document_that_only_names_a_secret_is_shown() {
        let text = "metadata: {name: a}\nsubstituteFrom:\n  - kind: Secret\n    name: b\nc: *lost\n";
        assert_eq!(masked(&file("a.yaml", text)), text);
        let json = masked(&file("a.json", "{\"kind\": \"Secret\",\n\"data\": {\n\"word\": \"some\n"));
        assert!(!json.contains("some"), "{json}");
    }

    #[test]
    fn lists_variables_and_values_of_charts_are_masked() {
        let text = "env:\n  - {name: DB_PASSWORD, value: open1}\n  - {name: TZ, value: shown}\napiKey: [open2]\n\
                    SESSION_SECRET: open3\nexistingSecret: shown\nsecrets: {a: {stringData: {word: open4}}}\n";
        let masked = masked(&file("a.yaml", text));
        assert!(!masked.contains("open"), "{masked}");
        assert_eq!(masked.matches("shown").count(), 2, "{masked}");
    }

    #[test]
    fn credentials_in_broken_documents_are_masked() {
        let masked = masked(&file("a.yaml", "a: [\nb: shown\ntoken:open\n- \"password\": open\n"));
        assert!(!masked.contains("open") && masked.contains("shown"), "{masked}");
    }

    #[test]
    fn messages_lose_what_is_masked() {
        assert_eq!(without("alias `*open words` has no anchor", " *open words"), "alias `****` has no anchor");
        assert_eq!(without("`a` is odd", "a"), "`a` is odd");
    }

    #[test]
    fn base64_is_read_through() {
        assert_eq!(decode("aGVsbG8=").as_deref(), Some("hello"));
        assert_eq!(decode("not base64!"), None);
    }

    #[test]
    fn printed_nodes_hide_secrets_wherever_they_are_embedded() {
        let text = "kind: List\nitems:\n  - {kind: Secret, metadata: {name: s}, data: {a: b3Blbg==, n: 1, none: }}\n  \
                    - kind: Kustomization\n    patch: |\n      kind: Secret\n      stringData: {a: open words}\n    \
                    values: {stringData: {a: open words}}\n    url: http://me:${PASSWORD}@example.org\n    \
                    dsn: http://me:open-words@example.org\n    ref: {kind: Secret, name: s}\n";
        let node = file("a.yaml", text).parsed.documents.remove(0).root;
        let json = yaml::to_json(&hide(&node)).to_string();
        let wanted = concat!(
            r#"{"kind":"List","items":[{"kind":"Secret","metadata":{"name":"s"},"#,
            r#""data":{"a":"***","n":"***","none":null}},{"kind":"Kustomization","patch":"***","#,
            r#""values":{"stringData":{"a":"***"}},"url":"http://me:${PASSWORD}@example.org","#,
            r#""dsn":"http***example.org","ref":{"kind":"Secret","name":"s"}}]}"#
        );
        assert_eq!(json, wanted);
    }

    #[test]
    fn messages_lose_known_shapes() {
        let token = format!("gh{}_{}", "p", "a1".repeat(18));
        assert_eq!(redact(&format!("value {token} here")), "value *** here");
    }
}
