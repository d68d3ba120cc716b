//! What a value is to the API server: its type, and its equality with a schema's values.

use std::sync::Arc;

use serde_json::Value;

use crate::schema::model::Types;
use crate::yaml::{Entry, Mode, Node, Resolved, Scalar, Value as Shape};

/// A value as the API server sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ApiValue<'a> {
    Object,
    Array,
    Text(&'a str),
    Number(f64),
    Bool(bool),
    Null,
}

impl<'a> ApiValue<'a> {
    /// What a node is; `None` where part of it is not known offline.
    pub fn of(node: &'a Node) -> Option<ApiValue<'a>> {
        match &node.value {
            Shape::Map(_) => Some(ApiValue::Object),
            Shape::Seq(_) => Some(ApiValue::Array),
            Shape::Scalar(scalar) if scalar.unknown => None,
            Shape::Scalar(scalar) => match node.resolve(Mode::Yaml11)? {
                Resolved::Null => Some(ApiValue::Null),
                Resolved::Bool(truth) => Some(ApiValue::Bool(truth)),
                Resolved::Int(number) => Some(ApiValue::Number(number as f64)),
                Resolved::Float(number) => Some(ApiValue::Number(number)),
                Resolved::Date | Resolved::Str => Some(ApiValue::Text(&scalar.text)),
            },
        }
    }

    /// Whether a text is filled in later: by Flux, by kustomize's variables, by SOPS or by a plugin of Argo CD.
    pub fn is_open(text: &str) -> bool {
        let after = memchr::memchr(b'$', text.as_bytes()).and_then(|at| text.as_bytes().get(at..));
        text.starts_with("ENC[")
            || after.is_some_and(|rest| rest.windows(2).any(|pair| matches!(pair, b"${" | b"$(")))
            || has_plugin_placeholder(text)
    }

    /// Its one type; a number without a fraction is an integer however it is written.
    pub fn types(self) -> Types {
        match self {
            ApiValue::Object => Types::OBJECT,
            ApiValue::Array => Types::ARRAY,
            ApiValue::Text(_) => Types::STRING,
            ApiValue::Number(number) if number.fract() == 0.0 => Types::INTEGER,
            ApiValue::Number(_) => Types::NUMBER,
            ApiValue::Bool(_) => Types::BOOLEAN,
            ApiValue::Null => Types::NULL,
        }
    }

    /// What it is, without what it says.
    pub fn name(self) -> &'static str {
        match self {
            ApiValue::Object => "a mapping",
            ApiValue::Array => "a list",
            ApiValue::Text("") => "an empty string",
            ApiValue::Text(_) => "a string",
            ApiValue::Number(_) => "a number",
            ApiValue::Bool(_) => "a boolean",
            ApiValue::Null => "nothing",
        }
    }

    /// What it is, and what it says where that is short.
    pub fn named(self) -> String {
        match self {
            ApiValue::Text(text) if !text.is_empty() && text.chars().count() <= 40 && !text.contains('\n') => {
                format!("the string \"{text}\"")
            }
            ApiValue::Number(number) => format!("the number {number}"),
            ApiValue::Bool(truth) => format!("the boolean {truth}"),
            _ => self.name().to_owned(),
        }
    }
}

/// Whether a text holds a placeholder such as `<path:vault/item#key>` or `<secret:name>`.
fn has_plugin_placeholder(text: &str) -> bool {
    let Some((_, inside)) = text.split_once('<') else { return false };
    let Some((inside, _)) = inside.split_once('>') else { return false };
    let scheme = inside.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// `a string`, `an integer or a string` …
pub(super) fn article(types: Types) -> String {
    let words = types.names().filter(|name| *name != "null").map(|name| match name {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "a string",
        "integer" => "an integer",
        "number" => "a number",
        "boolean" => "a boolean",
        "integer or string" => "an integer or a string",
        other => other,
    });
    let words: Vec<&str> = words.collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "something else".to_owned(),
    }
}

/// Whether a value of a schema is this one.
pub(super) fn same(value: &Value, seen: ApiValue) -> bool {
    match (value, seen) {
        (Value::String(known), ApiValue::Text(text)) => known == text,
        (Value::Number(known), ApiValue::Number(number)) => known.as_f64() == Some(number),
        (Value::Bool(known), ApiValue::Bool(truth)) => *known == truth,
        (Value::Null, ApiValue::Null) => true,
        // A collection among the values of an enumeration is not compared.
        (Value::Array(_) | Value::Object(_), _) => true,
        _ => false,
    }
}

/// A value of a schema as YAML writes it.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The node with what is filled in later marked as unknown; itself where there is nothing of that kind.
pub(super) fn with_unknowns(node: &Node) -> Option<Node> {
    if has_open(node) { opened(node) } else { None }
}

/// Whether a scalar at or below a node is filled in later. Most nodes have none, and this is quicker than to copy.
fn has_open(node: &Node) -> bool {
    match &node.value {
        Shape::Scalar(scalar) => !scalar.unknown && ApiValue::is_open(&scalar.text),
        Shape::Seq(items) => items.iter().any(has_open),
        Shape::Map(entries) => entries.iter().any(|entry| has_open(&entry.value) || has_open(&entry.key)),
    }
}

fn opened(node: &Node) -> Option<Node> {
    match &node.value {
        Shape::Scalar(scalar) => {
            let open = !scalar.unknown && ApiValue::is_open(&scalar.text);
            open.then(|| Node { value: Shape::Scalar(Scalar { unknown: true, ..scalar.clone() }), ..node.clone() })
        }
        Shape::Seq(items) => {
            let changed = replaced(items, opened)?;
            Some(Node { value: Shape::Seq(changed), ..node.clone() })
        }
        Shape::Map(entries) => {
            let changed = replaced(entries, |entry| {
                let (key, value) = (opened(&entry.key), opened(&entry.value));
                let any = key.is_some() || value.is_some();
                any.then(|| Entry {
                    key: key.unwrap_or_else(|| entry.key.clone()),
                    value: value.unwrap_or_else(|| entry.value.clone()),
                })
            })?;
            Some(Node { value: Shape::Map(changed), ..node.clone() })
        }
    }
}

/// The parts with those that change replaced; `None` where none does.
fn replaced<T: Clone>(parts: &Arc<Vec<T>>, change: impl Fn(&T) -> Option<T>) -> Option<Arc<Vec<T>>> {
    let mut all: Option<Arc<Vec<T>>> = None;
    for (at, part) in parts.iter().enumerate() {
        let Some(changed) = change(part) else { continue };
        let copy = Arc::make_mut(all.get_or_insert_with(|| Arc::new(parts.to_vec())));
        if let Some(place) = copy.get_mut(at) {
            *place = changed;
        }
    }
    all
}
