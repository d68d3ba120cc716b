//! JSON and JSON5 to the same nodes as YAML: comments, trailing commas, single quotes, bare keys.

use super::{Comment, Document, Entry, MAX_DEPTH, Node, Parsed, Problem, ProblemKind, Style, duplicates, escaped};
use crate::source::{FileId, Span};

/// Parses JSON or JSON5 (the superset of the JSON5 specification that Renovate reads).
pub fn parse_json(file: FileId, text: &str) -> Parsed {
    let mut reader = Reader {
        file,
        text,
        bytes: text.as_bytes(),
        at: 0,
        depth: 0,
        entries: Vec::new(),
        items: Vec::new(),
        out: Parsed::default(),
    };
    if text.starts_with('\u{feff}') {
        reader.at = 3;
    }
    let root = reader.document();
    let broken = root.is_none();
    if let Some(root) = root.or_else(|| broken.then(|| Node::null(reader.span(0, 0)))) {
        let span = reader.span(0, text.len());
        reader.out.documents.push(Document { root, span, broken });
    }
    reader.out.problems.sort_by_key(|problem| problem.span);
    reader.out
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    /// Of the collections that are being read, the innermost last: a finished one takes its own off the end.
    entries: Vec<Entry>,
    items: Vec<Node>,
    out: Parsed,
}

impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Reports a syntax error; the first ends the reading.
    fn fail<T>(&mut self, start: usize, message: &str) -> Option<T> {
        let start = self.text.floor_char_boundary(start);
        let end = self.text.ceil_char_boundary(start + 1);
        let (span, message) = (self.span(start, end), message.to_owned());
        self.out.problems.push(Problem { kind: ProblemKind::Syntax, span, message, related: Vec::new(), help: None });
        None
    }

    fn document(&mut self) -> Option<Node> {
        self.gap()?;
        if self.at >= self.text.len() {
            return Some(Node::null(self.span(0, 0)));
        }
        let root = self.value()?;
        self.gap()?;
        if self.at < self.text.len() {
            return self.fail(self.at, "text after the end of the value");
        }
        Some(root)
    }

    /// White space and comments.
    fn gap(&mut self) -> Option<()> {
        loop {
            let rest = self.text.get(self.at..)?;
            let space = rest.len() - rest.trim_start().len();
            self.at += space;
            let rest = rest.get(space..)?;
            let length = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                match rest.find("*/") {
                    Some(end) => end + 2,
                    None => return self.fail(self.at, "this comment is never closed"),
                }
            } else {
                return Some(());
            };
            self.out.comments.push(Comment { span: self.span(self.at, self.at + length) });
            self.at += length;
        }
    }

    fn value(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail(self.at, "nested too deep");
        }
        let node = match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(quote @ (b'"' | b'\'')) => self.string(quote),
            Some(_) => self.word(),
            None => self.fail(self.at.saturating_sub(1), "a value is missing at the end of the text"),
        };
        self.depth -= 1;
        node
    }

    fn object(&mut self) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let first = self.entries.len();
        loop {
            self.gap()?;
            if self.peek() == Some(b'}') {
                break;
            }
            let key = match self.peek() {
                Some(quote @ (b'"' | b'\'')) => self.string(quote)?,
                Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') => self.word()?,
                _ => return self.fail(self.at.min(self.text.len()), "a key or `}` expected"),
            };
            self.gap()?;
            if self.peek() != Some(b':') {
                return self.fail(self.at, "`:` expected after a key");
            }
            self.at += 1;
            self.gap()?;
            let value = self.value()?;
            self.entries.push(Entry { key, value });
            if !self.separator(b'}')? {
                break;
            }
        }
        self.at += 1;
        let entries: Vec<Entry> = self.entries.drain(first..).collect();
        self.duplicate_keys(&entries);
        Some(Node::map(self.span(start, self.at), entries))
    }

    fn duplicate_keys(&mut self, entries: &[Entry]) {
        self.out.problems.extend(duplicates(entries).into_iter().map(|(first, again)| Problem {
            kind: ProblemKind::DuplicateKey,
            span: again.span,
            message: format!("duplicate key `{}`", again.text().unwrap_or("")),
            related: vec![(first.span, "first defined here".to_owned())],
            help: Some("keep one of the two: the last silently wins".to_owned()),
        }));
    }

    fn array(&mut self) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let first = self.items.len();
        loop {
            self.gap()?;
            if self.peek() == Some(b']') {
                break;
            }
            let item = self.value()?;
            self.items.push(item);
            if !self.separator(b']')? {
                break;
            }
        }
        self.at += 1;
        let items = self.items.drain(first..).collect();
        Some(Node::seq(self.span(start, self.at), items))
    }

    /// A comma, or the closing bracket, which is left to read. True after a comma.
    fn separator(&mut self, close: u8) -> Option<bool> {
        self.gap()?;
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Some(true)
            }
            Some(byte) if byte == close => Some(false),
            _ => self.fail(self.at.min(self.text.len().saturating_sub(1)), "`,` or a closing bracket expected"),
        }
    }

    fn string(&mut self, quote: u8) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut from = self.at;
        loop {
            match self.peek() {
                None | Some(b'\n') => return self.fail(start, "this quote is never closed"),
                Some(byte) if byte == quote => break,
                Some(b'\\') => {
                    text.push_str(self.text.get(from..self.at)?);
                    self.at += 1;
                    let escaped = self.text.get(self.at..)?.chars().next()?;
                    self.at += escaped.len_utf8();
                    match escaped {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'r' => text.push('\r'),
                        'b' => text.push('\x08'),
                        'f' => text.push('\x0c'),
                        'v' => text.push('\x0b'),
                        '0' => text.push('\0'),
                        'u' => text.push(self.hex(4)?),
                        'x' => text.push(self.hex(2)?),
                        '\n' => {}
                        '\r' if self.peek() == Some(b'\n') => self.at += 1,
                        other => text.push(other),
                    }
                    from = self.at;
                }
                Some(_) => self.at += 1,
            }
        }
        text.push_str(self.text.get(from..self.at)?);
        self.at += 1;
        let style = if quote == b'"' { Style::Double } else { Style::Single };
        Some(Node::scalar(self.span(start, self.at), text, style))
    }

    fn hex(&mut self, digits: usize) -> Option<char> {
        let code = self.text.get(self.at..self.at + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(code) = code else { return self.fail(self.at, "malformed escape") };
        self.at += digits;
        let (letter, more) = escaped(code, self.text.get(self.at..).unwrap_or(""));
        self.at += more;
        Some(letter)
    }

    /// A number, `true`, `null` or a bare key.
    fn word(&mut self) -> Option<Node> {
        let start = self.at;
        let word =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'+' | b'-' | b'.') || byte >= 0x80;
        while self.peek().is_some_and(word) {
            self.at += 1;
        }
        if self.at == start {
            return self.fail(start, "a value expected");
        }
        Some(Node::scalar(self.span(start, self.at), self.text.get(start..self.at)?, Style::Plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_json5() {
        let parsed = parse_json(FileId(0), "// c\n{a: 'x', \"b\": [1, 2,], $c: null, /* d */ }");
        let root = &parsed.documents[0].root;
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        assert_eq!(root.text_at(&["a"]), Some("x"));
        assert_eq!(root.items_at(&["b"]).len(), 2);
        assert!(root.get("$c").is_some_and(Node::is_null));
        assert_eq!(parsed.comments.len(), 2);
    }

    #[test]
    fn broken_json_is_one_problem() {
        for text in ["{", "{a}", "[1 2]", "{\"a\": }", "\"\\u12", "{a: 1} x", "[", "/*"] {
            let parsed = parse_json(FileId(0), text);
            assert_eq!(parsed.problems.len(), 1, "{text}: {:?}", parsed.problems);
            assert!(parsed.documents[0].broken, "{text}");
        }
    }
}
