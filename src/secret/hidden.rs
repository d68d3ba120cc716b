//! Which bytes of a file must not be shown.

use super::bytes;
use super::table::{is_key_file, names_credential, shapes};
use super::text::{credentials, is_credential_flag};
use crate::resource::{File, Role, Syntax};
use crate::source::within;
use crate::yaml::{Document, Entry, Node};
use memchr::memmem;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What must not be shown of a file.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// Byte ranges, in order and without overlap.
    pub ranges: Vec<Range<usize>>,
    /// Texts that stand in them as a reader understands them, each with its place: what messages quote.
    pub texts: Vec<(Range<usize>, SmolStr)>,
}

/// What must not be shown of a file; `also` is what its text alone does not tell.
pub(super) fn hidden(file: &File, also: &[Range<usize>]) -> Hidden {
    let text = &file.source.text;
    let mut walk = Walk { file, hidden: Hidden::default(), aliases: BTreeSet::new(), names: Vec::new() };
    for (document, role) in file.all_with_roles() {
        walk.document(document, role);
    }
    let Walk { mut hidden, names, .. } = walk;
    let names = merged(names);
    let is_name = |range: &Range<usize>| overlapping(&names, range.clone()).next().is_some();
    hidden.ranges.extend(shapes(text));
    hidden.ranges.extend(credentials(text).filter(|range| !is_name(range)));
    hidden.ranges.extend(by_name(file));
    hidden.ranges.extend(also.iter().cloned());
    hidden.ranges = merged(hidden.ranges);
    hidden.texts.sort_unstable_by_key(|(range, _)| (range.start, range.end));
    hidden
}

/// What must not be shown of a file because of what it is called.
fn by_name(file: &File) -> Vec<Range<usize>> {
    let (name, text) = (file.source.name(), &file.source.text);
    let structured = matches!(file.syntax, Syntax::Yaml | Syntax::Json | Syntax::Toml);
    if name.starts_with(".env") || name.ends_with(".env") {
        return lines(text).collect();
    }
    if is_key_file(name) && !structured {
        return vec![0..text.len()];
    }
    let mut ranges = Vec::new();
    if !structured {
        chunks(text)
            .filter(|(_, chunk)| looks_like_secret(chunk))
            .for_each(|(start, chunk)| ranges.extend(lines_of_secret(chunk, start)));
    }
    ranges
}

/// The documents in a text that is no YAML file: between `---`, fences and ends of shell input.
fn chunks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_border = |line: &str| ["---", "```", "EOF"].iter().any(|border| line.trim_start().starts_with(border));
    let mut at = 0;
    let borders: Vec<usize> = text
        .split_inclusive('\n')
        .filter_map(|line| {
            let start = at;
            at += line.len();
            is_border(line).then_some(start)
        })
        .collect();
    let ends = borders.clone().into_iter().chain([text.len()]);
    let starts = std::iter::once(0).chain(borders);
    starts.zip(ends).filter_map(move |(start, end)| Some((start, text.get(start..end)?)))
}

/// The values of lines `KEY=value`, and whole lines that are none.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let from = at + line.find('=').map_or(0, |equals| equals + 1);
        at += line.len();
        from..from.max(at - (line.len() - line.trim_end().len()))
    })
}

struct Walk<'a> {
    file: &'a File,
    hidden: Hidden,
    /// Names of anchors whose value must not be shown.
    aliases: BTreeSet<SmolStr>,
    /// Places that look like values of credentials and are names of keys.
    names: Vec<Range<usize>>,
}

impl<'a> Walk<'a> {
    fn document(&mut self, document: &'a Document, role: Role) {
        let slice = self.file.source.slice(document.span);
        let root = &document.root;
        if document.broken && (looks_like_secret(slice) || self.file.source.name().contains(".sops.")) {
            self.hidden.ranges.extend(lines_of_secret(slice, document.span.start as usize));
        }
        if is_key_file(self.file.source.name()) {
            self.hide_values(root);
        }
        if self.file.source.name().contains(".sops.") && role != Role::SopsConfig {
            match root.get("kind") {
                None => self.hide_below(root, &["sops"]),
                Some(_) => ["data", "stringData"]
                    .iter()
                    .filter_map(|key| root.get(key))
                    .for_each(|data| self.hide_values(data)),
            }
        }
        self.node(root, role == Role::MachineConfig);
        self.anchors(root);
    }

