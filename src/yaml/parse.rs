//! A YAML 1.2 parser that builds nodes directly, without tokens or events in between.
//!
//! It follows the productions of the specification in one pass over the bytes. Each function reads one
//! construct and leaves `at` behind it. The first syntax error of a document moves `end` to the current
//! position, so that everything sees the end of the text and unwinds with what was read; the next document
//! is found by its marker.

use super::{
    Comment, Document, Entry, MAX_DEPTH, MAX_NODES, Node, Parsed, Problem, ProblemKind, Props,
    Scalar, Style, Value,
};
use crate::source::{FileId, Span};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

/// Parses a text. Never fails: mistakes are in [`Parsed::problems`], and the documents after a broken one are read.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut parser = Parser::new(file, text);
    parser.stream();
    parser.finish()
}

struct Parser<'a> {
    file: FileId,
    text: &'a str,
    bytes: &'a [u8],
    /// Next byte to read.
    at: usize,
    /// End of the readable text: of the whole text, or where the current document broke.
    end: usize,
    /// First byte of the current line.
    line_start: usize,
    /// Spaces at the start of the current line.
    indent: usize,
    /// Whether a tab stands in the white space just before the current content.
    tabbed: bool,
    /// Whether the current content is the first of its line.
    fresh_line: bool,
    /// One past the last byte that belongs to a node.
    content_end: usize,
    depth: usize,
    /// Nodes in the current document, with aliases counted as what they stand for.
    nodes: usize,
    anchors: HashMap<SmolStr, Anchor>,
    /// Every anchor of the file, for suggestions.
    all_anchors: Vec<(SmolStr, Span)>,
    tag_handles: Vec<(String, String)>,
    out: Parsed,
    /// Aliases without anchor: the name and the index of their problem.
    lost_aliases: Vec<(SmolStr, usize)>,
    broken: bool,
}

struct Anchor {
    node: Node,
    nodes: usize,
    depth: usize,
    span: Span,
}

/// Where a flow node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    /// The value of a block mapping or sequence, or a whole document.
    Block,
    /// A key of a block mapping: one line.
    BlockKey,
    /// Inside `[ ]` or `{ }`.
    Flow,
}

fn is_blank(byte: Option<u8>) -> bool {
    matches!(byte, Some(b' ' | b'\t'))
}

fn is_break(byte: Option<u8>) -> bool {
    matches!(byte, Some(b'\n' | b'\r'))
}

fn is_flow_indicator(byte: Option<u8>) -> bool {
    matches!(byte, Some(b',' | b'[' | b']' | b'{' | b'}'))
}

impl<'a> Parser<'a> {
    fn new(file: FileId, text: &'a str) -> Self {
        Parser {
            file,
            text,
            bytes: text.as_bytes(),
            at: 0,
            end: text.len(),
            line_start: 0,
            indent: 0,
            tabbed: false,
            fresh_line: true,
            content_end: 0,
            depth: 0,
            nodes: 0,
            anchors: HashMap::new(),
            all_anchors: Vec::new(),
            tag_handles: Vec::new(),
            out: Parsed::default(),
            lost_aliases: Vec::new(),
            broken: false,
        }
    }

    // ---- reading bytes

    fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        if at < self.end {
            self.bytes.get(at).copied()
        } else {
            None
        }
    }

    /// Whether `at` is followed by white space or the end: what makes `-`, `?` and `:` indicators.
    fn ends_word(&self, at: usize) -> bool {
        let byte = self.byte(at);
        byte.is_none() || is_blank(byte) || is_break(byte)
    }

    fn column(&self) -> usize {
        self.at - self.line_start
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    /// End of the line that `at` is in, without its break.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..self.end).unwrap_or(&[]);
        at + rest
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .unwrap_or(rest.len())
    }

    /// Steps over one line break at `at`, if there is one.
    fn skip_break(&mut self) -> bool {
        match self.peek() {
            Some(b'\r') if self.byte(self.at + 1) == Some(b'\n') => self.at += 2,
            Some(b'\n' | b'\r') => self.at += 1,
            _ => return false,
        }
        self.line_start = self.at;
        true
    }

    fn skip_blanks(&mut self) -> bool {
        let start = self.at;
        while is_blank(self.peek()) {
            self.at += 1;
        }
        self.at > start
    }

    /// Reads the indentation of a line that just began.
    fn read_indent(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
        self.indent = self.at - self.line_start;
    }

    /// `---` or `...` at the start of a line.
    fn marker(&self) -> Option<u8> {
        if self.at != self.line_start {
            return None;
        }
        let byte = self.peek()?;
        let marker = matches!(byte, b'-' | b'.')
            && self.byte(self.at + 1) == Some(byte)
            && self.byte(self.at + 2) == Some(byte)
            && self.ends_word(self.at + 3);
        marker.then_some(byte)
    }

    fn document_ends(&self) -> bool {
        self.at >= self.end || self.marker().is_some()
    }

    /// Goes to the next content: over white space, comments and line breaks. True when a line break was crossed
    /// or nothing of this line was read yet.
    fn skip_to_content(&mut self) -> bool {
        let mut crossed = self.at == self.line_start;
        if crossed {
            self.read_indent();
        }
        loop {
            let from = self.at;
            let mut tabbed = false;
            while let Some(byte @ (b' ' | b'\t')) = self.peek() {
                tabbed |= byte == b'\t';
                self.at += 1;
            }
            let spaced =
                self.at == self.line_start || is_blank(self.bytes.get(self.at - 1).copied());
            if self.peek() == Some(b'#') && spaced {
                let end = self.line_end(self.at);
                self.out.comments.push(Comment {
                    span: self.span(self.at, end),
                });
                self.at = end;
            }
            if !self.skip_break() {
                // Content that was already reached keeps what is known of the white space before it.
                if self.at > from || crossed {
                    self.tabbed = tabbed;
                }
                self.fresh_line |= crossed;
                return crossed;
            }
            crossed = true;
            self.read_indent();
        }
    }

    // ---- problems

    fn problem(&mut self, span: Span, message: impl Into<String>) -> &mut Problem {
        self.broken = true;
        self.out.problems.push(Problem {
            kind: ProblemKind::Syntax,
            span,
            message: message.into(),
            related: Vec::new(),
            help: None,
        });
        let last = self.out.problems.len() - 1;
        &mut self.out.problems[last]
    }

    /// Reports a syntax error here and ends the document.
    fn fail(&mut self, message: impl Into<String>) {
        let end = self.line_end(self.at).max(self.at);
        self.fail_at(self.span(self.at, end), message, None, None);
    }

    fn fail_at(
        &mut self,
        span: Span,
        message: impl Into<String>,
        related: Option<(Span, String)>,
        help: Option<&str>,
    ) {
        if self.end < self.text.len() && self.at >= self.end {
            return; // the document already broke: this is only an echo
        }
        let line = self
            .text
            .get(..span.start as usize)
            .map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
        let line_text = self.slice(line, self.line_end(line));
        let (message, help) = match template_braces(line_text) {
            Some(brace) => (
                format!("template syntax `{brace}` in a plain YAML file"),
                Some("quote the whole value, or give the file a template's ending".to_owned()),
            ),
            None => (message.into(), help.map(str::to_owned)),
        };
        let problem = self.problem(span, message);
        problem.related.extend(related);
        problem.help = help;
        self.end = self.at;
    }

    /// A fault that does not stop the reading.
    fn duplicate_keys(&mut self, entries: &[Entry]) {
        let mut seen: HashSet<&str> = HashSet::new();
        for (index, entry) in entries.iter().enumerate() {
            let Some(text) = entry.key.text() else {
                continue;
            };
            let again = if entries.len() <= 16 {
                entries
                    .iter()
                    .take(index)
                    .any(|earlier| earlier.key.text() == Some(text))
            } else {
                !seen.insert(text)
            };
            if !again {
                continue;
            }
            let Some(first) = entries
                .iter()
                .find(|earlier| earlier.key.text() == Some(text))
            else {
                continue;
            };
            self.out.problems.push(Problem {
                kind: ProblemKind::DuplicateKey,
                span: entry.key.span,
                message: format!("duplicate key `{text}`"),
                related: vec![(first.key.span, "first defined here".to_owned())],
                help: Some("keep one of the two: most tools silently take the last, strict ones refuse the file".to_owned()),
            });
        }
    }

    // ---- documents

    fn stream(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = 3;
            self.line_start = 3;
        }
        if let Some(at) = self.bytes.iter().position(|byte| {
            (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || *byte == 0x7f
        }) {
            self.at = at;
            self.fail_at(
                self.span(at, at + 1),
                "control character in the text",
                None,
                Some("delete it"),
            );
            return;
        }
        let mut bare = true;
        while self.at < self.text.len() {
            bare = self.document(bare);
        }
    }

    /// Reads one document; returns whether the next may begin without `---`.
    fn document(&mut self, bare: bool) -> bool {
        self.end = self.text.len();
        self.anchors.clear();
        self.tag_handles.clear();
        self.nodes = 0;
        self.depth = 0;
        self.broken = false;
        let start = self.at;
        let directives = self.directives(bare);
        self.skip_to_content();
        let explicit = self.marker() == Some(b'-');
        if explicit {
            self.at += 3;
            self.indent = 0;
            self.fresh_line = false;
            self.content_end = self.at;
        } else if directives && !self.broken {
            self.fail("a directive needs a `---` line after it");
        } else if self.marker() == Some(b'.') {
            self.at += 3;
            self.end_of_marker();
            return true;
        } else if self.at >= self.end && !self.broken {
            return true;
        } else {
            self.content_end = self.at;
        }
        let root = if explicit {
            self.block_node(-1, false, false)
        } else {
            self.block_node(-1, false, true)
        };
        self.skip_to_content();
        if !self.document_ends() {
            self.unexpected_content(&root);
        }
        let mut bare = false;
        if self.end < self.text.len() {
            self.recover();
        } else if self.marker() == Some(b'.') {
            self.at += 3;
            bare = true;
            self.end_of_marker();
            if self.end < self.text.len() {
                self.recover();
            }
        }
        self.out.documents.push(Document {
            root,
            span: self.span(start, self.at),
            broken: self.broken,
        });
        bare
    }

    /// `%YAML` and `%TAG` lines before a document.
    fn directives(&mut self, allowed: bool) -> bool {
        let mut any = false;
        let mut version = false;
        loop {
            self.skip_to_content();
            if !allowed || self.at != self.line_start || self.peek() != Some(b'%') {
                return any;
            }
            any = true;
            let end = self.line_end(self.at);
            let line = self.slice(self.at, end);
            let line = line.split(" #").next().unwrap_or(line);
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["%YAML", number]
                    if !version
                        && number
                            .bytes()
                            .all(|byte| byte.is_ascii_digit() || byte == b'.') =>
                {
                    version = true
                }
                ["%YAML", ..] => {
                    return {
                        self.fail("malformed or repeated `%YAML` directive");
                        true
                    };
                }
                ["%TAG", handle, prefix] => self
                    .tag_handles
                    .push(((*handle).to_owned(), (*prefix).to_owned())),
                ["%TAG", ..] => {
                    return {
                        self.fail("malformed `%TAG` directive");
                        true
                    };
                }
                _ => {}
            }
            self.at = end;
        }
    }

    /// After `...` only white space and a comment may follow.
    fn end_of_marker(&mut self) {
        let line = self.line_start;
        self.skip_to_content();
        if self.line_start == line && self.at < self.end {
            self.fail("text after the end of a document");
        }
    }

    /// Continues at the next document marker after a broken document.
    fn recover(&mut self) {
        self.end = self.text.len();
        loop {
            self.at = self.line_end(self.at);
            if !self.skip_break() {
                self.at = self.end;
                return;
            }
            if self.marker() == Some(b'-') {
                return;
            }
        }
    }

    fn unexpected_content(&mut self, root: &Node) {
        let at = self.span(self.at, self.line_end(self.at));
        if !root.entries().is_empty() || !root.items().is_empty() {
            let what = if root.is_map() {
                "keys"
            } else {
                "list entries"
            };
            let first = root
                .entries()
                .first()
                .map_or(root.span, |entry| entry.key.span);
            let related = Some((first, format!("the document's {what} start in this column")));
            return self.fail_at(
                at,
                "this line belongs to nothing: its indentation matches no level above",
                related,
                None,
            );
        }
        self.fail_at(at, "text after the end of a value", None, None);
    }

    // ---- block nodes

    fn enter(&mut self) -> bool {
        self.depth += 1;
        self.nodes += 1;
        if self.depth > MAX_DEPTH {
            self.fail(format!("nested deeper than {MAX_DEPTH} levels"));
            return false;
        }
        if self.nodes > MAX_NODES {
            self.fail(format!("more than {MAX_NODES} nodes in one document"));
            return false;
        }
        true
    }

    fn null_at(&self, at: usize) -> Node {
        Node::null(self.span(at, at))
    }

    /// A node below something indented by `parent` columns (-1: the document). `list_at_parent`: a sequence may
    /// stand in the parent's column. `compact`: a mapping or sequence may begin on this line.
    fn block_node(&mut self, parent: isize, list_at_parent: bool, compact: bool) -> Node {
        let here = self.at;
        let node = if self.enter() {
            self.block_content(parent, list_at_parent, compact)
        } else {
            self.null_at(here)
        };
        self.depth -= 1;
        node
    }

    fn block_content(&mut self, parent: isize, list_at_parent: bool, mut compact: bool) -> Node {
        let here = self.at;
        let mut props: Option<Box<Props>> = None;
        let mut first = true;
        loop {
            let crossed = self.skip_to_content();
            compact |= crossed;
            if self.document_ends() {
                return self.with_props(self.null_at(here), props);
            }
            let dash = self.peek() == Some(b'-') && self.ends_word(self.at + 1);
            if crossed || (first && self.fresh_line && self.at == self.line_start + self.indent) {
                let indent = self.indent as isize;
                if indent < parent || (indent == parent && !(list_at_parent && dash)) {
                    return self.with_props(self.null_at(here), props);
                }
            }
            first = false;
            let question = self.peek() == Some(b'?') && self.ends_word(self.at + 1);
            if dash || question || self.key_ahead() {
                if !compact {
                    self.not_on_this_line(dash);
                    return self.null_at(here);
                }
                if self.tabbed {
                    self.tab();
                    return self.null_at(here);
                }
                let column = self.column();
                let node = if dash {
                    self.block_seq(column)
                } else {
                    self.block_map(column)
                };
                return self.with_props(node, props);
            }
            match self.peek() {
                Some(b'&' | b'!') => {
                    self.properties(&mut props);
                    self.fresh_line = false;
                    compact = false;
                }
                Some(b'|' | b'>') => {
                    let node = self.block_scalar(parent);
                    return self.with_props(node, props);
                }
                _ => {
                    let node = self.flow_content(parent, Context::Block, props);
                    self.end_of_value(&node);
                    return node;
                }
            }
        }
    }

    fn not_on_this_line(&mut self, dash: bool) {
        let at = self.span(self.at, self.line_end(self.at));
        let (message, help) = if dash {
            (
                "a list cannot begin on the line of its key",
                "put the first `- ` on a line of its own",
            )
        } else {
            (
                "a second key on the same line",
                "quote the value if it contains `: `, or put the key on a line of its own",
            )
        };
        self.fail_at(at, message, None, Some(help));
    }

    fn tab(&mut self) {
        let mut start = self.at;
        while start > self.line_start && is_blank(self.bytes.get(start - 1).copied()) {
            start -= 1;
        }
        let span = self.span(start, self.at);
        self.fail_at(
            span,
            "a tab in the indentation",
            None,
            Some("indent with spaces: YAML allows no tabs here"),
        );
    }

    /// After a value of a block collection only a comment may stand on the line.
    fn end_of_value(&mut self, node: &Node) {
        let spaced = self.skip_blanks();
        match self.peek() {
            None | Some(b'\n' | b'\r') => {}
            Some(b'#') if spaced => {}
            Some(b':') if self.ends_word(self.at + 1) => {
                let multi_line = self
                    .slice(node.span.start as usize, node.span.end as usize)
                    .contains('\n');
                let at = self.span(self.at, self.at + 1);
                if multi_line {
                    let line = self.span(self.line_start + self.indent, self.at);
                    let related = Some((
                        self.first_line(node.span),
                        "it is read as a continuation of this value".to_owned(),
                    ));
                    self.fail_at(
                        line,
                        "a key where a value goes on: wrong indentation",
                        related,
                        None,
                    );
                } else {
                    self.fail_at(
                        at,
                        "a second key on the same line",
                        None,
                        Some("quote the value if it contains `: `"),
                    );
                }
            }
            Some(_) => self.fail("text after the end of a value"),
        }
    }

    fn first_line(&self, span: Span) -> Span {
        let start = span.start as usize;
        self.span(start, self.line_end(start))
    }

    /// Whether an implicit key (`key:`) stands here: decided within this line, without moving.
    fn key_ahead(&self) -> bool {
        let mut at = self.at;
        loop {
            match self.byte(at) {
                Some(b'&') => at = self.word_end(at),
                Some(b'!') => at = self.word_end(at),
                _ => break,
            }
            while is_blank(self.byte(at)) {
                at += 1;
            }
        }
        let after = match self.byte(at) {
            Some(b'"') => self.double_end_on_line(at),
            Some(b'\'') => self.single_end_on_line(at),
            Some(b'[' | b'{') => self.flow_end_on_line(at),
            Some(b'*') => Some(self.alias_end(at)),
            Some(b'|' | b'>' | b'@' | b'`' | b'%' | b'#' | b',' | b']' | b'}') | None => None,
            Some(b':') if self.ends_word(at + 1) => Some(at),
            Some(_) => return self.plain_key_ahead(at),
        };
        let Some(mut at) = after else { return false };
        while is_blank(self.byte(at)) {
            at += 1;
        }
        self.byte(at) == Some(b':') && self.ends_word(at + 1)
    }

    fn plain_key_ahead(&self, start: usize) -> bool {
        let mut at = start;
        loop {
            match self.byte(at) {
                None | Some(b'\n' | b'\r') => return false,
                Some(b':') if self.ends_word(at + 1) => return true,
                Some(b'#') if at > start && is_blank(self.byte(at - 1)) => return false,
                Some(_) => at += 1,
            }
        }
    }

    fn word_end(&self, mut at: usize) -> usize {
        while !self.ends_word(at) {
            at += 1;
        }
        at
    }

    fn double_end_on_line(&self, mut at: usize) -> Option<usize> {
        loop {
            at += 1;
            match self.byte(at)? {
                b'\\' => at += 1,
                b'"' => return Some(at + 1),
                b'\n' | b'\r' => return None,
                _ => {}
            }
        }
    }

    fn single_end_on_line(&self, mut at: usize) -> Option<usize> {
        loop {
            at += 1;
            match self.byte(at)? {
                b'\'' if self.byte(at + 1) == Some(b'\'') => at += 1,
                b'\'' => return Some(at + 1),
                b'\n' | b'\r' => return None,
                _ => {}
            }
        }
    }

    fn flow_end_on_line(&self, mut at: usize) -> Option<usize> {
        let mut depth = 0usize;
        loop {
            match self.byte(at)? {
                b'\n' | b'\r' => return None,
                b'"' if is_flow_start(self.byte(at.wrapping_sub(1))) => {
                    at = self.double_end_on_line(at)? - 1
                }
                b'\'' if is_flow_start(self.byte(at.wrapping_sub(1))) => {
                    at = self.single_end_on_line(at)? - 1
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn block_seq(&mut self, column: usize) -> Node {
        let start = self.at;
        let mut items = Vec::new();
        loop {
            self.at += 1;
            self.content_end = self.at;
            self.fresh_line = false;
            items.push(self.block_node(column as isize, false, true));
            self.skip_to_content();
            if self.document_ends() || self.indent < column {
                break;
            }
            if self.indent > column {
                self.misaligned(start, "the list's entries start in this column");
                break;
            }
            if self.peek() != Some(b'-') || !self.ends_word(self.at + 1) {
                break;
            }
            if self.tabbed {
                self.tab();
                break;
            }
        }
        Node::seq(self.span(start, self.content_end), items)
    }

    fn misaligned(&mut self, first: usize, what: &str) {
        let related = Some((self.span(first, self.word_end(first)), what.to_owned()));
        let span = self.span(self.at, self.line_end(self.at));
        self.fail_at(
            span,
            "wrong indentation: this line is deeper than the ones it belongs to",
            related,
            None,
        );
    }

    fn block_map(&mut self, column: usize) -> Node {
        let start = self.at;
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let entry = self.block_entry(column);
            entries.push(entry);
            self.skip_to_content();
            if self.document_ends() || self.indent < column {
                break;
            }
            if self.indent > column {
                self.misaligned(start, "the keys of this mapping start in this column");
                break;
            }
            if self.tabbed {
                self.tab();
                break;
            }
            let question = self.peek() == Some(b'?') && self.ends_word(self.at + 1);
            if !question && !self.key_ahead() {
                let dash = self.peek() == Some(b'-') && self.ends_word(self.at + 1);
                if !dash || entries.last().is_some_and(|entry| !entry.value.is_seq()) {
                    self.not_a_key(&entries);
                } else {
                    self.misaligned(start, "the keys of this mapping start in this column");
                }
                break;
            }
        }
        self.finish_map(start, entries)
    }

    fn not_a_key(&mut self, entries: &[Entry]) {
        let end = self.line_end(self.at);
        let line = self.slice(self.at, end).trim_end();
        let glued = line
            .split_once(':')
            .filter(|(key, rest)| !rest.is_empty() && !key.contains([' ', '/', '"']));
        let (message, help) = match glued {
            Some((key, _)) => (
                format!("no space after `{key}:`"),
                "write a space between the colon and the value",
            ),
            None => (
                "a key is expected here, but the line has no `:`".to_owned(),
                "indent it if it continues the value above",
            ),
        };
        let related = entries
            .last()
            .map(|entry| (entry.key.span, "after this key".to_owned()));
        self.fail_at(self.span(self.at, end), message, related, Some(help));
    }

    /// Reports duplicate keys and applies merge keys.
    fn finish_map(&mut self, start: usize, entries: Vec<Entry>) -> Node {
        self.duplicate_keys(&entries);
        let entries = if entries.iter().any(is_merge) {
            merged(entries)
        } else {
            entries
        };
        Node::map(self.span(start, self.content_end), entries)
    }

    fn block_entry(&mut self, column: usize) -> Entry {
        if self.peek() == Some(b'?') && self.ends_word(self.at + 1) {
            return self.explicit_entry(column);
        }
        self.fresh_line = false;
        let mut props = None;
        while matches!(self.peek(), Some(b'&' | b'!')) {
            self.properties(&mut props);
            self.skip_blanks();
        }
        self.nodes += 1;
        let key = if self.peek() == Some(b':') && self.ends_word(self.at + 1) {
            self.with_props(self.null_at(self.at), props)
        } else {
            self.flow_content(column as isize, Context::BlockKey, props)
        };
        self.skip_blanks();
        if self.peek() != Some(b':') {
            self.fail("`:` expected after a key");
            return Entry {
                key,
                value: self.null_at(self.at),
            };
        }
        self.at += 1;
        self.content_end = self.at;
        let value = self.block_node(column as isize, true, false);
        Entry { key, value }
    }

    fn explicit_entry(&mut self, column: usize) -> Entry {
        self.at += 1;
        self.content_end = self.at;
        self.fresh_line = false;
        let key = self.block_node(column as isize, true, true);
        self.skip_to_content();
        let colon = self.peek() == Some(b':') && self.ends_word(self.at + 1);
        if self.document_ends() || !colon || self.indent != column || self.column() != column {
            return Entry {
                key,
                value: self.null_at(self.content_end),
            };
        }
        self.at += 1;
        self.content_end = self.at;
        self.fresh_line = false;
        let value = self.block_node(column as isize, true, true);
        Entry { key, value }
    }

    // ---- properties

    /// One `&anchor` or `!tag`.
    fn properties(&mut self, props: &mut Option<Box<Props>>) {
        let start = self.at;
        let anchor = self.peek() == Some(b'&');
        let in_flow = |byte: Option<u8>| is_flow_indicator(byte);
        if !anchor && self.byte(start + 1) == Some(b'<') {
            while !matches!(self.peek(), None | Some(b'>' | b'\n')) {
                self.at += 1;
            }
            self.at += 1;
        } else {
            while !self.ends_word(self.at) && !in_flow(self.peek()) {
                self.at += 1;
            }
        }
        let span = self.span(start, self.at);
        self.content_end = self.at;
        let word = self.slice(start, self.at);
        let slot = props.get_or_insert_default();
        if anchor {
            let name = SmolStr::new(&word[1..]);
            if name.is_empty() || slot.anchor.is_some() {
                return self.fail_at(
                    span,
                    "two anchors on one value, or one without a name",
                    None,
                    None,
                );
            }
            self.all_anchors.push((name.clone(), span));
            slot.anchor = Some((name, span));
        } else {
            if slot.tag.is_some() {
                return self.fail_at(span, "two tags on one value", None, None);
            }
            match resolve_tag(word, &self.tag_handles) {
                Some(tag) => slot.tag = Some((SmolStr::new(tag), span)),
                None => {
                    return self.fail_at(
                        span,
                        format!("tag `{word}` uses a handle that no `%TAG` line defines"),
                        None,
                        None,
                    );
                }
            }
        }
        if !self.ends_word(self.at) && !is_flow_indicator(self.peek()) {
            self.fail("a space is missing after an anchor or tag");
        } else if is_flow_indicator(self.peek()) && matches!(self.peek(), Some(b'[' | b'{')) {
            self.fail("a space is missing after an anchor or tag");
        }
    }

    /// Attaches anchor and tag, and remembers the anchor.
    fn with_props(&mut self, mut node: Node, props: Option<Box<Props>>) -> Node {
        let Some(mut props) = props else { return node };
        if let Some(own) = node.props.take() {
            if own.anchor.is_some() && props.anchor.is_some() {
                self.fail("two anchors on one value");
            }
            props.anchor = own.anchor.or(props.anchor);
            props.tag = own.tag.or(props.tag);
        }
        if let Some((name, span)) = &props.anchor {
            let (nodes, depth) = weight(&node);
            self.anchors.insert(
                name.clone(),
                Anchor {
                    node: node.clone(),
                    nodes,
                    depth,
                    span: *span,
                },
            );
        }
        node.props = Some(props);
        node
    }

    /// End of an alias. A colon may belong to a name, but go-yaml ends the name before it: so does a known anchor.
    fn alias_end(&self, start: usize) -> usize {
        let mut at = start + 1;
        while !self.ends_word(at) && !is_flow_indicator(self.byte(at)) {
            at += 1;
        }
        let name = self.slice(start + 1, at);
        match name.strip_suffix(':') {
            Some(shorter)
                if !self.anchors.contains_key(name) && self.anchors.contains_key(shorter) =>
            {
                at - 1
            }
            _ => at,
        }
    }

    fn alias(&mut self) -> Node {
        let start = self.at;
        self.at = self.alias_end(start);
        self.content_end = self.at;
        let span = self.span(start, self.at);
        let name = self.slice(start + 1, self.at);
        if name.is_empty() {
            self.fail_at(
                span,
                "an alias without a name",
                None,
                Some("quote the value if it begins with `*`"),
            );
            return Node::null(span);
        }
        if let Some(anchor) = self.anchors.get(name) {
            self.nodes += anchor.nodes;
            let too_deep = self.depth + anchor.depth > MAX_DEPTH;
            if !too_deep && self.nodes <= MAX_NODES {
                return Node {
                    span,
                    value: anchor.node.value.clone(),
                    props: None,
                };
            }
            let related = Some((anchor.span, "the anchor".to_owned()));
            self.fail_at(
                span,
                format!("alias `*{name}` makes the document too large or too deep"),
                related,
                None,
            );
            return Node::null(span);
        }
        self.lost_alias(name, span);
        let mut scalar = Scalar::new(self.slice(start, self.at), Style::Plain);
        scalar.unknown = true;
        Node {
            span,
            value: Value::Scalar(scalar),
            props: None,
        }
    }

    fn lost_alias(&mut self, name: &str, span: Span) {
        let message = format!("alias `*{name}` has no anchor");
        let index = self.out.problems.len();
        self.problem(span, message).kind = ProblemKind::AliasUndefined;
        let names = self.anchors.keys().map(SmolStr::as_str);
        if let Some((near, at)) = crate::source::nearest(name, names)
            .and_then(|near| Some((near, self.anchors.get(near)?.span)))
        {
            let text = format!("did you mean `*{near}`?");
            let problem = &mut self.out.problems[index];
            problem
                .related
                .push((at, "a similar anchor is defined here".to_owned()));
            problem.help = Some(text);
        }
        self.lost_aliases.push((SmolStr::new(name), index));
    }

    // ---- flow nodes

    /// A scalar, alias or flow collection. `parent`: continuation lines are indented more than this.
    fn flow_content(&mut self, parent: isize, context: Context, props: Option<Box<Props>>) -> Node {
        let at = self.at;
        if self.peek() == Some(b'*') {
            if props.is_some() {
                self.fail("an alias takes no anchor or tag of its own");
                return self.null_at(at);
            }
            return self.alias();
        }
        let node = match self.peek() {
            Some(b'"') => self.double_quoted(parent, context),
            Some(b'\'') => self.single_quoted(parent, context),
            Some(b'[') => self.flow_seq(parent),
            Some(b'{') => self.flow_map(parent),
            _ => self.plain(parent, context),
        };
        self.with_props(node, props)
    }

    /// White space, line breaks and comments inside a flow collection. Returns whether there were any.
    fn flow_gap(&mut self, parent: isize) -> bool {
        let start = self.at;
        let crossed = self.skip_to_content();
        if crossed && self.at < self.end {
            if self.marker().is_some() {
                self.fail("a document marker inside `[ ]` or `{ }`: a closing bracket is missing");
            } else if (self.indent as isize) <= parent {
                self.fail_at(
                    self.span(self.at, self.line_end(self.at)),
                    "not indented enough inside `[ ]` or `{ }`: a closing bracket is missing, or the line must go further right",
                    None,
                    None,
                );
            }
        }
        self.at > start
    }

    /// `:` that separates a key from a value inside a flow collection.
    fn flow_colon(&self, adjacent: bool) -> bool {
        self.peek() == Some(b':')
            && (adjacent
                || self.ends_word(self.at + 1)
                || is_flow_indicator(self.byte(self.at + 1)))
    }

    fn flow_node(&mut self, parent: isize) -> Node {
        let here = self.at;
        if !self.enter() {
            self.depth -= 1;
            return self.null_at(here);
        }
        let mut props = None;
        while matches!(self.peek(), Some(b'&' | b'!')) {
            self.properties(&mut props);
            self.flow_gap(parent);
        }
        let node = match self.peek() {
            None | Some(b',' | b']' | b'}') => self.with_props(self.null_at(here), props),
            Some(b':') if self.flow_colon(false) => self.with_props(self.null_at(here), props),
            _ => self.flow_content(parent, Context::Flow, props),
        };
        self.depth -= 1;
        node
    }

    fn flow_seq(&mut self, parent: isize) -> Node {
        let start = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.flow_gap(parent);
            match self.peek() {
                Some(b']') => break,
                None => return self.unclosed(start, items),
                Some(b',') => {
                    self.fail("an empty entry: two commas in a row, or one at the start");
                    return self.unclosed(start, items);
                }
                _ => {}
            }
            let item = self.flow_item(parent);
            items.push(item);
            self.flow_gap(parent);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                None => return self.unclosed(start, items),
                Some(_) => {
                    self.fail("`,` or `]` expected");
                    return self.unclosed(start, items);
                }
            }
        }
        self.at += 1;
        self.content_end = self.at;
        Node::seq(self.span(start, self.at), items)
    }

    fn unclosed(&mut self, start: usize, items: Vec<Node>) -> Node {
        let span = self.span(start, start + 1);
        self.fail_at(span, "this bracket is never closed", None, None);
        Node::seq(self.span(start, self.at), items)
    }

    /// An entry of a flow sequence: a node, or a mapping of one pair.
    fn flow_item(&mut self, parent: isize) -> Node {
        let start = self.at;
        let explicit = self.peek() == Some(b'?') && self.ends_word(self.at + 1);
        if explicit {
            self.at += 1;
            self.flow_gap(parent);
        }
        let line = self.line_start;
        let json_like = matches!(self.peek(), Some(b'"' | b'\'' | b'[' | b'{'));
        let key = self.flow_node(parent);
        let end = self.at;
        if explicit {
            self.flow_gap(parent);
        } else {
            self.skip_blanks();
        }
        if !self.flow_colon(json_like) {
            self.at = if explicit { self.at } else { end };
            if !explicit {
                // A key may not be followed by its colon on another line: only explicit keys may.
                return key;
            }
            let value = self.null_at(end);
            return Node::map(self.span(start, end), vec![Entry { key, value }]);
        }
        if !explicit && line != self.line_start {
            self.fail("the key of a pair inside `[ ]` must stand on one line");
            return key;
        }
        self.at += 1;
        self.content_end = self.at;
        self.flow_gap(parent);
        let value = self.flow_node(parent);
        Node::map(
            self.span(start, self.content_end),
            vec![Entry { key, value }],
        )
    }

    fn flow_map(&mut self, parent: isize) -> Node {
        let start = self.at;
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.flow_gap(parent);
            match self.peek() {
                Some(b'}') => break,
                None => return self.unclosed_map(start, entries),
                Some(b',') => {
                    self.fail("an empty entry: two commas in a row, or one at the start");
                    return self.unclosed_map(start, entries);
                }
                _ => {}
            }
            let entry = self.flow_entry(parent);
            entries.push(entry);
            self.flow_gap(parent);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                None => return self.unclosed_map(start, entries),
                Some(_) => {
                    self.fail("`,` or `}` expected");
                    return self.unclosed_map(start, entries);
                }
            }
        }
        self.at += 1;
        self.content_end = self.at;
        if is_template(&entries)
            && self.byte(start + 1) == Some(b'{')
            && self.byte(self.at - 2) == Some(b'}')
        {
            self.out.problems.push(Problem {
                kind: ProblemKind::TemplateBraces,
                span: self.span(start, self.at),
                message: "template syntax `{{` in a plain YAML file".to_owned(),
                related: Vec::new(),
                help: Some(
                    "quote the whole value, or give the file a template's ending".to_owned(),
                ),
            });
        }
        self.finish_map(start, entries)
    }

    fn unclosed_map(&mut self, start: usize, entries: Vec<Entry>) -> Node {
        let span = self.span(start, start + 1);
        self.fail_at(span, "this brace is never closed", None, None);
        Node::map(self.span(start, self.at), entries)
    }

    fn flow_entry(&mut self, parent: isize) -> Entry {
        if self.peek() == Some(b'?') && self.ends_word(self.at + 1) {
            self.at += 1;
            self.flow_gap(parent);
        }
        let json_like = matches!(self.peek(), Some(b'"' | b'\'' | b'[' | b'{'));
        let key = self.flow_node(parent);
        let end = self.at;
        self.flow_gap(parent);
        if !self.flow_colon(json_like) {
            return Entry {
                key,
                value: self.null_at(end),
            };
        }
        self.at += 1;
        self.content_end = self.at;
        self.flow_gap(parent);
        let value = self.flow_node(parent);
        Entry { key, value }
    }

    // ---- scalars

    fn plain_may_start(&self, context: Context) -> bool {
        match self.peek() {
            Some(b'-' | b'?' | b':') => {
                let next = self.byte(self.at + 1);
                !self.ends_word(self.at + 1)
                    && (context != Context::Flow || !is_flow_indicator(next))
            }
            Some(
                b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
                | b'"' | b'%' | b'@' | b'`',
            )
            | None => false,
            Some(_) => true,
        }
    }

    /// End of the plain text that starts at `at` on this line, trailing white space left out.
    fn plain_line_end(&self, start: usize, context: Context) -> usize {
        let mut at = start;
        let mut end = start;
        while let Some(byte) = self.byte(at) {
            match byte {
                b'\n' | b'\r' => break,
                b' ' | b'\t' => {
                    at += 1;
                    continue;
                }
                b':' if self.ends_word(at + 1) => break,
                b':' if context == Context::Flow && is_flow_indicator(self.byte(at + 1)) => break,
                b'#' if at > 0 && is_blank(self.byte(at - 1)) => break,
                b',' | b'[' | b']' | b'{' | b'}' if context == Context::Flow => break,
                _ => {}
            }
            at += 1;
            end = at;
        }
        end
    }

    fn plain(&mut self, parent: isize, context: Context) -> Node {
        let start = self.at;
        if !self.plain_may_start(context) {
            self.bad_start();
            return self.null_at(start);
        }
        self.at = self.plain_line_end(start, context);
        let mut text: Option<String> = None;
        let mut end = self.at;
        while context != Context::BlockKey {
            let Some(breaks) = self.continuation(parent) else {
                break;
            };
            if matches!(self.peek(), Some(b'#')) {
                self.rewind(end);
                break;
            }
            let line = self.at;
            let line_end = self.plain_line_end(line, context);
            if line_end == line {
                self.rewind(end);
                break;
            }
            let text = text.get_or_insert_with(|| self.slice(start, end).to_owned());
            fold(text, breaks);
            text.push_str(self.slice(line, line_end));
            self.at = line_end;
            end = line_end;
        }
        self.content_end = end;
        let span = self.span(start, end);
        match text {
            Some(text) => Node::scalar(span, text, Style::Plain),
            None => Node::scalar(span, self.slice(start, end), Style::Plain),
        }
    }

    fn bad_start(&mut self) {
        let byte = self.peek().unwrap_or(b' ') as char;
        let (message, help) = match byte {
            '@' | '`' | '%' => (
                format!("a value cannot begin with `{byte}`"),
                Some("quote it"),
            ),
            '\t' => (
                "a tab in the indentation".to_owned(),
                Some("indent with spaces"),
            ),
            _ => (format!("`{byte}` is not expected here"), None),
        };
        self.fail_at(
            self.span(self.at, self.line_end(self.at)),
            message,
            None,
            help,
        );
    }

    /// Goes back to a position on an earlier line.
    fn rewind(&mut self, at: usize) {
        self.at = at;
        let before = self.bytes.get(..at).unwrap_or(&[]);
        self.line_start = before
            .iter()
            .rposition(|byte| matches!(byte, b'\n' | b'\r'))
            .map_or(0, |index| index + 1);
        let line = self.bytes.get(self.line_start..at).unwrap_or(&[]);
        self.indent = line.iter().take_while(|byte| **byte == b' ').count();
        self.fresh_line = false;
    }

    /// Whether the scalar goes on in a following line: moves to its text and returns the number of line breaks.
    fn continuation(&mut self, parent: isize) -> Option<usize> {
        let from = self.at;
        self.skip_blanks();
        let mut breaks = 0;
        while self.skip_break() {
            breaks += 1;
            self.read_indent();
            self.skip_blanks();
        }
        if breaks == 0 || self.at >= self.end {
            self.rewind(from);
            return None;
        }
        let marker = self.at == self.line_start && self.marker().is_some();
        if marker || (self.indent as isize) <= parent {
            self.rewind(from);
            return None;
        }
        Some(breaks)
    }

    /// A line break inside a quoted scalar: the text so far loses its trailing blanks, then the break is folded.
    fn quoted_break(
        &mut self,
        start: usize,
        text: &mut String,
        kept: usize,
        parent: isize,
        context: Context,
    ) {
        while text.len() > kept && text.ends_with([' ', '\t']) {
            text.pop();
        }
        if context == Context::BlockKey {
            return self.fail("a key must stand on one line");
        }
        match self.continuation(parent) {
            Some(breaks) => fold(text, breaks),
            None => self.unclosed_quote(start),
        }
    }

    fn unclosed_quote(&mut self, start: usize) {
        let span = self.span(start, self.line_end(start));
        self.at = self.line_end(self.at);
        self.fail_at(
            span,
            "this quote is never closed, or its next line is not indented enough",
            None,
            None,
        );
    }

    fn single_quoted(&mut self, parent: isize, context: Context) -> Node {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut from = self.at;
        loop {
            match self.peek() {
                None => {
                    self.unclosed_quote(start);
                    break;
                }
                Some(b'\'') if self.byte(self.at + 1) == Some(b'\'') => {
                    self.at += 2;
                    text.push_str(self.slice(from, self.at - 1));
                    from = self.at;
                }
                Some(b'\'') => break,
                Some(b'\n' | b'\r') => {
                    text.push_str(self.slice(from, self.at));
                    self.quoted_break(start, &mut text, 0, parent, context);
                    from = self.at;
                }
                Some(_) => self.at += 1,
            }
        }
        text.push_str(self.slice(from, self.at));
        self.at = (self.at + 1).min(self.end.max(self.at));
        self.content_end = self.at;
        Node::scalar(self.span(start, self.at), text, Style::Single)
    }

    fn double_quoted(&mut self, parent: isize, context: Context) -> Node {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut from = self.at;
        // Blanks that came from escapes are not trimmed at a line break.
        let mut kept = 0;
        loop {
            match self.peek() {
                None => {
                    self.unclosed_quote(start);
                    break;
                }
                Some(b'"') => break,
                Some(b'\\') => {
                    text.push_str(self.slice(from, self.at));
                    self.escape(start, &mut text, parent);
                    kept = text.len();
                    from = self.at;
                }
                Some(b'\n' | b'\r') => {
                    text.push_str(self.slice(from, self.at));
                    self.quoted_break(start, &mut text, kept, parent, context);
                    kept = text.len();
                    from = self.at;
                }
                Some(_) => self.at += 1,
            }
        }
        text.push_str(self.slice(from, self.at));
        self.at = (self.at + 1).min(self.end.max(self.at));
        self.content_end = self.at;
        Node::scalar(self.span(start, self.at), text, Style::Double)
    }

    fn escape(&mut self, quote: usize, text: &mut String, parent: isize) {
        let start = self.at;
        self.at += 1;
        let Some(byte) = self.peek() else { return };
        if is_break(Some(byte)) {
            match self.continuation(parent) {
                Some(breaks) => text.extend(std::iter::repeat_n('\n', breaks - 1)),
                None => self.unclosed_quote(quote),
            }
            return;
        }
        self.at += 1;
        let digits = match byte {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let escaped = match byte {
            b'0' => Some('\0'),
            b'a' => Some('\x07'),
            b'b' => Some('\x08'),
            b't' | b'\t' => Some('\t'),
            b'n' => Some('\n'),
            b'v' => Some('\x0b'),
            b'f' => Some('\x0c'),
            b'r' => Some('\r'),
            b'e' => Some('\x1b'),
            b' ' => Some(' '),
            b'"' => Some('"'),
            b'/' => Some('/'),
            b'\\' => Some('\\'),
            b'N' => Some('\u{85}'),
            b'_' => Some('\u{a0}'),
            b'L' => Some('\u{2028}'),
            b'P' => Some('\u{2029}'),
            b'x' | b'u' | b'U' => self.hex_escape(digits),
            _ => None,
        };
        match escaped {
            Some(escaped) => text.push(escaped),
            None => {
                let end = start
                    + 1
                    + self
                        .slice(start + 1, self.end)
                        .chars()
                        .next()
                        .map_or(0, char::len_utf8);
                self.at = end;
                let help = "use single quotes for text with backslashes, or double them";
                self.fail_at(
                    self.span(start, end),
                    "unknown escape in a double-quoted text",
                    None,
                    Some(help),
                );
            }
        }
    }

    fn hex_escape(&mut self, digits: usize) -> Option<char> {
        let code = u32::from_str_radix(self.text.get(self.at..self.at + digits)?, 16).ok()?;
        self.at += digits;
        if (0xd800..0xdc00).contains(&code) {
            // A surrogate pair, as JSON writes characters beyond the first plane.
            let low = self
                .text
                .get(self.at..self.at + 6)
                .and_then(|pair| pair.strip_prefix("\\u"));
            let low = low
                .and_then(|low| u32::from_str_radix(low, 16).ok())
                .filter(|low| (0xdc00..0xe000).contains(low));
            return Some(match low {
                Some(low) => {
                    self.at += 6;
                    char::from_u32(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00))?
                }
                None => '\u{fffd}',
            });
        }
        Some(char::from_u32(code).unwrap_or('\u{fffd}'))
    }

    fn block_scalar(&mut self, parent: isize) -> Node {
        let start = self.at;
        let literal = self.peek() == Some(b'|');
        self.at += 1;
        let (mut chomp, mut explicit) = (None, None);
        loop {
            match self.peek() {
                Some(byte @ (b'+' | b'-')) if chomp.is_none() => chomp = Some(byte),
                Some(byte @ b'1'..=b'9') if explicit.is_none() => {
                    explicit = Some(usize::from(byte - b'0'))
                }
                _ => break,
            }
            self.at += 1;
        }
        let spaced = self.skip_blanks();
        if self.peek() == Some(b'#') && spaced {
            let end = self.line_end(self.at);
            self.out.comments.push(Comment {
                span: self.span(self.at, end),
            });
            self.at = end;
        }
        let header_end = self.at;
        if self.at < self.end && !is_break(self.peek()) {
            self.fail("text after the header of a block scalar");
            return self.null_at(start);
        }
        self.skip_break();
        let least = (parent + 1).max(0) as usize;
        let indent = explicit.map(|width| parent.max(0) as usize + width);
        let lines = self.block_lines(indent, least);
        let end = lines.last().map_or(header_end, |line| line.1);
        let text = block_text(self.text, &lines, literal, chomp);
        let text_end = lines
            .iter()
            .rev()
            .find(|line| line.1 > line.0)
            .map_or(header_end, |line| line.1);
        // A kept trailing line belongs to the scalar, a clipped one does not.
        self.content_end = if chomp == Some(b'+') {
            end.max(header_end)
        } else {
            text_end
        };
        let style = if literal {
            Style::Literal
        } else {
            Style::Folded
        };
        Node::scalar(self.span(start, self.content_end), text, style)
    }

    /// The lines of a block scalar as byte ranges without indentation; the third tells whether a break follows.
    fn block_lines(
        &mut self,
        mut indent: Option<usize>,
        least: usize,
    ) -> Vec<(usize, usize, bool)> {
        let mut lines = Vec::new();
        let mut deepest_blank = 0;
        loop {
            if self.at >= self.end || self.marker().is_some() {
                break;
            }
            let line = self.at;
            let mut spaces = 0;
            while self.byte(line + spaces) == Some(b' ')
                && indent.is_none_or(|indent| spaces < indent)
            {
                spaces += 1;
            }
            let first = self.byte(line + spaces);
            let blank = first.is_none() || is_break(first);
            if !blank {
                let wanted = indent.unwrap_or(spaces);
                if spaces < wanted || spaces < least {
                    break;
                }
                if indent.is_none() && deepest_blank > spaces {
                    self.at = line + spaces;
                    self.fail("an empty line above has more spaces than the first line of this block scalar");
                    break;
                }
                indent = Some(spaces);
            } else if indent.is_none() {
                deepest_blank = deepest_blank.max(spaces);
            }
            let end = self.line_end(line + spaces);
            self.at = end;
            let broke = self.skip_break();
            lines.push((line + spaces, end, broke));
            if !broke {
                break;
            }
        }
        if self.at == self.line_start {
            self.fresh_line = true;
        }
        lines
    }

    // ---- end

    fn finish(mut self) -> Parsed {
        for (name, index) in std::mem::take(&mut self.lost_aliases) {
            let Some(problem) = self.out.problems.get_mut(index) else {
                continue;
            };
            let alias = problem.span;
            let Some((_, elsewhere)) = self.all_anchors.iter().find(|(anchor, _)| *anchor == name)
            else {
                continue;
            };
            let document = |span: &Span| {
                self.out
                    .documents
                    .iter()
                    .position(|document| document.span.contains(*span))
            };
            let (message, help) = if document(elsewhere) == document(&alias) {
                (
                    "the anchor comes only here, after the alias",
                    "define the anchor before its first use",
                )
            } else {
                (
                    "the anchor is in another document of this file",
                    "anchors do not reach across `---`: define it in this document too",
                )
            };
            problem.related.insert(0, (*elsewhere, message.to_owned()));
            problem.help = Some(help.to_owned());
        }
        self.out.problems.sort_by_key(|problem| problem.span);
        self.out.comments.sort_by_key(|comment| comment.span);
        self.out.comments.dedup();
        self.out
    }
}

