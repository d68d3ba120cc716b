//! What `schemas/credentials.yaml` says: names and looks of credentials, and what stands in place of one.

use crate::source::FileId;
use crate::yaml::{self, Node};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// The table, read once.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let parsed = yaml::parse(FileId(u32::MAX), include_str!("../../schemas/credentials.yaml"));
    Table::read(parsed.documents.first().map_or(&Node::null(NOWHERE), |document| &document.root))
});

const NOWHERE: crate::source::Span = crate::source::Span { file: FileId(u32::MAX), start: 0, end: 0 };

/// What the table says.
pub(super) struct Table {
    /// Endings of keys whose value is a credential.
    credential_names: Endings,
    /// The same, where they are a word of their own.
    credential_words: Endings,
    /// Endings of keys whose value is none.
    public_names: Endings,
    pub placeholders: Vec<String>,
    pub references: Vec<String>,
    /// All shapes at once.
    pub shapes: Option<Regex>,
    /// Those that are a mistake wherever they stand, at once and one by one.
    reported: Option<Regex>,
    rows: Vec<Shape>,
    files: Vec<KeyFile>,
}

/// Endings of keys, by their last letter: most keys are settled by that.
struct Endings([Vec<String>; 26]);

impl Endings {
    fn new(all: Vec<String>) -> Self {
        let mut endings = Endings(Default::default());
        for ending in all {
            let letter = endings.of(&ending).and_then(|index| endings.0.get_mut(index));
            letter.into_iter().for_each(|endings| endings.push(ending.clone()));
        }
        endings
    }

    /// Where the endings with the last letter of a key are.
    fn of(&self, key: &str) -> Option<usize> {
        let last = key.bytes().rev().find(|byte| !is_separator(*byte))?.to_ascii_lowercase();
        usize::from(last).checked_sub(usize::from(b'a')).filter(|index| *index < self.0.len())
    }

    /// Whether a key has an ending that begins at a fitting place.
    fn find(&self, key: &str, fits: impl Fn(usize) -> bool) -> bool {
        let endings = self.of(key).and_then(|index| self.0.get(index)).map_or(&[][..], Vec::as_slice);
        endings.iter().any(|ending| begin_of(key, ending).is_some_and(&fits))
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'.')
}

/// A credential by its looks: what it is, with its article.
struct Shape {
    what: String,
    pattern: Option<Regex>,
}

/// A file that tools write keys into.
struct KeyFile {
    name: String,
    holds: String,
    needs: Vec<String>,
}

impl Table {
    fn read(root: &Node) -> Self {
        let texts = |node: &Node, key: &str| -> Vec<String> {
            node.items_at(&[key]).iter().filter_map(Node::text).map(str::to_owned).collect()
        };
        let text = |node: &Node, key: &str| node.text_at(&[key]).unwrap_or("").to_owned();
        // Bounds of ASCII words: those of Unicode are slow.
        let pattern = |row: &Node| text(row, "pattern").replace(r"\b", r"(?-u:\b)");
        let any = |patterns: Vec<String>| Regex::new(&patterns.join("|")).ok();
        let shapes = root.items_at(&["shapes"]);
        let reported = || shapes.iter().filter(|row| row.get("reported").is_some_and(Node::is_true));
        let shape = |row: &Node| Shape { what: text(row, "what"), pattern: Regex::new(&pattern(row)).ok() };
        let file =
            |row: &Node| KeyFile { name: text(row, "name"), holds: text(row, "holds"), needs: texts(row, "needs") };
        Table {
            credential_names: Endings::new(texts(root, "credential-names")),
            credential_words: Endings::new(texts(root, "credential-words")),
            public_names: Endings::new(texts(root, "public-names")),
            placeholders: texts(root, "placeholders"),
            references: texts(root, "references"),
            shapes: any(shapes.iter().map(pattern).collect()),
            reported: any(reported().map(pattern).collect()),
            rows: reported().map(shape).collect(),
            files: root.items_at(&["files"]).iter().map(file).collect(),
        }
    }
}

/// The credentials in a text that nobody shows on purpose: where each is, and what it is, with its article.
pub fn reported(text: &str) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    let found = TABLE.reported.iter().flat_map(move |reported| reported.find_iter(text));
    found.filter(|found| !is_made_up(found.as_str())).map(|found| {
        let fits = |row: &&Shape| row.pattern.as_ref().is_some_and(|pattern| pattern.is_match(found.as_str()));
        (found.range(), TABLE.rows.iter().find(fits).map_or("a credential", |row| row.what.as_str()))
    })
}