    /// What an alias in a Secret stands for is written elsewhere.
    fn anchors(&mut self, root: &'a Node) {
        if self.aliases.is_empty() {
            return;
        }
        let mut anchors: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
        root.walk(&mut |node| {
            let name = node.props.as_ref().and_then(|props| props.anchor.as_ref());
            name.into_iter().for_each(|(name, _)| anchors.entry(name.as_str()).or_default().push(node));
        });
        while let Some(name) = self.aliases.pop_first() {
            anchors.remove(name.as_str()).into_iter().flatten().for_each(|node| self.hide(node));
        }
    }

    fn node(&mut self, node: &'a Node, machine: bool) {
        if is_secret(node) {
            self.secret(node);
        }
        if is_operation_on_secret(node) {
            node.get("value").into_iter().for_each(|value| self.hide(value));
        }
        // As the variables of a container are written.
        if node.text_at(&["name"]).is_some_and(names_credential) {
            node.get("value").into_iter().for_each(|value| self.hide_texts(value));
        }
        for Entry { key, value } in node.entries() {
            let name = key.text().unwrap_or("");
            // The key of an ExternalSecret's data is a name.
            let is_name =
                name == "secretKey" && ["remoteRef", "sourceRef"].iter().any(|beside| node.get(beside).is_some());
            match name {
                _ if is_name => self.names.push(bytes(value.span)),
                "stringData" => self.hide_values(value),
                "secretGenerator" => self.literals(value),
                "secret" | "key" | "id" | "token" if machine => self.hide_texts(value),
                _ if names_credential(name) => self.hide_texts(value),
                _ => self.embedded(value, node),
            }
            self.node(value, machine);
        }
        for (index, item) in node.items().iter().enumerate() {
            let flag = index.checked_sub(1).and_then(|before| node.items().get(before)?.text());
            if flag.is_some_and(is_credential_flag) && !item.text().is_some_and(|text| text.starts_with('-')) {
                self.hide(item);
            }
            self.embedded(item, node);
            self.node(item, machine);
        }
    }

    /// A Secret: every value but those that its kind has besides its data, and what is said beside it.
    fn secret(&mut self, node: &'a Node) {
        for Entry { key, value } in node.entries() {
            match key.text().unwrap_or("") {
                "apiVersion" | "kind" | "type" | "immutable" | "sops" => {}
                "metadata" => self.hide_below(
                    value,
                    &["name", "namespace", "generateName", "labels", "annotations", "finalizers", "ownerReferences"],
                ),
                _ => self.hide_values(value),
            }
        }
        for annotation in node.entries_at(&["metadata", "annotations"]) {
            if annotation.key.text().is_some_and(|key| key.ends_with("last-applied-configuration")) {
                self.hide(&annotation.value);
            }
        }
        let whole = bytes(node.span);
        let for_tools =
            |text: &str| ["homelint:", "yaml-language-server:", "renovate:"].iter().any(|word| text.contains(word));
        let beside = self.file.parsed.comments.iter().map(|comment| comment.span);
        let beside =
            beside.filter(|span| whole.contains(&(span.start as usize)) && !for_tools(self.file.source.slice(*span)));
        self.hidden.ranges.extend(beside.map(bytes));
    }

    /// The values of all keys but these.
    fn hide_below(&mut self, node: &'a Node, shown: &[&str]) {
        let others = node.entries().iter().filter(|entry| !entry.key.text().is_some_and(|key| shown.contains(&key)));
        others.for_each(|entry| self.hide(&entry.value));
        node.items().iter().for_each(|item| self.hide(item));
    }

    /// The values of a mapping, whatever stands between its keys; any other value as a whole.
    fn hide_values(&mut self, node: &'a Node) {
        let whole = bytes(node.span);
        self.hide_inner(node);
        let own = node
            .entries()
            .iter()
            .map(|entry| bytes(entry.key.span))
            .filter(|key| whole.start <= key.start && key.end <= whole.end);
        let mut from = whole.start;
        for key in own {
            self.hidden.ranges.push(from..key.start.max(from));
            let colon = self.file.source.text.get(key.end..whole.end).and_then(|rest| rest.find(':'));
            from = key.end + colon.map_or(0, |colon| colon + 1);
        }
        self.hidden.ranges.push(from..whole.end.max(from));
    }

