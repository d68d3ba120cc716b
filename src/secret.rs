//! Which bytes of a file must never be shown, in any output.

use crate::resource::{File, Resource, Role};
use crate::source::Span;
use crate::yaml::{Document, Node, Style};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Shapes of credentials that are known by their looks, whatever file they stand in.
static SHAPES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let shapes = [
        r"AGE-SECRET-KEY-(?:PQ-)?1[A-Za-z0-9]+",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\\n\s]+[A-Za-z0-9+/=][A-Za-z0-9+/=\\\s]{40,}",
        r"\bops_eyJ[A-Za-z0-9_-]{20,}",
        r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+",
        r"\bgh[opsur]_[A-Za-z0-9]{20,}",
        r"\bgithub_pat_[A-Za-z0-9_]{20,}",
        r"\bglpat-[A-Za-z0-9_-]{15,}",
        r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
        r"\bAKIA[0-9A-Z]{16}\b",
        r"\bsk_live_[A-Za-z0-9]{10,}",
        r"\btskey-[A-Za-z0-9-]{10,}",
        r"://[^/\s:@]+:[^@\s/]{3,}@",
    ];
    Regex::new(&shapes.join("|")).ok()
});

/// A known credential in a text: its byte range. Cheap where nothing looks like one.
pub fn find_shape(text: &str) -> Option<Range<usize>> {
    SHAPES.as_ref()?.find(text).map(|found| found.range())
}

/// Text for people with every known credential replaced.
pub fn redact(text: &str) -> String {
    SHAPES.as_ref().map_or_else(|| text.to_owned(), |shapes| shapes.replace_all(text, "***").into_owned())
}

/// Byte ranges of a file that hold secret material, in order and without overlap.
pub fn hidden(file: &File) -> Vec<Range<usize>> {
    let text = &file.source.text;
    let mut ranges = Vec::new();
    if let Some(shapes) = SHAPES.as_ref() {
        ranges.extend(shapes.find_iter(text).map(|found| found.range()));
    }
    let sops = file.source.name().contains(".sops.");
    for document in &file.parsed.documents {
        let slice = file.source.slice(document.span);
        if document.broken && (sops || looks_like_secret(slice)) {
            ranges.extend(after_colons(text, document.span));
        }
        if file.role(document) != Role::SopsConfig {
            values(document, sops, &mut ranges);
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
    root.walk_entries(&mut |entry| {
        if entry.key.text().is_some_and(names_credential) && entry.value.as_scalar().is_some() {
            ranges.push(bytes(entry.value.span));
        }
    });
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

/// Whether a key is named like a credential, not like a reference to one.
pub fn names_credential(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace(['-', '_'], "");
    ["password", "passwd", "token", "apikey", "privatekey", "clientsecret", "secretkey", "secretaccesskey"]
        .iter()
        .any(|end| key.ends_with(end))
}

/// Everything behind the first colon of each line: for documents whose structure could not be read.
fn after_colons(text: &str, span: Span) -> Vec<Range<usize>> {
    let mut at = span.start as usize;
    let mut ranges = Vec::new();
    for line in text.get(bytes(span)).unwrap_or("").split_inclusive('\n') {
        let from = line.find(':').map_or(0, |colon| colon + 1);
        ranges.push(at + from..at + line.trim_end().len().max(from));
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

/// Whether a value is a reference to a secret kept elsewhere, or a template, rather than the secret itself.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || text.contains("${")
        || text.contains("{{")
        || text.contains("{%")
        || text.contains("#{")
        || ["op://", "ref+", "vault:", "ENC[", "<", "avp:"].iter().any(|start| text.starts_with(start))
        || text.chars().all(|letter| matches!(letter, '*' | 'x' | 'X' | '.' | '-' | '_'))
        || [
            "REDACTED",
            "CHANGEME",
            "changeme",
            "replaceme",
            "placeholder",
            "PLACEHOLDER",
            "example",
            "null",
            "todo",
            "TODO",
        ]
        .contains(&text)
}

/// Whether a key of a Secret is named like something that is no secret, as most Secrets hold some.
pub fn names_public(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace(['-', '_', '.'], "");
    [
        "host", "hostname", "port", "user", "username", "dbname", "database", "email", "server", "region", "bucket",
        "endpoint", "clientid", "type", "name", "url",
    ]
    .iter()
    .any(|end| key.ends_with(end))
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
    use crate::source::FileId;

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
    fn base64_is_read_through() {
        assert_eq!(decode("aGVsbG8=").as_deref(), Some("hello"));
        assert_eq!(decode("not base64!"), None);
    }

    #[test]
    fn messages_lose_known_shapes() {
        let token = format!("gh{}_{}", "p", "a1".repeat(18));
        assert_eq!(redact(&format!("value {token} here")), "value *** here");
    }
}
