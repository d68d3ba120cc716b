//! The documents of a template, whatever its language: tags on lines of their own are left out, others are values.

use crate::jinja::{Delimiters, Kind};
use crate::source::SourceFile;
use crate::yaml::{Node, Value, parse};
use std::ops::Range;

/// The character that stands for a value. It is none that a text may hold.
const UNKNOWN: char = '\u{fdd0}';

/// The documents that can be read; what holds a value is unknown.
pub(super) fn read(source: &SourceFile) -> Vec<Node> {
    let documents = parse(source.id, &outline(&source.text)).documents.into_iter();
    let readable = documents.filter(|document| !document.broken).map(|document| document.root);
    readable.map(marked).collect()
}

/// The text without its tags, every other byte in its place.
fn outline(text: &str) -> String {
    let pieces = Delimiters::default().pieces(text);
    let tags: Vec<(Kind, Range<usize>)> = pieces
        .iter()
        .filter(|piece| piece.kind != Kind::Literal)
        .map(|piece| (piece.kind, trimmed(text, &piece.range)))
        .collect();
    let mut bytes = text.as_bytes().to_vec();
    for (_, tag) in &tags {
        let inside = bytes.get_mut(tag.clone()).into_iter().flatten();
        inside.filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    let plain = String::from_utf8(bytes).unwrap_or_default();
    let mut outline = String::with_capacity(plain.len());
    for (_, tag) in tags.iter().filter(|(kind, tag)| *kind == Kind::Expression && tag.len() > UNKNOWN.len_utf8()) {
        let (Some(before), Some(after)) = (plain.get(..tag.start), plain.get(tag.end..)) else { continue };
        let line = [before.rsplit('\n').next(), after.split('\n').next()];
        if line.into_iter().flatten().all(|part| part.trim().is_empty()) {
            continue;
        }
        outline.push_str(plain.get(outline.len()..tag.start).unwrap_or_default());
        outline.push(UNKNOWN);
        outline.extend(std::iter::repeat_n('x', tag.len() - UNKNOWN.len_utf8()));
    }
    outline.push_str(plain.get(outline.len()..).unwrap_or_default());
    outline
}

/// A tag without the white space that it swallows.
fn trimmed(text: &str, range: &Range<usize>) -> Range<usize> {
    let tag = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (tag.len() - tag.trim_start().len());
    start..start + tag.trim().len()
}

/// The node, with scalars that hold a value marked as unknown.
fn marked(mut node: Node) -> Node {
    mark(&mut node);
    node
}

fn mark(node: &mut Node) {
    match &mut node.value {
        Value::Scalar(scalar) => scalar.unknown |= scalar.text.contains(UNKNOWN),
        Value::Map(_) => node.entries_mut().into_iter().flatten().for_each(|entry| mark(&mut entry.value)),
        Value::Seq(_) => node.items_mut().into_iter().flatten().for_each(mark),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn jinja_and_go_templates_give_what_does_not_depend_on_their_data() {
        let jinja = "{% for n in ns %}\n---\nkind: Namespace\nmetadata:\n  name: {{ n }}\n{% endfor %}\n---\nkind: Secret\nmetadata:\n  name: token # {{ why }}\n  namespace: \"x-{{ n }}\"\n";
        let go = "{{- range .Items }}\n---\nkind: Secret\nmetadata:\n  name: {{ .Name | quote }}\n{{- end }}\n---\nkind: Secret\nmetadata:\n  {{- include \"labels\" . | nindent 2 }}\n  name: key\n";
        let names = |text: &str| {
            let documents = read(&SourceFile::new(FileId(0), "a.j2", text));
            let name = |node: &Node| node.at(&["metadata", "name"]).and_then(|name| name.known().map(str::to_owned));
            documents.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names(jinja), [None, Some("token".to_owned())]);
        assert_eq!(names(go), [None, Some("key".to_owned())]);
        let secret = read(&SourceFile::new(FileId(0), "a.j2", jinja)).pop();
        let namespace = secret.as_ref().and_then(|node| node.at(&["metadata", "namespace"]));
        assert_eq!(
            namespace.map(|node| (node.is_unknown(), &jinja[node.span.start as usize..node.span.end as usize])),
            Some((true, "\"x-{{ n }}\""))
        );
    }
}