fn is_flow_start(byte: Option<u8>) -> bool {
    matches!(byte, Some(b' ' | b'\t' | b'[' | b'{' | b',' | b':'))
}

/// Folds line breaks: one becomes a space, each further one stays.
fn fold(text: &mut String, breaks: usize) {
    match breaks {
        1 => text.push(' '),
        _ => text.extend(std::iter::repeat_n('\n', breaks - 1)),
    }
}

/// The text of a block scalar, folded and chomped.
fn block_text(
    source: &str,
    lines: &[(usize, usize, bool)],
    literal: bool,
    chomp: Option<u8>,
) -> String {
    let mut text = String::new();
    let mut breaks = 0;
    let mut previous_deeper = false;
    let mut any = false;
    for (start, end, broke) in lines {
        let line = source.get(*start..*end).unwrap_or("");
        if line.is_empty() {
            breaks += usize::from(*broke);
            continue;
        }
        let deeper = line.starts_with([' ', '\t']);
        if !any || literal || deeper || previous_deeper {
            text.extend(std::iter::repeat_n('\n', breaks + usize::from(any)));
        } else {
            fold(&mut text, breaks + 1);
        }
        text.push_str(line);
        (breaks, previous_deeper, any) = (0, deeper, true);
    }
    match chomp {
        Some(b'-') => {}
        Some(_) => text.extend(std::iter::repeat_n('\n', breaks + usize::from(any))),
        None if any => text.push('\n'),
        None => {}
    }
    text
}

