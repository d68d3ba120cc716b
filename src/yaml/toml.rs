//! TOML to the same nodes as YAML, with the byte ranges that `toml_edit` knows.

use super::{Document, Entry, Node, Parsed, Problem, ProblemKind, Style};
use crate::source::{FileId, Span};
use toml_edit::{Document as Toml, Item, TableLike, Value};

/// Parses TOML.
pub fn parse_toml(file: FileId, text: &str) -> Parsed {
    let whole = Span::new(file, 0, text.len());
    let document = match Toml::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let range = error.span().unwrap_or(0..0);
            let message = error
                .message()
                .lines()
                .next()
                .unwrap_or("not TOML")
                .to_owned();
            let span = Span::new(file, range.start, range.end);
            let problem = Problem {
                kind: ProblemKind::Syntax,
                span,
                message,
                related: Vec::new(),
                help: None,
            };
            let root = Node::null(whole.before());
            return Parsed {
                documents: vec![Document {
                    root,
                    span: whole,
                    broken: true,
                }],
                comments: Vec::new(),
                problems: vec![problem],
            };
        }
    };
    let root = table(document.as_table(), whole);
    Parsed {
        documents: vec![Document {
            root,
            span: whole,
            broken: false,
        }],
        ..Parsed::default()
    }
}

fn within(outer: Span, range: Option<std::ops::Range<usize>>) -> Span {
    range.map_or(outer, |range| Span::new(outer.file, range.start, range.end))
}

fn table(table: &dyn TableLike, span: Span) -> Node {
    let entries = table.iter().filter_map(|(name, value)| {
        let key_span = within(span, table.key(name).and_then(|key| key.span()));
        Some(Entry {
            key: Node::string(key_span, name),
            value: item(value, span)?,
        })
    });
    Node::map(span, entries.collect())
}

fn item(item: &Item, outer: Span) -> Option<Node> {
    let span = within(outer, item.span());
    match item {
        Item::None => None,
        Item::Value(value) => Some(scalar(value, span)),
        Item::Table(inner) => Some(table(inner, span)),
        Item::ArrayOfTables(tables) => {
            let items = tables
                .iter()
                .map(|inner| table(inner, within(span, inner.span())));
            Some(Node::seq(span, items.collect()))
        }
    }
}

fn scalar(value: &Value, span: Span) -> Node {
    match value {
        Value::String(text) => Node::string(span, text.value()),
        Value::Integer(number) => Node::scalar(span, number.value().to_string(), Style::Plain),
        Value::Float(number) => Node::scalar(span, number.value().to_string(), Style::Plain),
        Value::Boolean(truth) => Node::scalar(span, truth.value().to_string(), Style::Plain),
        Value::Datetime(time) => Node::string(span, time.value().to_string()),
        Value::Array(items) => {
            let items = items
                .iter()
                .map(|inner| scalar(inner, within(span, inner.span())));
            Node::seq(span, items.collect())
        }
        Value::InlineTable(inner) => table(inner, span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_ranges() {
        let text = "a = 'x'\n[b]\nc = [1, true]\n";
        let parsed = parse_toml(FileId(0), text);
        let root = &parsed.documents[0].root;
        let value = root.get("a").expect("a");
        assert_eq!(
            &text[value.span.start as usize..value.span.end as usize],
            "'x'"
        );
        assert_eq!(root.items_at(&["b", "c"]).len(), 2);
        assert_eq!(parse_toml(FileId(0), "a = ").problems.len(), 1);
    }
}
