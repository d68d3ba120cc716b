//! Plain, quoted and block scalars.

use super::*;
use crate::yaml::escaped;

impl Parser<'_> {
    pub(super) fn plain_may_start(&self, context: Context) -> bool {
        match self.peek() {
            Some(b'-' | b'?' | b':') => {
                let next = self.byte(self.at + 1);
                !self.ends_word(self.at + 1) && (context != Context::Flow || !is_flow_indicator(next))
            }
            Some(
                b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@'
                | b'`',
            )
            | None => false,
            Some(_) => true,
        }
    }

    /// End of the plain text that starts at `at` on this line, trailing white space left out.
    pub(super) fn plain_line_end(&self, start: usize, context: Context) -> usize {
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

    pub(super) fn plain(&mut self, parent: isize, context: Context) -> Node {
        let start = self.at;
        if !self.plain_may_start(context) {
            self.bad_start();
            return self.null_at(start);
        }
        self.at = self.plain_line_end(start, context);
        let mut text: Option<String> = None;
        let mut end = self.at;
        let one_line = context == Context::BlockKey;
        while let Some(breaks) = if one_line { None } else { self.continuation(parent) } {
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

    pub(super) fn bad_start(&mut self) {
        let byte = self.peek().unwrap_or(b' ') as char;
        let (message, help) = match byte {
            '`' => ("a value cannot begin with a backtick".to_owned(), Some("quote it")),
            '@' | '%' => (format!("a value cannot begin with `{byte}`"), Some("quote it")),
            '\t' => ("a tab in the indentation".to_owned(), Some("indent with spaces")),
            _ => (format!("`{byte}` is not expected here"), None),
        };
        self.fail_at(self.span(self.at, self.line_end(self.at)), message, None, help);
    }

    /// Goes back to a position on an earlier line.
    pub(super) fn rewind(&mut self, at: usize) {
        self.at = at;
        let before = self.bytes.get(..at).unwrap_or(&[]);
        self.line_start = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |index| index + 1);
        let line = self.bytes.get(self.line_start..at).unwrap_or(&[]);
        self.indent = line.iter().take_while(|byte| **byte == b' ').count();
        self.fresh_line = false;
    }

    /// Whether the scalar goes on in a following line: moves to its text and returns the number of line breaks.
    pub(super) fn continuation(&mut self, parent: isize) -> Option<usize> {
        if self.next_line_ends(parent) {
            return None;
        }
        let from = self.at;
        self.skip_blanks();
        let mut breaks = 0;
        while self.skip_break() {
            breaks += 1;
            self.read_indent();
            self.skip_blanks();
        }
        if breaks == 0 {
            self.at = from;
            return None;
        }
        if self.at >= self.end {
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

    /// Whether the very next line has content that is not indented enough to go on: what nearly every scalar meets,
    /// told without moving.
    fn next_line_ends(&self, parent: isize) -> bool {
        let mut at = self.at;
        while is_blank(self.byte(at)) {
            at += 1;
        }
        match self.byte(at) {
            Some(b'\n') => {}
            Some(b'\r') => return false,
            _ => return true,
        }
        let line = at + 1;
        at = line;
        while self.byte(at) == Some(b' ') {
            at += 1;
        }
        let content = self.byte(at).is_some_and(|byte| !matches!(byte, b'\t' | b'\n' | b'\r'));
        content && ((at - line) as isize) <= parent
    }

    /// A line break inside a quoted scalar: the text so far loses its trailing blanks, then the break is folded.
    pub(super) fn quoted_break(
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

    pub(super) fn unclosed_quote(&mut self, start: usize) {
        let span = self.span(start, self.line_end(start));
        self.at = self.line_end(self.at);
        self.fail_at(span, "this quote is never closed, or its next line is not indented enough", None, None);
    }

    pub(super) fn single_quoted(&mut self, parent: isize, context: Context) -> Node {
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

    pub(super) fn double_quoted(&mut self, parent: isize, context: Context) -> Node {
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

    pub(super) fn escape(&mut self, quote: usize, text: &mut String, parent: isize) {
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
                let end = start + 1 + self.slice(start + 1, self.end).chars().next().map_or(0, char::len_utf8);
                self.at = end;
                let help = "use single quotes for text with backslashes, or double them";
                self.fail_at(self.span(start, end), "unknown escape in a double-quoted text", None, Some(help));
            }
        }
    }

    pub(super) fn hex_escape(&mut self, digits: usize) -> Option<char> {
        let code = u32::from_str_radix(self.text.get(self.at..self.at + digits)?, 16).ok()?;
        self.at += digits;
        let (letter, more) = escaped(code, self.text.get(self.at..).unwrap_or(""));
        self.at += more;
        Some(letter)
    }

    pub(super) fn block_scalar(&mut self, parent: isize) -> Node {
        let start = self.at;
        let literal = self.peek() == Some(b'|');
        self.at += 1;
        let (mut chomp, mut explicit) = (None, None);
        loop {
            match self.peek() {
                Some(byte @ (b'+' | b'-')) if chomp.is_none() => chomp = Some(byte),
                Some(byte @ b'1'..=b'9') if explicit.is_none() => explicit = Some(usize::from(byte - b'0')),
                _ => break,
            }
            self.at += 1;
        }
        let spaced = self.skip_blanks();
        if self.peek() == Some(b'#') && spaced {
            let end = self.line_end(self.at);
            self.out.comments.push(Comment { span: self.span(self.at, end) });
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
        let text_end = lines.iter().rev().find(|line| line.1 > line.0).map_or(header_end, |line| line.1);
        // A kept trailing line belongs to the scalar, a clipped one does not.
        self.content_end = if chomp == Some(b'+') { end.max(header_end) } else { text_end };
        let style = if literal { Style::Literal } else { Style::Folded };
        Node::scalar(self.span(start, self.content_end), text, style)
    }

    /// The lines of a block scalar as byte ranges without indentation; the third tells whether a break follows.
    pub(super) fn block_lines(&mut self, mut indent: Option<usize>, least: usize) -> Vec<(usize, usize, bool)> {
        let mut lines = Vec::new();
        let mut deepest_blank = 0;
        loop {
            if self.at >= self.end || self.marker().is_some() {
                break;
            }
            let line = self.at;
            let mut spaces = 0;
            while self.byte(line + spaces) == Some(b' ') && indent.is_none_or(|indent| spaces < indent) {
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
}

/// Folds line breaks: one becomes a space, each further one stays.
fn fold(text: &mut String, breaks: usize) {
    match breaks {
        1 => text.push(' '),
        _ => text.extend(std::iter::repeat_n('\n', breaks - 1)),
    }
}

/// The text of a block scalar, folded and chomped.
fn block_text(source: &str, lines: &[(usize, usize, bool)], literal: bool, chomp: Option<u8>) -> String {
    let mut text = String::new();
    let mut breaks = 0;
    let mut previous_deeper = false;
    let mut any = false;
    // Whether a break ends the last line: at the end of a file without one there is none to keep, save after blanks.
    let mut ended = false;
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
        (breaks, previous_deeper, any, ended) = (0, deeper, true, *broke || line.trim().is_empty());
    }
    match chomp {
        Some(b'-') => {}
        Some(_) => text.extend(std::iter::repeat_n('\n', breaks + usize::from(ended))),
        None if ended => text.push('\n'),
        None => {}
    }
    text
}