/// The full name of a tag; `None` when its handle is not defined.
fn resolve_tag(word: &str, handles: &[(String, String)]) -> Option<String> {
    if let Some(verbatim) = word.strip_prefix("!<") {
        return Some(verbatim.trim_end_matches('>').to_owned());
    }
    let (handle, name) = match word.get(1..)?.find('!') {
        Some(at) => word.split_at(at + 2),
        None => word.split_at(1),
    };
    let defined = handles
        .iter()
        .rev()
        .find(|(known, _)| known == handle)
        .map(|(_, prefix)| prefix.as_str());
    match (defined, handle) {
        (Some(prefix), _) => Some(format!("{prefix}{name}")),
        (None, "!") => Some(word.to_owned()),
        (None, "!!") => Some(format!("tag:yaml.org,2002:{name}")),
        _ => None,
    }
}

/// The nodes and levels that a value stands for.
fn weight(node: &Node) -> (usize, usize) {
    let children = node
        .entries()
        .iter()
        .flat_map(|entry| [&entry.key, &entry.value])
        .chain(node.items());
    children.fold((1, 1), |(nodes, depth), child| {
        let (more, below) = weight(child);
        (nodes + more, depth.max(below + 1))
    })
}

fn is_merge(entry: &Entry) -> bool {
    let plain = entry
        .key
        .as_scalar()
        .is_some_and(|scalar| scalar.style == Style::Plain && scalar.text == "<<");
    plain && (entry.value.is_map() || entry.value.items().iter().any(Node::is_map))
}

