//! `[ ]` and `{ }`.

use super::*;

impl Parser<'_> {
    /// A scalar, alias or flow collection. `parent`: continuation lines are indented more than this.
    pub(super) fn flow_content(&mut self, parent: isize, context: Context, props: Option<Box<Props>>) -> Node {
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
    pub(super) fn flow_gap(&mut self, parent: isize) -> bool {
        let start = self.at;
        let crossed = self.skip_to_content();
        if crossed && self.at < self.end {
            if self.marker().is_some() {
                self.fail("a document marker inside `[ ]` or `{ }`: a closing bracket is missing");
            } else if (self.indent as isize) <= parent && !matches!(self.peek(), Some(b']' | b'}')) {
                // A closing bracket below its key is no YAML 1.2 either, but common, and every reader takes it.
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
    pub(super) fn flow_colon(&self, adjacent: bool) -> bool {
        self.peek() == Some(b':')
            && (adjacent || self.ends_word(self.at + 1) || is_flow_indicator(self.byte(self.at + 1)))
    }

    pub(super) fn flow_node(&mut self, parent: isize) -> Node {
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

    pub(super) fn flow_seq(&mut self, parent: isize) -> Node {
        let start = self.at;
        self.at += 1;
        let first = self.items.len();
        loop {
            self.flow_gap(parent);
            match self.peek() {
                Some(b']') => break,
                None => return self.unclosed(start, first),
                Some(b',') => {
                    self.fail("an empty entry: two commas in a row, or one at the start");
                    return self.unclosed(start, first);
                }
                _ => {}
            }
            let item = self.flow_item(parent);
            self.items.push(item);
            self.flow_gap(parent);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                None => return self.unclosed(start, first),
                Some(_) => {
                    self.fail("`,` or `]` expected");
                    return self.unclosed(start, first);
                }
            }
        }
        self.at += 1;
        self.content_end = self.at;
        self.finish_seq(start, first)
    }

    fn finish_seq(&mut self, start: usize, first: usize) -> Node {
        let items = self.items.drain(first..).collect();
        Node::seq(self.span(start, self.at), items)
    }

    pub(super) fn unclosed(&mut self, start: usize, first: usize) -> Node {
        let span = self.span(start, start + 1);
        self.fail_at(span, "this bracket is never closed", None, None);
        self.finish_seq(start, first)
    }

    /// An entry of a flow sequence: a node, or a mapping of one pair.
    pub(super) fn flow_item(&mut self, parent: isize) -> Node {
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
        Node::map(self.span(start, self.content_end), vec![Entry { key, value }])
    }

    pub(super) fn flow_map(&mut self, parent: isize) -> Node {
        let start = self.at;
        self.at += 1;
        let first = self.entries.len();
        loop {
            self.flow_gap(parent);
            match self.peek() {
                Some(b'}') => break,
                None => return self.unclosed_map(start, first),
                Some(b',') => {
                    self.fail("an empty entry: two commas in a row, or one at the start");
                    return self.unclosed_map(start, first);
                }
                _ => {}
            }
            let entry = self.flow_entry(parent);
            self.entries.push(entry);
            self.flow_gap(parent);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                None => return self.unclosed_map(start, first),
                Some(_) => {
                    self.fail("`,` or `}` expected");
                    return self.unclosed_map(start, first);
                }
            }
        }
        self.at += 1;
        self.content_end = self.at;
        let adjacent = self.byte(start + 1) == Some(b'{') && self.byte(self.at - 2) == Some(b'}');
        let entries = self.entries.get(first..).unwrap_or(&[]);
        if is_template(entries) && (adjacent || names_a_field(entries)) {
            self.out.problems.push(Problem {
                kind: ProblemKind::TemplateBraces,
                span: self.span(start, self.at),
                message: "template syntax `{{` in a plain YAML file".to_owned(),
                related: Vec::new(),
                help: Some("quote the whole value, or give the file a template's ending".to_owned()),
            });
        }
        self.finish_map(start, first)
    }

    pub(super) fn unclosed_map(&mut self, start: usize, first: usize) -> Node {
        let span = self.span(start, start + 1);
        self.fail_at(span, "this brace is never closed", None, None);
        let entries = self.entries.drain(first..).collect();
        Node::map(self.span(start, self.at), entries)
    }

    pub(super) fn flow_entry(&mut self, parent: isize) -> Entry {
        if self.peek() == Some(b'?') && self.ends_word(self.at + 1) {
            self.at += 1;
            self.flow_gap(parent);
        }
        let json_like = matches!(self.peek(), Some(b'"' | b'\'' | b'[' | b'{'));
        let key = self.flow_node(parent);
        let end = self.at;
        self.flow_gap(parent);
        if !self.flow_colon(json_like) {
            return Entry { key, value: self.null_at(end) };
        }
        self.at += 1;
        self.content_end = self.at;
        self.flow_gap(parent);
        let value = self.flow_node(parent);
        Entry { key, value }
    }
}

/// `{{ name }}` read as YAML: a mapping whose only key is a mapping with one key, both without value.
fn is_template(entries: &[Entry]) -> bool {
    let lone = |entries: &[Entry]| matches!(entries, [entry] if entry.value.is_null());
    lone(entries) && entries.first().is_some_and(|entry| entry.key.is_map() && lone(entry.key.entries()))
}

/// `{ { .Values.name } }`: what a formatter makes of a template.
fn names_a_field(entries: &[Entry]) -> bool {
    let inner = entries.first().and_then(|entry| entry.key.entries().first());
    inner.and_then(|entry| entry.key.text()).is_some_and(|text| text.starts_with('.'))
}
