//! Tabs that YAML 1.2 allows and go-yaml refuses: kustomize, Flux, kubectl and Helm read with it.

use super::{Node, Parsed, Style, Value};
use crate::source::Span;

/// The first tab at the start of a line that go-yaml refuses, as measured with v3. `text` is what was parsed.
pub fn refused_tab(text: &str, parsed: &Parsed) -> Option<usize> {
    memchr::memchr(b'\t', text.as_bytes())?;
    let mut pieces = Vec::new();
    parsed.documents.iter().for_each(|document| collect(text, &document.root, 0, &mut pieces));
    pieces.sort_by_key(|piece| piece.span.start);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((at, in_entry)) = leading_tab(line)
            && is_refused(text, parsed, &pieces, start, start + at, in_entry)
        {
            return Some(start + at);
        }
        start += line.len();
    }
    None
}

/// A scalar, or a collection in brackets.
struct Piece {
    span: Span,
    /// How it is written; nothing for a collection or an alias.
    style: Option<Style>,
    /// Columns that a line must be indented to belong to it.
    indent: usize,
}

/// The pieces of a node inside a block that wants its scalars to be indented so far.
fn collect(text: &str, node: &Node, indent: usize, pieces: &mut Vec<Piece>) {
    let first = text.as_bytes().get(node.span.start as usize);
    let style = match &node.value {
        _ if matches!(first, Some(b'*')) => None,
        Value::Scalar(scalar) if node.span.start == node.span.end && scalar.text.is_empty() => return,
        Value::Scalar(scalar) => Some(scalar.style),
        _ if matches!(first, Some(b'[' | b'{')) => None,
        _ => {
            let indent = column(text, node.span.start as usize) + 1;
            for entry in node.entries() {
                collect(text, &entry.key, indent, pieces);
                collect(text, &entry.value, indent, pieces);
            }
            return node.items().iter().for_each(|item| collect(text, item, indent, pieces));
        }
    };
    pieces.push(Piece { span: node.span, style, indent });
}

fn column(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(&[]);
    at - memchr::memrchr(b'\n', before).map_or(0, |line| line + 1)
}

/// The first tab before the content of a line, and whether it stands behind the dash of an entry.
fn leading_tab(line: &str) -> Option<(usize, bool)> {
    let bytes = line.as_bytes();
    let mut dash = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b' ' => {}
            b'\t' => return Some((at, dash)),
            b'-' if matches!(bytes.get(at + 1), Some(b' ' | b'\t')) => dash = true,
            _ => return None,
        }
    }
    None
}

fn is_refused(text: &str, parsed: &Parsed, pieces: &[Piece], line: usize, tab: usize, in_entry: bool) -> bool {
    let before = pieces.partition_point(|piece| (piece.span.start as usize) < line);
    let Some(piece) = before.checked_sub(1).and_then(|last| pieces.get(last)) else { return true };
    let end = piece.span.end as usize;
    let between = text.get(end..line).unwrap_or("");
    let mut comments = parsed.comments.iter().map(|comment| comment.span.start as usize);
    match piece.style {
        Some(Style::Literal | Style::Folded) => {
            let ended = !between.trim().is_empty();
            ended || content_indent(text, piece, line).is_none_or(|indent| tab - line < indent)
        }
        _ if tab < end && piece.style != Some(Style::Plain) => false,
        _ if in_entry && tab >= end => true,
        // It may go on below, so its own indentation counts until something else follows.
        Some(Style::Plain) if between.trim().is_empty() && !comments.any(|at| end <= at && at < line) => {
            tab - line < piece.indent
        }
        // A comment may go on below another one, however it is indented.
        _ => !(is_comment(text, tab) && is_comment(text, line_before(text, line))),
    }
}

