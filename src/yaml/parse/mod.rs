//! A YAML 1.2 parser that builds nodes directly, without tokens or events in between.
//!
//! It follows the productions of the specification in one pass over the bytes. Each function reads one
//! construct and leaves `at` behind it. The first syntax error of a document moves `end` to the current
//! position, so that everything sees the end of the text and unwinds with what was read; the next document
//! is found by its marker.

mod block;
mod flow;
mod props;
mod scalar;

use super::{
    Comment, Document, Entry, MAX_DEPTH, MAX_NODES, Node, Parsed, Problem, ProblemKind, Props, Scalar, Style, Value,
    duplicates,
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

/// Most aliases of a file for which a similar anchor is looked for.
const MAX_SUGGESTIONS: usize = 100;

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
    /// Nodes so far, with aliases counted as what they stand for.
    nodes: usize,
    anchors: HashMap<SmolStr, Anchor>,
    /// Where each anchor name is first defined in the file, for suggestions.
    all_anchors: HashMap<SmolStr, Span>,
    tag_handles: Vec<(String, String)>,
    /// Entries and items of the collections that are being read, the innermost last: a finished collection takes its
    /// own off the end, so that it is allocated once and no larger than it is.
    entries: Vec<Entry>,
    items: Vec<Node>,
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

/// The first control character that YAML does not allow. Whole blocks without one are passed over at once.
fn control_character(bytes: &[u8]) -> Option<usize> {
    let is_control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f;
    let mut blocks = bytes.chunks(64);
    let block = blocks.position(|block| block.iter().fold(false, |any, byte| any | is_control(*byte)))?;
    let from = block * 64;
    bytes.iter().skip(from).position(|byte| is_control(*byte)).map(|at| from + at)
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
            all_anchors: HashMap::new(),
            tag_handles: Vec::new(),
            entries: Vec::new(),
            items: Vec::new(),
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
        if at < self.end { self.bytes.get(at).copied() } else { None }
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
        at + rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
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
            let spaced = self.at == self.line_start || is_blank(self.bytes.get(self.at - 1).copied());
            if self.peek() == Some(b'#') && spaced {
                let end = self.line_end(self.at);
                self.out.comments.push(Comment { span: self.span(self.at, end) });
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

    fn fail_at(&mut self, span: Span, message: impl Into<String>, related: Option<(Span, String)>, help: Option<&str>) {
        if self.end < self.text.len() && self.at >= self.end {
            return; // the document already broke: this is only an echo
        }
        let line = self.text.get(..span.start as usize).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
        let line_text = self.slice(line, self.line_end(line));
        let (kind, message, help) = match template_braces(line_text) {
            Some(brace) => (
                ProblemKind::Template,
                format!("template syntax `{brace}` in a plain YAML file"),
                Some("quote the whole value, or give the file a template's ending".to_owned()),
            ),
            None => (ProblemKind::Syntax, message.into(), help.map(str::to_owned)),
        };
        let problem = self.problem(span, message);
        problem.kind = kind;
        problem.related.extend(related);
        problem.help = help;
        self.end = self.at;
    }

    /// A fault that does not stop the reading.
    fn duplicate_keys(&mut self, entries: &[Entry]) {
        for (first, again) in duplicates(entries) {
            self.out.problems.push(Problem {
                kind: ProblemKind::DuplicateKey,
                span: again.span,
                message: format!("duplicate key `{}`", again.text().unwrap_or("")),
                related: vec![(first.span, "first defined here".to_owned())],
                help: Some(
                    "keep one of the two: most tools silently take the last, strict ones refuse the file".to_owned(),
                ),
            });
        }
    }

    // ---- documents

    fn stream(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = 3;
            self.line_start = 3;
        }
        if let Some(at) = control_character(self.bytes) {
            self.at = at;
            self.fail_at(self.span(at, at + 1), "control character in the text", None, Some("delete it"));
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
        let root = if explicit { self.block_node(-1, false, false) } else { self.block_node(-1, false, true) };
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
        self.out.documents.push(Document { root, span: self.span(start, self.at), broken: self.broken });
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
                ["%YAML", number] if !version && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
                    version = true
                }
                ["%YAML", ..] => {
                    return {
                        self.fail("malformed or repeated `%YAML` directive");
                        true
                    };
                }
                ["%TAG", handle, prefix] => self.tag_handles.push(((*handle).to_owned(), (*prefix).to_owned())),
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
            let what = if root.is_map() { "keys" } else { "list entries" };
            let first = root.entries().first().map_or(root.span, |entry| entry.key.span);
            let related = Some((first, format!("the document's {what} start in this column")));
            let dash = self.peek() == Some(b'-') && self.ends_word(self.at + 1);
            let message = if root.is_seq() && !dash && self.indent == 0 {
                "a key beside the entries of a list: a document is one or the other"
            } else {
                "this line belongs to nothing: its indentation matches no level above"
            };
            return self.fail_at(at, message, related, None);
        }
        self.fail_at(at, "text after the end of a value", None, None);
    }

    // ---- end

    fn finish(mut self) -> Parsed {
        for (name, index) in std::mem::take(&mut self.lost_aliases) {
            let Some(problem) = self.out.problems.get_mut(index) else { continue };
            let alias = problem.span;
            let Some(elsewhere) = self.all_anchors.get(&name) else { continue };
            let document = |span: &Span| self.out.documents.partition_point(|document| document.span.end <= span.start);
            let (message, help) = if document(elsewhere) == document(&alias) {
                ("the anchor comes only here, after the alias", "define the anchor before its first use")
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

/// The opening brace of a template engine that makes a line unreadable as YAML.
fn template_braces(line: &str) -> Option<&'static str> {
    ["{{", "{%", "#{", "#%"].into_iter().find(|brace| {
        line.find(brace).is_some_and(|at| {
            let quoted = line.get(..at).is_some_and(|before| before.ends_with(['"', '\'']));
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
