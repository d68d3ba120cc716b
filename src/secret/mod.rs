//! What must never be shown. Whatever homelint says of a repository goes through a [`Mask`], which makes [`Shown`] of
//! it: reports, diffs, builds and graphs take nothing else, so that a new one cannot forget.

mod hidden;
mod node;
mod table;
mod text;
mod value;

pub use table::{key_file, names_credential, reported};
pub use value::{decode, in_clear, is_encrypted, is_placeholder, is_secret, lines_in_clear, literals_in_clear};

use crate::diagnostic::{Edit, Finding, Fix, Related, Unchecked};
use crate::resource::{File, Role, Tree};
use crate::source::{FileId, SourceFile, Span, join};
use crate::yaml::{self, Mode, Node};
use aho_corasick::{AhoCorasick, MatchKind};
use hidden::{Hidden, hidden, lines, merged, overlapping, scalars};
use memchr::memmem;
use regex::Captures;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::OnceLock;

/// What stands where a value must not be shown.
const STARS: &str = "***";
/// Shortest value, in bytes, that is recognised wherever it comes up.
const SHORTEST: usize = 8;
/// Longest such value: a longer one is a file, of which nobody quotes the whole.
const LONGEST: usize = 4096;
/// Shortest part of a message that is taken for a value of the place it speaks of.
const QUOTED: usize = 4;
/// Values at one place that a message is compared with.
const MAX_QUOTED: usize = 200;

/// Text that may be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Shown(String);

impl Shown {
    /// Text of homelint's own: a page, a list, a schema. No repository was read for it.
    pub fn own(text: impl Into<String>) -> Self {
        Shown(text.into())
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text without its middle, where it has more than `most` letters.
    pub fn clipped(self, most: usize) -> Self {
        let head = self.char_indices().nth(most / 2).map(|(at, _)| at);
        let tail = self.char_indices().nth_back(most / 2).map(|(at, _)| at);
        match (head, tail) {
            (Some(head), Some(tail)) if head < tail => Shown(format!("{}…{}", &self[..head], &self[tail..])),
            _ => self,
        }
    }
}

impl Deref for Shown {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// A file as it may be shown: every byte and every character is where it was.
#[derive(Debug)]
pub struct ShownFile(SourceFile);

impl Deref for ShownFile {
    type Target = SourceFile;

    fn deref(&self) -> &SourceFile {
        &self.0
    }
}

/// The secrets that can be read in a repository.
#[derive(Debug, Default)]
pub struct Secrets {
    /// Where the values of Secrets are written, by file.
    values: BTreeMap<FileId, Vec<Range<usize>>>,
    /// What else must not be shown of a file, though its own text does not tell.
    also: BTreeMap<FileId, Vec<Range<usize>>>,
    /// The files that some `secretGenerator` reads lines `KEY=value` from, with the generator.
    line_files: BTreeMap<FileId, Node>,
    /// The texts of secrets, to be found wherever they come up.
    texts: Option<AhoCorasick>,
}

impl Secrets {
    /// The secrets of a tree; `claimed` are values that SOPS is to encrypt and that are in clear.
    pub fn read(tree: &Tree, claimed: Vec<Span>) -> Self {
        let mut secrets = Secrets { line_files: line_files(tree), ..Secrets::default() };
        let mut texts = Vec::new();
        for file in tree.files().iter().filter(|file| memmem::find(file.source.text.as_bytes(), b"ecret").is_some()) {
            for document in &file.parsed.documents {
                document.root.walk(&mut |node| secrets.add(node, &mut texts));
            }
        }
        for file in secrets.line_files.keys().filter_map(|id| tree.file(*id)) {
            let ranges: Vec<Range<usize>> = lines(&file.source.text).collect();
            texts.extend(ranges.iter().filter_map(|range| file.source.text.get(range.clone())).map(str::to_owned));
            secrets.also.entry(file.source.id).or_default().extend(ranges.iter().cloned());
            secrets.values.entry(file.source.id).or_default().extend(ranges);
        }
        for span in claimed {
            texts.push(tree.slice(span).trim_matches(['"', '\'']).to_owned());
            secrets.also.entry(span.file).or_default().push(bytes(span));
        }
        secrets.values.values_mut().for_each(|ranges| *ranges = merged(std::mem::take(ranges)));
        secrets.texts = automaton(texts);
        secrets
    }

    /// The values of a node that is a Secret, or that generates some.
    fn add(&mut self, node: &Node, texts: &mut Vec<String>) {
        let mut values = Vec::new();
        if hidden::is_secret(node) {
            let data = ["data", "stringData"].iter().filter_map(|key| node.get(key));
            data.for_each(|data| scalars(data, &mut |value, text| values.push((value.span, text))));
        }
        for literal in node.items_at(&["secretGenerator"]).iter().flat_map(|one| one.items_at(&["literals"])) {
            values.extend(literal.text().and_then(|text| Some((literal.span, text.split_once('=')?.1))));
        }
        for (span, text) in values {
            self.values.entry(span.file).or_default().push(bytes(span));
            texts.extend(decode(text));
            texts.push(text.to_owned());
        }
    }