/// Columns before the text of a block scalar; nothing where this line may be the one that tells.
fn content_indent(text: &str, piece: &Piece, line: usize) -> Option<usize> {
    let scalar = text.get(piece.span.start as usize..)?;
    let (header, body) = scalar.split_once('\n')?;
    let explicit = header.split('#').next()?.chars().find_map(|letter| letter.to_digit(10));
    if let Some(columns) = explicit {
        return Some(piece.indent.saturating_sub(1) + columns as usize);
    }
    let mut start = piece.span.start as usize + header.len() + 1;
    let first = body.split_inclusive('\n').find(|line| {
        start += line.len();
        !line.trim().is_empty()
    })?;
    let told = start - first.len() < line;
    told.then(|| first.bytes().take_while(|byte| *byte == b' ').count())
}

/// Where the line above one begins.
fn line_before(text: &str, line: usize) -> usize {
    let above = text.get(..line.saturating_sub(1)).unwrap_or("");
    above.rfind('\n').map_or(0, |at| at + 1)
}

/// Whether a line holds nothing but a comment from here on.
fn is_comment(text: &str, from: usize) -> bool {
    text.get(from..).is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::source::FileId;

    #[test]
    fn tabs_are_refused_where_go_yaml_refuses_them() {
        let refused = [
            "a: b\n\t\nc: d\n",
            "d:\n  a: b\n\t\n  c: d\n",
            "d:\n  a: b\n  \t\n  c: d\n",
            "a: \"b\"\n\t\nc: d\n",
            "a: 'b'\n \t\nc: d\n",
            "a: [b]\n\t\nc: d\n",
            "a:\n\t\n  c: d\n",
            "a:\n  \t\n  c: d\n",
            "a: b\n\t# c\nc: d\n",
            "a:\n  \t# c\n  c: d\n",
            "\t\na: b\n",
            "\t# c\na: b\n",
            "a: b\n\t",
            "a: 'b'\n\t",
            "a: |\n  x\n\t\n  y\nc: d\n",
            "a: |\n  x\n \t\n  y\nc: d\n",
            "a: |\n  x\n\t\nc: d\n",
            "a: |\n\t\n  x\nc: d\n",
            "a: >-\n  x\n\n\t\nc: d\n",
            "- a\n\t\n- b\n",
            "-\ta\n- b\n",
            "a: b\n---\n\t\nc: d\n",
            "a: b\n\t\n---\nc: d\n",
            "a: &x\n\t\n  b: c\n",
            "a: &x b\nc: *x\n  \t\nd: e\n",
            "a: b # c\n  \t\nc: d\n",
            "a: b\n# x\n  \t\nc: d\n",
            "a: b\n   \n\t\nc: d\n",
            "l:\n  - a\n  - b\n  \t\nm: n\n",
            "a: 'b'\n     \t\nm: n\n",
            "a: |\n    \t\n  x\n",
            "a: >-\n    \tx\n",
        ];
        let allowed = [
            "a: b\n \t\nc: d\n",
            "d:\n  a: b\n   \t\n  c: d\n",
            "a: [b,\n\t\n c]\nc: d\n",
            "a: [b,\n\tc]\nc: d\n",
            "a: b\t\nc: d\n",
            "a:\tb\nc: d\n",
            "a: b\t# c\nc: d\n",
            "a: |\n  x\n  \t\n  y\nc: d\n",
            "a: |\n  x\n  y\t\nc: d\n",
            "a: \"b\n\t\n  c\"\nc: d\n",
            "a: b\n \tc\nd: e\n",
            "a: b\nc: \t\n  d: e\n",
            "l:\n  - a\n  - b\n   \t\nm: n\n",
            "a: b\n# x\n\t# y\nc: d\n",
            "a: |2\n  \tx\n",
        ];
        let tab = |text: &str| refused_tab(text, &parse(FileId(0), text));
        for text in refused {
            assert!(tab(text).is_some(), "{text:?} is refused");
        }
        for text in allowed {
            assert_eq!(tab(text), None, "{text:?} is read");
        }
    }
}
