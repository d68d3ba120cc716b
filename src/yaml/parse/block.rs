//! Block mappings and sequences.

use super::*;

impl Parser<'_> {
    pub(super) fn enter(&mut self) -> bool {
        self.depth += 1;
        self.nodes += 1;
        if self.depth > MAX_DEPTH {
            self.fail(format!("nested deeper than {MAX_DEPTH} levels"));
            return false;
        }
        if self.nodes > MAX_NODES {
            self.fail(format!("more than {MAX_NODES} nodes in one file"));
            return false;
        }
        true
    }

    pub(super) fn null_at(&self, at: usize) -> Node {
        Node::null(self.span(at, at))
    }

    /// A node below something indented by `parent` columns (-1: the document). `list_at_parent`: a sequence may
    /// stand in the parent's column. `compact`: a mapping or sequence may begin on this line.
    pub(super) fn block_node(&mut self, parent: isize, list_at_parent: bool, compact: bool) -> Node {
        let here = self.at;
        let node = if self.enter() { self.block_content(parent, list_at_parent, compact) } else { self.null_at(here) };
        self.depth -= 1;
        node
    }

    pub(super) fn block_content(&mut self, parent: isize, list_at_parent: bool, mut compact: bool) -> Node {
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
                let node = if dash { self.block_seq(column) } else { self.block_map(column) };
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

    pub(super) fn not_on_this_line(&mut self, dash: bool) {
        let at = self.span(self.at, self.line_end(self.at));
        let (message, help) = if dash {
            ("a list cannot begin on the line of its key", "put the first `- ` on a line of its own")
        } else {
            (
                "a second key on the same line",
                "quote the value if it contains `: `, or put the key on a line of its own",
            )
        };
        self.fail_at(at, message, None, Some(help));
    }

    pub(super) fn tab(&mut self) {
        let mut start = self.at;
        while start > self.line_start && is_blank(self.bytes.get(start - 1).copied()) {
            start -= 1;
        }
        let span = self.span(start, self.at);
        self.fail_at(span, "a tab in the indentation", None, Some("indent with spaces: YAML allows no tabs here"));
    }

    /// After a value of a block collection only a comment may stand on the line.
    pub(super) fn end_of_value(&mut self, node: &Node) {
        let spaced = self.skip_blanks();
        match self.peek() {
            None | Some(b'\n' | b'\r') => {}
            Some(b'#') if spaced => {}
            Some(b':') if self.ends_word(self.at + 1) => {
                let multi_line = self.slice(node.span.start as usize, node.span.end as usize).contains('\n');
                let at = self.span(self.at, self.at + 1);
                if multi_line {
                    let line = self.span(self.line_start + self.indent, self.at);
                    let related =
                        Some((self.first_line(node.span), "it is read as a continuation of this value".to_owned()));
                    let glued = glued(self.slice(node.span.start as usize, self.line_end(node.span.start as usize)));
                    let help = glued.map(|mark| format!("put a space after `{mark}` there"));
                    let message = "unexpected key: its indentation does not match the lines above";
                    self.fail_at(line, message, related, help.as_deref());
                } else {
                    self.fail_at(
                        at,
                        "a second key on the same line",
                        None,
                        Some("quote the value if it contains `: `"),
                    );
                }
            }
            Some(_) => {
                let help = match self.bytes.get(node.span.start as usize) {
                    Some(b'\'') => Some("within single quotes, `\'\'` stands for one `\'`"),
                    Some(b'"') => {
                        Some("put the quotes around all of it; within double quotes, `\\\"` stands for one `\"`")
                    }
                    Some(b'[' | b'{') => Some("the bracket before it closes the value"),
                    _ => None,
                };
                let rest = self.span(self.at, self.line_end(self.at));
                self.fail_at(rest, "text after the end of a value", None, help);
            }
        }
    }

    pub(super) fn first_line(&self, span: Span) -> Span {
        let start = span.start as usize;
        self.span(start, self.line_end(start))
    }

    /// Whether an implicit key (`key:`) stands here: decided within this line, without moving.
    pub(super) fn key_ahead(&self) -> bool {
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

    pub(super) fn plain_key_ahead(&self, start: usize) -> bool {
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

    pub(super) fn word_end(&self, mut at: usize) -> usize {
        while !self.ends_word(at) {
            at += 1;
        }
        at
    }

    pub(super) fn double_end_on_line(&self, mut at: usize) -> Option<usize> {
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

    pub(super) fn single_end_on_line(&self, mut at: usize) -> Option<usize> {
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

    pub(super) fn flow_end_on_line(&self, mut at: usize) -> Option<usize> {
        let mut depth = 0usize;
        loop {
            match self.byte(at)? {
                b'\n' | b'\r' => return None,
                b'"' if is_flow_start(self.byte(at.wrapping_sub(1))) => at = self.double_end_on_line(at)? - 1,
                b'\'' if is_flow_start(self.byte(at.wrapping_sub(1))) => at = self.single_end_on_line(at)? - 1,
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

    pub(super) fn block_seq(&mut self, column: usize) -> Node {
        let start = self.at;
        let first = self.items.len();
        loop {
            self.at += 1;
            self.content_end = self.at;
            self.fresh_line = false;
            let item = self.block_node(column as isize, false, true);
            self.items.push(item);
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
        let items = self.items.drain(first..).collect();
        Node::seq(self.span(start, self.content_end), items)
    }

    pub(super) fn misaligned(&mut self, first: usize, what: &str) {
        let related = Some((self.span(first, self.word_end(first)), what.to_owned()));
        let span = self.span(self.at, self.line_end(self.at));
        self.fail_at(span, "wrong indentation: this line is deeper than the ones it belongs to", related, None);
    }

    pub(super) fn block_map(&mut self, column: usize) -> Node {
        let start = self.at;
        let first = self.entries.len();
        loop {
            let entry = self.block_entry(column);
            self.entries.push(entry);
            self.skip_to_content();
            if self.document_ends() || self.indent < column {
                break;
            }
            if self.indent > column {
                self.misplaced(start);
                break;
            }
            if self.tabbed {
                self.tab();
                break;
            }
            let question = self.peek() == Some(b'?') && self.ends_word(self.at + 1);
            if !question && !self.key_ahead() {
                let dash = self.peek() == Some(b'-') && self.ends_word(self.at + 1);
                if !dash || self.entries.last().is_some_and(|entry| !entry.value.is_seq()) {
                    self.not_a_key();
                } else {
                    self.misaligned(start, "the keys of this mapping start in this column");
                }
                break;
            }
        }
        self.finish_map(start, first)
    }

    /// A line deeper than the keys of its mapping, after the value of the last.
    fn misplaced(&mut self, first: usize) {
        let dash = self.peek() == Some(b'-') && self.ends_word(self.at + 1);
        let (message, help) = match self.entries.last().map(|entry| &entry.value) {
            Some(value)
                if matches!(value.as_scalar().map(|scalar| scalar.style), Some(Style::Literal | Style::Folded)) =>
            {
                (
                    "this line belongs to no text: it is indented less than the block scalar above it",
                    "indent it as far as the first line of the block scalar",
                )
            }
            Some(value) if value.is_seq() && !dash => (
                "wrong indentation: this line is no entry of the list above it",
                "begin it with `- `, or indent it as far as the text of the entry that it belongs to",
            ),
            _ => return self.misaligned(first, "the keys of this mapping start in this column"),
        };
        let related = self.entries.last().map(|entry| (entry.key.span, "the value of this key ends above".to_owned()));
        self.fail_at(self.span(self.at, self.line_end(self.at)), message, related, Some(help));
    }

    /// A line among the entries of a mapping that is none; the last entry is on top.
    pub(super) fn not_a_key(&mut self) {
        let end = self.line_end(self.at);
        let line = self.slice(self.at, end).trim_end();
        let (message, help) = match glued(line) {
            Some("-") => ("no space after `-`".to_owned(), "write a space between the dash and the entry"),
            Some(key) => (format!("no space after `{key}`"), "write a space between the colon and the value"),
            None if line.starts_with("- ") => (
                "a list entry among the keys of a mapping".to_owned(),
                "drop the `- `, or put it under a key of its own",
            ),
            None => (
                "a key is expected here, but the line has no `:`".to_owned(),
                "indent it if it continues the value above",
            ),
        };
        let related = self.entries.last().map(|entry| (entry.key.span, "after this key".to_owned()));
        self.fail_at(self.span(self.at, end), message, related, Some(help));
    }

    /// A mapping of the entries from `first` on; reports duplicate keys and applies merge keys.
    pub(super) fn finish_map(&mut self, start: usize, first: usize) -> Node {
        let entries: Vec<Entry> = self.entries.drain(first..).collect();
        self.duplicate_keys(&entries);
        let entries = if entries.iter().any(is_merge) { merged(entries) } else { entries };
        Node::map(self.span(start, self.content_end), entries)
    }

    pub(super) fn block_entry(&mut self, column: usize) -> Entry {
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
            return Entry { key, value: self.null_at(self.at) };
        }
        self.at += 1;
        self.content_end = self.at;
        let value = self.block_node(column as isize, true, false);
        Entry { key, value }
    }

    pub(super) fn explicit_entry(&mut self, column: usize) -> Entry {
        self.at += 1;
        self.content_end = self.at;
        self.fresh_line = false;
        let key = self.block_node(column as isize, true, true);
        self.skip_to_content();
        let colon = self.peek() == Some(b':') && self.ends_word(self.at + 1);
        if self.document_ends() || !colon || self.indent != column || self.column() != column {
            return Entry { key, value: self.null_at(self.content_end) };
        }
        self.at += 1;
        self.content_end = self.at;
        self.fresh_line = false;
        let value = self.block_node(column as isize, true, true);
        Entry { key, value }
    }
}

fn is_flow_start(byte: Option<u8>) -> bool {
    matches!(byte, Some(b' ' | b'\t' | b'[' | b'{' | b',' | b':'))
}

fn is_merge(entry: &Entry) -> bool {
    let plain = entry.key.as_scalar().is_some_and(|scalar| scalar.style == Style::Plain && scalar.text == "<<");
    plain && (entry.value.is_map() || entry.value.items().iter().any(Node::is_map))
}

/// Applies merge keys: own keys win, then the earlier of several merged mappings (YAML 1.1, type `merge`).
fn merged(entries: Vec<Entry>) -> Vec<Entry> {
    let (merges, mut own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_merge);
    let name = |entry: &Entry| entry.key.text().map(SmolStr::new);
    let mut known: HashSet<Option<SmolStr>> = own.iter().map(name).collect();
    for merge in &merges {
        let sources = std::iter::once(&merge.value).chain(merge.value.items());
        for entry in sources.flat_map(Node::entries) {
            if known.insert(name(entry)) {
                own.push(entry.clone());
            }
        }
    }
    own
}

/// What a space is missing after: the `-` of `-entry`, the `key:` of `key:value`.
fn glued(line: &str) -> Option<&str> {
    let line = line.trim_end();
    if line.starts_with('-') && line.get(1..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric)) {
        return line.get(..1);
    }
    let colon = line
        .find(':')
        .filter(|colon| line.get(colon + 1..).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')))?;
    let key = line.get(..colon).filter(|key| !key.contains([' ', '/', '"']))?;
    line.get(..=key.len())
}