    /// The files that some `secretGenerator` reads lines `KEY=value` from, with the generator.
    pub fn line_files(&self) -> &BTreeMap<FileId, Node> {
        &self.line_files
    }

    /// Whether a place is one at which a value of a Secret is written.
    fn is_value(&self, span: Span) -> bool {
        let ranges = self.values.get(&span.file).map_or(&[][..], Vec::as_slice);
        !ranges.is_empty() && overlapping(ranges, bytes(span)).next().is_some()
    }
}

fn line_files(tree: &Tree) -> BTreeMap<FileId, Node> {
    let mut read = BTreeMap::new();
    for file in tree.files() {
        for generator in file.roots_of(Role::Kustomization).flat_map(|root| root.items_at(&["secretGenerator"])) {
            let paths = generator.items_at(&["envs"]).iter().chain(generator.get("env")).filter_map(Node::text);
            let files = paths.filter_map(|path| tree.find(&join(file.source.folder(), path)?));
            read.extend(files.map(|file| (file.source.id, generator.clone())));
        }
    }
    read
}

/// What finds texts that can be told from any other; `None` where there are none.
fn automaton(mut texts: Vec<String>) -> Option<AhoCorasick> {
    texts.retain(|text| (SHORTEST..=LONGEST).contains(&text.trim().len()) && value::is_distinct(text));
    if texts.is_empty() {
        return None;
    }
    let texts = texts.iter().map(|text| text.trim());
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(texts).ok()
}

/// What everything that is said of a repository goes through.
#[derive(Debug)]
pub struct Mask<'a> {
    tree: &'a Tree,
    secrets: &'a Secrets,
    /// By file, once it is asked for.
    hidden: Vec<OnceLock<Hidden>>,
}

impl<'a> Mask<'a> {
    /// A mask for a tree with these secrets.
    pub fn new(tree: &'a Tree, secrets: &'a Secrets) -> Self {
        Mask { tree, secrets, hidden: tree.files().iter().map(|_| OnceLock::new()).collect() }
    }

    /// A text in which no secret is left that is known by its value or by its looks.
    pub fn text(&self, text: &str) -> Shown {
        let known = self.secrets.texts.as_ref().filter(|texts| texts.is_match(text));
        let without = known.map(|texts| {
            let mut out = String::with_capacity(text.len());
            texts.replace_all_with(text, &mut out, |_, _, out| {
                out.push_str(STARS);
                true
            });
            out
        });
        let text = without.as_deref().unwrap_or(text);
        let shapes = table::shapes_in(text);
        Shown(
            shapes.map_or_else(|| text.to_owned(), |shapes| shapes.replace_all(text, unless_placeholder).into_owned()),
        )
    }

    /// A finding without the secrets at the places it speaks of.
    pub fn finding(&self, finding: &Finding) -> Finding<Shown> {
        let places: Vec<Span> = std::iter::once(finding.span)
            .chain(finding.related.iter().map(|related| related.span))
            .chain(finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span))
            .collect();
        let mut secrets: Vec<&str> = places.iter().flat_map(|place| self.quoted(*place)).collect();
        // A longer one may hold a shorter one.
        secrets.sort_unstable_by_key(|secret| (std::cmp::Reverse(secret.len()), *secret));
        secrets.dedup();
        let text = |text: &str| {
            let fits = secrets.iter().filter(|secret| text.contains(**secret));
            self.text(&fits.fold(text.to_owned(), |text, secret| text.replace(secret, STARS)))
        };
        let related = |related: &Related| Related { span: related.span, message: text(&related.message) };
        let fix = |fix: &Fix| Fix {
            title: text(&fix.title),
            safe: fix.safe,
            edits: fix.edits.iter().map(|edit| Edit { span: edit.span, text: self.edit(edit, &text) }).collect(),
        };
        Finding {
            span: finding.span,
            message: text(&finding.message),
            related: finding.related.iter().map(related).collect(),
            help: finding.help.as_deref().map(text),
            fix: finding.fix.as_ref().map(fix),
            at_most: finding.at_most,
            unchecked: finding.unchecked,
        }
    }

    /// The new text of an edit; nothing of it where it takes the place of a secret.
    fn edit(&self, edit: &Edit, text: &dyn Fn(&str) -> Shown) -> Shown {
        let place = bytes(edit.span);
        let touched = self.hidden(edit.span.file).is_some_and(|hidden| {
            overlapping(&hidden.ranges, place.start.saturating_sub(1)..place.end + 1).next().is_some()
        });
        if touched && !edit.text.is_empty() { Shown(STARS.to_owned()) } else { text(&edit.text) }
    }