    /// A text, those of a list, or the one that a mapping gives beside a reference.
    fn hide_texts(&mut self, node: &'a Node) {
        let plain = ["value", "plain", "plaintext", "stringValue"].iter().filter_map(|key| node.get(key));
        let texts = node.items().iter().chain([node]).chain(plain).filter(|node| node.as_scalar().is_some());
        texts.filter(|node| !is_shown(node)).for_each(|text| self.hide(text));
    }

    /// All of a node: where it is written, and what it is made of where that is elsewhere.
    fn hide(&mut self, node: &'a Node) {
        self.hidden.ranges.push(bytes(node.span));
        self.hide_inner(node);
    }

    fn hide_inner(&mut self, node: &'a Node) {
        if let Some(scalar) = node.as_scalar().filter(|scalar| !scalar.text.is_empty()) {
            self.hidden.texts.push((bytes(node.span), scalar.text.clone()));
        }
        self.aliases.extend(self.file.source.slice(node.span).strip_prefix('*').map(SmolStr::new));
        for entry in node.entries() {
            // Merged from elsewhere.
            if !node.span.contains(entry.value.span) {
                self.hidden.ranges.push(bytes(entry.value.span));
            }
            self.hide_inner(&entry.value);
        }
        node.items().iter().for_each(|item| self.hide_inner(item));
    }

    /// The literals of generators: what stands behind `=`.
    fn literals(&mut self, generators: &'a Node) {
        for literal in generators.items().iter().flat_map(|generator| generator.items_at(&["literals"])) {
            let written = self.file.source.slice(literal.span);
            let start = literal.span.start as usize + written.find('=').map_or(0, |equals| equals + 1);
            self.hidden.ranges.push(start..literal.span.end as usize);
            let value = literal.text().map(|text| text.split_once('=').map_or(text, |(_, value)| value));
            self.hidden.texts.extend(value.map(|value| (bytes(literal.span), SmolStr::new(value))));
        }
    }

    /// A Secret, or a patch of one, in a text.
    fn embedded(&mut self, node: &'a Node, beside: &Node) {
        let Some(text) = node.as_scalar().map(|scalar| scalar.text.as_str()) else { return };
        if !text.contains(['\n', '{']) {
            return;
        }
        let is_target = || beside.text_at(&["target", "kind"]).is_some_and(is_secret_kind);
        if !text.contains("stringData") && !looks_like_secret(text) && !is_target() {
            return;
        }
        let written = self.file.source.slice(node.span);
        match written.find('\n') {
            Some(_) => self.hidden.ranges.extend(lines_of_secret(written, node.span.start as usize)),
            None => self.hide(node),
        }
    }
}

/// A credential's value that may be shown: a variable, a truth value.
fn is_shown(node: &Node) -> bool {
    node.text().is_none_or(super::text::is_open)
}

/// Whether a kind is `Secret`, or was to be.
fn is_secret_kind(kind: &str) -> bool {
    let kind = kind.trim();
    (5..=7).contains(&kind.len())
        && (kind.eq_ignore_ascii_case("secret") || within(1, &kind.to_ascii_lowercase(), ["secret"]).is_some())
}

/// Whether a mapping is a Secret, or was to be one: not a reference to one, which has a name beside its kind.
pub(super) fn is_secret(node: &Node) -> bool {
    let is_kind =
        |key: &str| key.eq_ignore_ascii_case("kind") || within(1, &key.to_ascii_lowercase(), ["kind"]).is_some();
    let kind = |entry: &Entry| entry.value.text().is_some_and(is_secret_kind) && entry.key.text().is_some_and(is_kind);
    let typed = || {
        let kind = node.text_at(&["type"]).is_some_and(|kind| kind == "Opaque" || kind.starts_with("kubernetes.io/"));
        kind && node.get("apiVersion").is_some()
    };
    let whole = |entry: &Entry| {
        let key = entry.key.text().unwrap_or("");
        matches!(key, "metadata" | "apiVersion") || key.to_ascii_lowercase().contains("data")
    };
    let entries = node.entries();
    (entries.iter().any(kind) || typed()) && node.get("name").is_none() && entries.iter().any(whole)
}

