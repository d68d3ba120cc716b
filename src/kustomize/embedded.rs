//! YAML that stands in a scalar: inline patches, inline transformers. Its nodes keep their place in the file.

use crate::resource::Tree;
use crate::source::Span;
use crate::yaml::{self, Document, Node, Style, Value};

/// The documents in the text of a scalar, or `None` where it is no YAML.
pub fn documents(tree: &Tree, scalar: &Node) -> Option<Vec<Node>> {
    let text = scalar.as_scalar()?.text.as_str();
    let parsed = yaml::parse(scalar.span.file, text);
    if parsed.documents.iter().any(|document| document.broken) {
        return None;
    }
    let places = Places::of(tree, scalar);
    let mut roots: Vec<Node> = parsed.documents.into_iter().map(|Document { root, .. }| root).collect();
    for root in &mut roots {
        move_spans(root, &places);
    }
    Some(roots)
}

/// How bytes of a scalar's text map to bytes of the file.
struct Places {
    whole: Span,
    /// Where each line starts: in the text, in the file. Empty where they do not correspond.
    lines: Vec<(u32, u32)>,
}

impl Places {
    fn of(tree: &Tree, scalar: &Node) -> Self {
        let lines = lines(tree, scalar).unwrap_or_default();
        Places { whole: scalar.span, lines }
    }

    fn place(&self, span: Span) -> Span {
        let at = |offset: u32| {
            let line = self.lines.partition_point(|(start, _)| *start <= offset);
            let (inner, outer) = self.lines.get(line.checked_sub(1)?)?;
            Some(outer + (offset - inner))
        };
        match (at(span.start), at(span.end)) {
            (Some(start), Some(end)) if start <= end && end <= self.whole.end => {
                Span { file: self.whole.file, start, end }
            }
            _ => self.whole,
        }
    }
}

fn lines(tree: &Tree, scalar: &Node) -> Option<Vec<(u32, u32)>> {
    let text = scalar.as_scalar()?.text.as_str();
    let source = tree.slice(scalar.span);
    let start = scalar.span.start;
    match scalar.as_scalar()?.style {
        // A whole file stands for the value of a generated key.
        Style::Plain | Style::Literal if source == text => Some(vec![(0, start)]),
        Style::Single | Style::Double if source.get(1..source.len().checked_sub(1)?) == Some(text) => {
            Some(vec![(0, start + 1)])
        }
        Style::Literal => {
            let mut outer = source.find('\n')? + 1;
            let mut inner = 0;
            let mut lines = Vec::new();
            for line in text.split_inclusive('\n') {
                let content = line.trim_end_matches(['\n', '\r']);
                let rest = source.get(outer..)?;
                let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
                let written = rest.get(..length)?.trim_end_matches(['\n', '\r']);
                let indent = if content.is_empty() { 0 } else { written.strip_suffix(content)?.len() };
                lines.push((inner, start + (outer + indent) as u32));
                inner += line.len() as u32;
                outer += length;
            }
            Some(lines)
        }
        _ => None,
    }
}

fn move_spans(node: &mut Node, places: &Places) {
    node.span = places.place(node.span);
    node.props = None;
    match &mut node.value {
        Value::Scalar(_) => {}
        Value::Map(_) => {
            for entry in node.entries_mut().into_iter().flatten() {
                move_spans(&mut entry.key, places);
                move_spans(&mut entry.value, places);
            }
        }
        Value::Seq(_) => {
            for item in node.items_mut().into_iter().flatten() {
                move_spans(item, places);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::File;
    use crate::source::FileId;

    #[test]
    fn nodes_of_a_literal_point_into_the_file() {
        let text = "patches:\n  - patch: |-\n      kind: A\n\n      spec:\n        x: 1\n";
        let tree = Tree::new(vec![File::read(FileId(0), "kustomization.yaml", Some(text.to_owned()))]);
        let root = tree.file(FileId(0)).and_then(File::root).cloned();
        let scalar = root.as_ref().and_then(|root| root.items_at(&["patches"]).first()?.get("patch"));
        let found = scalar.and_then(|scalar| documents(&tree, scalar)).unwrap_or_default();
        let x = found.first().and_then(|root| root.at(&["spec", "x"])).map(|node| tree.slice(node.span));
        assert_eq!(x, Some("1"));
        let kind = found.first().and_then(|root| root.get("kind")).map(|node| tree.slice(node.span));
        assert_eq!(kind, Some("A"));
    }
}