    /// What was not judged.
    pub fn unchecked(&self, unchecked: Unchecked) -> Unchecked<Shown> {
        Unchecked { path: self.text(&unchecked.path).0, line: unchecked.line, reason: self.text(&unchecked.reason) }
    }

    /// A file with its secrets replaced by stars.
    pub fn file(&self, id: FileId) -> Option<ShownFile> {
        let source = &self.tree.file(id)?.source;
        let mut ranges = self.hidden(id)?.ranges.clone();
        if let Some(texts) = &self.secrets.texts {
            ranges.extend(texts.find_iter(&source.text).map(|found| found.range()));
        }
        let text = starred(&source.text, &merged(ranges));
        Some(ShownFile(SourceFile::new(id, self.text(&source.path).0, text)))
    }

    /// A resource as YAML, with a comment behind each value where there is one to give.
    pub fn yaml(&self, node: &Node, mode: Mode, comment: &dyn Fn(&Node) -> Option<String>) -> Shown {
        self.text(&yaml::to_yaml_in(&self.printable(node), mode, comment))
    }

    /// A resource as JSON.
    pub fn json(&self, node: &Node, mode: Mode) -> serde_json::Value {
        let text = |text: &str| self.text(text).0;
        masked_json(yaml::to_json_in(&self.printable(node), mode), &text)
    }

    fn printable(&self, node: &Node) -> Node {
        node::printable(node, &|span| self.secrets.is_value(span))
    }

    /// The secrets on the lines of a place, as they are written and as they are read.
    fn quoted(&self, place: Span) -> impl Iterator<Item = &str> + use<'_, 'a> {
        let file = self.tree.file(place.file);
        let hidden = self.hidden(place.file);
        let around = file.map_or(0..0, |file| lines_around(file, bytes(place)));
        let texts = hidden.map_or(&[][..], |hidden| hidden.texts.as_slice());
        let first = texts.partition_point(|(range, _)| range.start < around.start);
        let end = around.end;
        let read = texts.get(first..).unwrap_or_default().iter().take_while(move |(range, _)| range.start <= end);
        let ranges = hidden.map_or(&[][..], |hidden| hidden.ranges.as_slice());
        let written = overlapping(ranges, around).take(MAX_QUOTED);
        let written = written.filter_map(move |range| file?.source.text.get(range.clone()));
        let texts = read.take(MAX_QUOTED).map(|(_, text)| text.as_str()).chain(written);
        texts.map(bare).filter(|text| text.len() >= QUOTED)
    }

    fn hidden(&self, id: FileId) -> Option<&Hidden> {
        let file = self.tree.file(id)?;
        let also = self.secrets.also.get(&id).map_or(&[][..], Vec::as_slice);
        Some(self.hidden.get(id.0 as usize)?.get_or_init(|| hidden(file, also)))
    }
}

/// A scalar without its quotes, its anchor and the blanks around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|letter: char| letter.is_whitespace() || "\"'*&!|>-".contains(letter))
}

fn bytes(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// The whole lines around a place.
fn lines_around(file: &File, place: Range<usize>) -> Range<usize> {
    let line = |offset: usize| file.source.line_range(file.source.line(offset as u32));
    line(place.start).start..line(place.end).end.max(place.end)
}

fn masked_json(value: serde_json::Value, text: &dyn Fn(&str) -> String) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(own) => Value::String(text(&own)),
        Value::Array(items) => items.into_iter().map(|item| masked_json(item, text)).collect(),
        Value::Object(entries) => {
            entries.into_iter().map(|(key, value)| (text(&key), masked_json(value, text))).collect()
        }
        other => other,
    }
}

/// A text with stars for the letters of some ranges, each of as many bytes as its letter.
fn starred(text: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        // What begins or ends within a letter takes all of it.
        let start = (0..=range.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0).max(at);
        let end = (range.end..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        out.push_str(text.get(at..start).unwrap_or(""));
        out.extend(text.get(start..end).unwrap_or("").chars().map(star));
        at = end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

fn star(letter: char) -> char {
    match letter.len_utf8() {
        _ if letter.is_ascii_whitespace() => letter,
        1 => '*',
        2 => '×',
        3 => '•',
        _ => '🞰',
    }
}

/// A known credential, unless it is a variable in the place of one.
fn unless_placeholder(found: &Captures<'_>) -> String {
    let text = found.get(0).map_or("", |found| found.as_str());
    // Of `://user:password@` only the password is secret.
    let user_and_password = text.strip_prefix("://").and_then(|text| text.split_once(':'));
    let secret = user_and_password.map_or(text, |(_, password)| password);
    let braced = secret.strip_prefix('{').and_then(|name| name.strip_suffix("}@"));
    let named = braced.is_some_and(|name| name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()));
    if is_placeholder(secret) || secret.starts_with("$(") || named { text.to_owned() } else { STARS.to_owned() }
}