/// Whether a node is an operation of a JSON patch that puts a secret somewhere.
fn is_operation_on_secret(node: &Node) -> bool {
    let Some(path) = node.get("op").and_then(|_| node.text_at(&["path"])) else { return false };
    let last = path.rsplit('/').next().unwrap_or("");
    path.starts_with("/data/") || path.to_ascii_lowercase().starts_with("/stringdata") || names_credential(last)
}

/// What a Secret looks like where its structure is not read: the kind, with a key of its values where it may be that of
/// a reference.
pub(super) fn looks_like_secret(text: &str) -> bool {
    if memmem::find(text.as_bytes(), b"ecret").is_none() && memmem::find(text.as_bytes(), b"ECRET").is_none() {
        return false;
    }
    let word =
        |text: &str| text.trim_matches(|letter: char| letter.is_whitespace() || "-\"'\\}]".contains(letter)).to_owned();
    let (mut nested, mut data) = (false, false);
    for part in text.lines().flat_map(|line| line.split(['{', ','])) {
        let Some((key, value)) = part.split_once(':') else { continue };
        let own = word(key);
        if own.eq_ignore_ascii_case("kind") && is_secret_kind(&word(value)) {
            if key.starts_with(['k', 'K']) {
                return true;
            }
            nested = true;
        }
        data |= own.eq_ignore_ascii_case("data") || own.to_ascii_lowercase().contains("stringdat");
    }
    nested && data
}

/// What must not be shown of a text that holds Secrets and whose structure is not read: everything but its keys and the
/// words that say what it is.
pub(super) fn lines_of_secret(text: &str, start: usize) -> Vec<Range<usize>> {
    /// Keys whose value may be shown where it is one word.
    const SHOWN: [&str; 11] =
        ["apiVersion", "kind", "metadata", "name", "namespace", "type", "data", "stringData", "op", "path", "from"];
    let mut at = start;
    let mut ranges = Vec::new();
    let (mut block, mut data): (Option<usize>, Option<usize>) = (None, None);
    for line in text.split_inclusive('\n') {
        let (begin, content) = (at, line.trim_end());
        at += line.len();
        let indent = content.len() - content.trim_start_matches([' ', '\t', '-']).len();
        if content.trim().is_empty() || block.is_some_and(|block| indent > block) {
            ranges.push(begin..begin + content.len());
            continue;
        }
        block = None;
        let colon = content.find(':');
        let key = colon.and_then(|colon| content.get(..colon)).unwrap_or("");
        let key = key.trim_matches(|letter: char| letter.is_whitespace() || "-\"'{[,".contains(letter));
        let value = colon.and_then(|colon| content.get(colon + 1..)).unwrap_or("").trim();
        let word = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'-' | b'_'));
        if data.is_some_and(|data| indent <= data) {
            data = None;
        }
        if word && data.is_none() && SHOWN.contains(&key) {
            data = key.to_ascii_lowercase().contains("data").then_some(indent).filter(|_| key != "metadata");
            continue;
        }
        if value.starts_with(['|', '>']) {
            block = Some(indent);
        }
        ranges.push(begin + colon.map_or(0, |colon| colon + 1)..begin + content.len());
    }
    ranges
}

/// Every scalar at or below a node that is no key.
pub(super) fn scalars<'a>(node: &'a Node, visit: &mut impl FnMut(&'a Node, &'a str)) {
    node.text().into_iter().for_each(|text| visit(node, text));
    node.entries().iter().for_each(|entry| scalars(&entry.value, visit));
    node.items().iter().for_each(|item| scalars(item, visit));
}

/// Those of some ordered ranges that share a byte with another.
pub(super) fn overlapping(ranges: &[Range<usize>], other: Range<usize>) -> impl Iterator<Item = &Range<usize>> {
    let first = ranges.partition_point(|range| range.end <= other.start);
    ranges.get(first..).unwrap_or_default().iter().take_while(move |range| range.start < other.end)
}

/// Ranges in order and without overlap.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges.into_iter().filter(|range| !range.is_empty()) {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}