/// Applies merge keys: own keys win, then the earlier of several merged mappings (YAML 1.1, type `merge`).
fn merged(entries: Vec<Entry>) -> Vec<Entry> {
    let (merges, mut own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_merge);
    for merge in &merges {
        let sources = std::iter::once(&merge.value).chain(merge.value.items());
        for entry in sources.flat_map(Node::entries) {
            let known = own.iter().any(|other| other.key.text() == entry.key.text());
            if !known {
                own.push(entry.clone());
            }
        }
    }
    own
}

/// The opening brace of a template engine that makes a line unreadable as YAML.
fn template_braces(line: &str) -> Option<&'static str> {
    ["{{", "{%", "#{", "#%"].into_iter().find(|brace| {
        line.find(brace).is_some_and(|at| {
            let quoted = line
                .get(..at)
                .is_some_and(|before| before.ends_with(['"', '\'']));
            let closing = match *brace {
                "{{" => "}}",
                "{%" => "%}",
                "#{" => "}#",
                _ => "%#",
            };
            !quoted && line.get(at..).is_some_and(|rest| rest.contains(closing))
        })
    })
}

/// `{{ name }}` read as YAML: a mapping whose only key is a mapping with one key, both without value.
fn is_template(entries: &[Entry]) -> bool {
    let lone = |entries: &[Entry]| matches!(entries, [entry] if entry.value.is_null());
    lone(entries)
        && entries
            .first()
            .is_some_and(|entry| entry.key.is_map() && lone(entry.key.entries()))
}