/// Whether what looks like a credential shows only how one looks: few letters again and again, or the alphabet.
fn is_made_up(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let tail = lower.get(lower.len().saturating_sub(24)..).unwrap_or("");
    let letters: std::collections::BTreeSet<char> = tail.chars().collect();
    letters.len() <= 6 || ["example", "xxxx", "abcdefg", "1234567"].iter().any(|part| lower.contains(part))
}

/// Whether tools write keys into files of this name.
pub(super) fn is_key_file(name: &str) -> bool {
    key_file_named(name).is_some()
}

fn key_file_named(name: &str) -> Option<&'static KeyFile> {
    TABLE.files.iter().find(|file| match file.name.strip_prefix('*') {
        Some(ending) => name.ends_with(ending),
        None => name == file.name,
    })
}

/// What a file with this name and text holds, where tools write keys into such files.
pub fn key_file(name: &str, text: &str) -> Option<&'static str> {
    let file = key_file_named(name)?;
    file.needs.iter().any(|word| text.contains(word.as_str())).then_some(file.holds.as_str())
}

/// The pattern of all shapes, where a text has one.
pub(super) fn shapes_in(text: &str) -> Option<&'static Regex> {
    TABLE.shapes.as_ref().filter(|shapes| shapes.is_match(text))
}

/// The byte ranges of a text that look like a credential.
pub(super) fn shapes(text: &str) -> impl Iterator<Item = Range<usize>> {
    TABLE.shapes.iter().flat_map(move |shapes| shapes.find_iter(text)).map(|found| found.range())
}

/// Whether a key is named like a credential, not like a reference to one.
pub fn names_credential(key: &str) -> bool {
    // `existingSecret` refers to one; an environment's variable is one.
    key.ends_with("_SECRET")
        || TABLE.credential_names.find(key, |_| true)
        || TABLE.credential_words.find(key, |at| begins_word(key, at))
}

/// Whether a key of a Secret is named like something that is no secret, as most Secrets hold some.
pub fn names_public(key: &str) -> bool {
    TABLE.public_names.find(key, |at| begins_word(key, at))
}

/// Where a key's ending begins, in whatever case and with whatever separators it is written.
fn begin_of(key: &str, end: &str) -> Option<usize> {
    let mut letters = key.bytes().enumerate().rev().filter(|(_, byte)| !is_separator(*byte));
    let mut at = None;
    for wanted in end.bytes().rev() {
        let (index, byte) = letters.next()?;
        if byte.to_ascii_lowercase() != wanted {
            return None;
        }
        at = Some(index);
    }
    at
}

/// Whether a word of a key begins here: behind a separator or a digit, or with a capital, or in a key of one case.
fn begins_word(key: &str, at: usize) -> bool {
    let bytes = key.as_bytes();
    let Some(before) = at.checked_sub(1).and_then(|before| bytes.get(before)) else { return true };
    let capital = bytes.get(at).is_some_and(u8::is_ascii_uppercase);
    !before.is_ascii_alphabetic() || capital && before.is_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        assert!(TABLE.shapes.is_some() && TABLE.reported.is_some());
        assert!(TABLE.rows.iter().all(|row| row.pattern.is_some() && !row.what.is_empty()));
        assert!(TABLE.rows.len() > 10 && TABLE.placeholders.len() > 10 && TABLE.references.len() > 3);
        assert!(
            TABLE.files.iter().all(|file| !file.name.is_empty() && !file.holds.is_empty() && !file.needs.is_empty())
        );
    }

    #[test]
    fn names_are_known_by_their_ending_however_they_are_written() {
        let credentials = ["password", "DB_PASSWORD", "db-password", "dbPassword", "PASS", "smtp_pass", "smtpPass"];
        assert!(credentials.into_iter().all(names_credential));
        let others = ["bypass", "existingSecret", "secretName", "tokens", "passwordKey", "author", "compass"];
        assert!(!others.into_iter().any(names_credential));
        assert!(["host", "DB_HOST", "dbHost", "client-id", "clientId"].into_iter().all(names_public));
        assert!(!["ghost", "valid", "hidden", "platform"].into_iter().any(names_public));
    }
}
