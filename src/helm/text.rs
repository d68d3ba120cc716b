//! Go templates inside values, as far as their values are known: everything else stays unknown.

use crate::yaml::{Entry, Node, Resolved, Scalar, Style, Value};
use smol_str::SmolStr;

/// What the templates of a release may refer to.
pub(super) struct Scope<'a> {
    /// The name of the release.
    pub(super) release: &'a Node,
    /// The namespace it is installed to.
    pub(super) namespace: Option<&'a Node>,
    /// The name of the chart.
    pub(super) chart: Option<&'a str>,
    /// What the chart's `fullname` template gives.
    pub(super) fullname: SmolStr,
    /// The values.
    pub(super) values: &'a Node,
}

impl Scope<'_> {
    /// A scalar as the chart renders it: a template that cannot be followed becomes unknown, its text as written.
    pub(super) fn text(&self, node: &Node) -> Node {
        let Some(scalar) = node.as_scalar() else { return node.clone() };
        if scalar.unknown || !is_template(&scalar.text) {
            return node.clone();
        }
        let rendered = self.render(&scalar.text);
        let unknown = rendered.is_none();
        let text = rendered.map_or_else(|| scalar.text.clone(), SmolStr::from);
        let value = Value::Scalar(Scalar { text, style: Style::Double, unknown });
        Node { span: node.span, value, props: None }
    }

    /// A whole tree as the chart renders it; shared with the values where no template is inside.
    pub(super) fn tree(&self, node: &Node) -> Node {
        if !has_template(node) {
            return node.clone();
        }
        let value = match &node.value {
            Value::Scalar(_) => return self.text(node),
            Value::Seq(items) => Value::Seq(items.iter().map(|item| self.tree(item)).collect::<Vec<_>>().into()),
            Value::Map(entries) => {
                let entry = |entry: &Entry| Entry { key: self.text(&entry.key), value: self.tree(&entry.value) };
                Value::Map(entries.iter().map(entry).collect::<Vec<_>>().into())
            }
        };
        Node { span: node.span, value, props: node.props.clone() }
    }

    /// The text with every action replaced by its value; `None` when one of them is not known.
    fn render(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            let (before, action) = (rest.get(..start)?, rest.get(start + 2..)?);
            let (before, action) = match action.strip_prefix('-') {
                Some(action) => (before.trim_end(), action),
                None => (before, action),
            };
            out.push_str(before);
            let end = action_end(action)?;
            let (inner, after) = (action.get(..end)?, action.get(end + 2..)?);
            let (inner, after) = match inner.strip_suffix('-') {
                Some(inner) => (inner, after.trim_start()),
                None => (inner, after),
            };
            out.push_str(&self.action(inner.trim())?);
            rest = after;
        }
        out.push_str(rest);
        Some(out)
    }

    /// The value of what stands between the braces.
    fn action(&self, action: &str) -> Option<String> {
        if action.starts_with("/*") && action.ends_with("*/") {
            return Some(String::new());
        }
        let mut pipe = split_outside_quotes(action, '|').into_iter();
        let mut value = self.term(pipe.next()?.trim())?;
        for function in pipe {
            value = match function.trim() {
                "quote" => format!("\"{value}\""),
                "squote" => format!("'{value}'"),
                "lower" => value.to_lowercase(),
                "upper" => value.to_uppercase(),
                "trim" => value.trim().to_owned(),
                "toString" => value,
                _ => return None,
            };
        }
        Some(value)
    }

    fn term(&self, term: &str) -> Option<String> {
        if let Some(literal) = literal(term) {
            return Some(literal.to_owned());
        }
        let words: Vec<&str> = term.split_whitespace().collect();
        match words.as_slice() {
            ["include", template, "." | "$"] => {
                template.trim_matches('"').ends_with(".names.fullname").then(|| self.fullname.to_string())
            }
            [path] => self.path(path.strip_prefix('$').unwrap_or(path)),
            _ => None,
        }
    }

    fn path(&self, path: &str) -> Option<String> {
        let known = |node: &Node| node.known().map(str::to_owned);
        match path {
            ".Release.Name" => known(self.release),
            ".Release.Namespace" => known(self.namespace?),
            ".Release.Service" => Some("Helm".to_owned()),
            ".Chart.Name" => self.chart.map(str::to_owned),
            _ => {
                let keys: Vec<&str> = path.strip_prefix(".Values.")?.split('.').collect();
                let node = self.values.at(&keys)?;
                let text = node.known().filter(|text| !is_template(text))?;
                matches!(node.resolve(crate::yaml::Mode::Yaml11), Some(Resolved::Str | Resolved::Int(_)))
                    .then(|| text.to_owned())
            }
        }
    }
}

/// Whether a text holds a template.
pub(super) fn is_template(text: &str) -> bool {
    // One byte is found much faster than two, and nearly no text has even that.
    text.as_bytes().contains(&b'{') && text.contains("{{")
}

/// Whether a template is written anywhere inside.
fn has_template(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => is_template(&scalar.text),
        Value::Seq(items) => items.iter().any(has_template),
        Value::Map(entries) => entries.iter().any(|entry| has_template(&entry.key) || has_template(&entry.value)),
    }
}

/// Where the action that begins the text ends: the first `}}` outside of quotes.
fn action_end(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(b'"') if byte == b'\\' => escaped = true,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'`') => quote = Some(byte),
            None if byte == b'}' && text.as_bytes().get(at + 1) == Some(&b'}') => return Some(at),
            None => {}
        }
    }
    None
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quote = None;
    text.split(|char: char| {
        match quote {
            Some(open) if char == open => quote = None,
            None if matches!(char, '"' | '`') => quote = Some(char),
            _ => {}
        }
        quote.is_none() && char == separator
    })
    .collect()
}

/// The text of a string literal without escapes.
fn literal(term: &str) -> Option<&str> {
    let inner = |quote: char| term.strip_prefix(quote)?.strip_suffix(quote).filter(|text| !text.contains(quote));
    inner('`').or_else(|| inner('"').filter(|text| !text.contains('\\')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn render(text: &str) -> Option<String> {
        let span = Span::new(FileId(0), 0, 0);
        let release = Node::string(span, "web");
        let parsed = crate::yaml::parse(FileId(0), "host: example.org\nport: 80\nmade: '{{ .x }}'\n");
        let values = parsed.documents.first().map_or(Node::null(span), |document| document.root.clone());
        let scope = Scope { release: &release, namespace: None, chart: None, fullname: "web".into(), values: &values };
        scope.render(text)
    }

    #[test]
    fn known_values_are_resolved_and_nothing_else() {
        let cases = [
            ("{{ .Release.Name }}.{{ .Values.host }}", Some("web.example.org")),
            ("a {{- $.Release.Name -}} b", Some("awebb")),
            ("{{ .Release.Name | upper | quote }}", Some("\"WEB\"")),
            ("{{`{{ KEEP }}`}}", Some("{{ KEEP }}")),
            ("{{ \"{{ KEEP }}\" }}", Some("{{ KEEP }}")),
            ("{{ include \"bjw-s.common.lib.chart.names.fullname\" $ }}-x", Some("web-x")),
            ("{{ .Values.port }}{{/* note */}}", Some("80")),
            ("{{ .Release.Namespace }}", None),
            ("{{ .Values.made }}", None),
            ("{{ .Values.gone }}", None),
            ("{{ if .Values.host }}x{{ end }}", None),
            ("{{ .Release.Name | sha256sum }}", None),
            ("{{ open", None),
        ];
        for (text, expected) in cases {
            assert_eq!(render(text).as_deref(), expected, "{text}");
        }
    }
}
