//! What a value is to the API server: its type, its equality with a schema's values, its format.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use super::Types;
use crate::kubernetes::quantity::Quantity;
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Mode, Node, Resolved, Scalar, Style, Value as Shape};
use std::sync::Arc;

/// A value as the API server sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Seen<'a> {
    Object,
    Array,
    Text(&'a str),
    Number(f64),
    Bool(bool),
    Null,
}

impl<'a> Seen<'a> {
    /// What a node is; `None` where part of it is not known offline.
    pub fn of(node: &'a Node) -> Option<Seen<'a>> {
        match &node.value {
            Shape::Map(_) => Some(Seen::Object),
            Shape::Seq(_) => Some(Seen::Array),
            Shape::Scalar(scalar) if scalar.unknown => None,
            Shape::Scalar(scalar) => match node.resolve(Mode::Yaml11)? {
                Resolved::Null => Some(Seen::Null),
                Resolved::Bool(truth) => Some(Seen::Bool(truth)),
                Resolved::Int(number) => Some(Seen::Number(number as f64)),
                Resolved::Float(number) => Some(Seen::Number(number)),
                Resolved::Date | Resolved::Str => Some(Seen::Text(&scalar.text)),
            },
        }
    }

    /// Whether a text is filled in later: by Flux, by kustomize's variables or by SOPS.
    pub fn is_open(text: &str) -> bool {
        let after = memchr::memchr(b'$', text.as_bytes()).and_then(|at| text.as_bytes().get(at..));
        text.starts_with("ENC[") || after.is_some_and(|rest| rest.windows(2).any(|pair| matches!(pair, b"${" | b"$(")))
    }

    /// Its one type; a number without a fraction is an integer however it is written.
    pub fn types(self) -> Types {
        match self {
            Seen::Object => Types::OBJECT,
            Seen::Array => Types::ARRAY,
            Seen::Text(_) => Types::STRING,
            Seen::Number(number) if number.fract() == 0.0 => Types::INTEGER,
            Seen::Number(_) => Types::NUMBER,
            Seen::Bool(_) => Types::BOOLEAN,
            Seen::Null => Types::NULL,
        }
    }

    /// What it is, without what it says.
    pub fn name(self) -> &'static str {
        match self {
            Seen::Object => "a mapping",
            Seen::Array => "a list",
            Seen::Text("") => "an empty string",
            Seen::Text(_) => "a string",
            Seen::Number(_) => "a number",
            Seen::Bool(_) => "a boolean",
            Seen::Null => "nothing",
        }
    }

    /// What it is, and what it says where that is short.
    pub fn named(self) -> String {
        match self {
            Seen::Text(text) if !text.is_empty() && text.chars().count() <= 40 && !text.contains('\n') => {
                format!("the string \"{text}\"")
            }
            Seen::Number(number) => format!("the number {number}"),
            Seen::Bool(truth) => format!("the boolean {truth}"),
            _ => self.name().to_owned(),
        }
    }
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
pub(super) fn same(value: &Value, seen: Seen) -> bool {
    match (value, seen) {
        (Value::String(known), Seen::Text(text)) => known == text,
        (Value::Number(known), Seen::Number(number)) => known.as_f64() == Some(number),
        (Value::Bool(known), Seen::Bool(truth)) => *known == truth,
        (Value::Null, Seen::Null) => true,
        // A collection among the values of an enumeration is not compared.
        (Value::Array(_) | Value::Object(_), _) => true,
        _ => false,
    }
}

/// A value of a schema as YAML writes it.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A node as JSON, as the API server reads it.
pub fn to_json(node: &Node) -> Value {
    match &node.value {
        Shape::Map(entries) => {
            let field = |entry: &Entry| Some((entry.key.text()?.to_owned(), to_json(&entry.value)));
            Value::Object(entries.iter().filter_map(field).collect())
        }
        Shape::Seq(items) => Value::Array(items.iter().map(to_json).collect()),
        Shape::Scalar(scalar) => match node.resolve(Mode::Yaml11) {
            Some(Resolved::Null) => Value::Null,
            Some(Resolved::Bool(truth)) => Value::Bool(truth),
            Some(Resolved::Int(number)) => {
                i64::try_from(number).map_or_else(|_| Value::from(number as f64), Value::from)
            }
            Some(Resolved::Float(number)) => Value::from(number),
            _ => Value::String(scalar.text.to_string()),
        },
    }
}

/// JSON as a node, which stands nowhere.
pub(super) fn from_json(value: &Value) -> Node {
    let nowhere = Span::new(FileId(u32::MAX), 0, 0);
    match value {
        Value::Object(fields) => {
            let entry = |(name, value): (&String, &Value)| Entry {
                key: Node::string(nowhere, name.as_str()),
                value: from_json(value),
            };
            Node::map(nowhere, fields.iter().map(entry).collect())
        }
        Value::Array(items) => Node::seq(nowhere, items.iter().map(from_json).collect()),
        Value::String(text) => Node::string(nowhere, text.as_str()),
        other => Node::scalar(nowhere, other.to_string(), Style::Plain),
    }
}

/// The node with what is filled in later marked as unknown; itself where there is nothing of that kind.
pub(super) fn with_unknowns(node: &Node) -> Option<Node> {
    if has_open(node) { opened(node) } else { None }
}

/// Whether a scalar at or below a node is filled in later. Most nodes have none, and this is quicker than to copy.
fn has_open(node: &Node) -> bool {
    match &node.value {
        Shape::Scalar(scalar) => !scalar.unknown && Seen::is_open(&scalar.text),
        Shape::Seq(items) => items.iter().any(has_open),
        Shape::Map(entries) => entries.iter().any(|entry| has_open(&entry.value) || has_open(&entry.key)),
    }
}

fn opened(node: &Node) -> Option<Node> {
    match &node.value {
        Shape::Scalar(scalar) => {
            let open = !scalar.unknown && Seen::is_open(&scalar.text);
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

/// Why a text is not of a format that the API server checks; it takes any other format for a note.
pub(super) fn format_fault(format: &str, text: &str) -> Option<&'static str> {
    match format {
        "date-time" if !is_date_time(text) => Some("is no date and time like `2006-01-02T15:04:05Z`"),
        "byte" if !is_base64(text) => Some("is not base64"),
        "ipv4" if text.parse::<Ipv4Addr>().is_err() => Some("is no IPv4 address"),
        "ipv6" if text.parse::<Ipv6Addr>().is_err() => Some("is no IPv6 address"),
        "quantity" if Quantity::read(text).is_none() => Some("is no quantity like `512Mi`, `2Gi` or `250m`"),
        "cron with seconds" if !is_cron_with_seconds(text) => {
            Some("is no schedule of six fields, seconds first, like `0 30 4 * * *`")
        }
        "data key" if !is_data_key(text) => Some("has a key that is not made of letters, digits, `-`, `_` and `.`"),
        "cron" if !is_cron(text) => Some("is no schedule like `30 4 * * *` or `@daily`"),
        "label" if !is_label(text) => Some("has more than lower-case letters, digits and hyphens between them"),
        _ => None,
    }
}

/// Why a number is no file mode: it is read as decimal unless it begins with a zero.
pub(super) fn mode_fault(format: &str, number: f64) -> Option<String> {
    let is_octal = format!("{number}").bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    let out_of_range = format == "file mode" && !(0.0..=511.0).contains(&number);
    out_of_range.then(|| match is_octal {
        true if number <= 777.0 => format!("a mode is octal only with a zero in front: write `0{number}`"),
        _ => "a mode is a number from 0 to 0777".to_owned(),
    })
}

fn is_label(text: &str) -> bool {
    let ends = !text.starts_with('-') && !text.ends_with('-');
    ends && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A key of the data of a ConfigMap or Secret.
fn is_data_key(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let relative = text == "." || text.starts_with("..");
    (1..=253).contains(&text.len()) && !relative && text.bytes().all(letter)
}

/// What one field of a schedule may be: numbers from the first to the second, or names with so many letters.
type Limits = (u32, u32, usize);

const SECONDS: Limits = (0, 59, 0);
const CRON: [Limits; 5] = [(0, 59, 0), (0, 23, 0), (1, 31, 0), (1, 12, 3), (0, 6, 3)];

/// The five fields of a CronJob's schedule, or a word for them, as the controller reads them.
fn is_cron(text: &str) -> bool {
    is_schedule(text, &CRON)
}

/// Fields as above behind one for the seconds. With five the last is taken for absent, and everything runs too often.
fn is_cron_with_seconds(text: &str) -> bool {
    is_schedule(text, &[&[SECONDS], CRON.as_slice()].concat())
}

fn is_schedule(text: &str, limits: &[Limits]) -> bool {
    if text.starts_with('@') || text.contains("TZ=") {
        return true;
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == limits.len()
        && fields.iter().zip(limits).all(|(field, limit)| field.split(',').all(|part| is_span(part, *limit)))
}

/// `*`, `5`, `1-5`, `*/15`, `mon-fri`: of numbers from the first to the second, or of names with so many letters.
fn is_span(part: &str, (least, most, letters): Limits) -> bool {
    let (span, step) = part.split_once('/').map_or((part, "1"), |(span, step)| (span, step));
    let is_one = |one: &str| {
        let named = one.len() == letters && one.bytes().all(|byte| byte.is_ascii_alphabetic());
        letters > 0 && named || one.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number))
    };
    let whole = matches!(span, "*" | "?");
    step.parse::<u32>().is_ok_and(|step| step > 0) && (whole || span.splitn(2, '-').all(is_one))
}

/// RFC 3339, as Go's parser takes it.
fn is_date_time(text: &str) -> bool {
    let shape: Vec<u8> =
        text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte.to_ascii_uppercase() }).collect();
    let Some(rest) = shape.strip_prefix(b"0000-00-00T00:00:00") else { return false };
    let rest = match rest.strip_prefix(b".") {
        Some(fraction) => fraction
            .trim_ascii_start()
            .iter()
            .position(|byte| *byte != b'0')
            .map_or(&[][..], |at| fraction.get(at..).unwrap_or_default()),
        None => rest,
    };
    matches!(rest, b"Z" | b"+00:00" | b"-00:00")
}

/// Base64 with padding; line breaks do not count. A placeholder that another tool replaces is let through.
fn is_base64(text: &str) -> bool {
    let later = text.contains("://") || text.contains("{{") || text.contains('<');
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let padding = digits.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = digits.get(..digits.len() - padding).unwrap_or_default();
    let letters = body.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    later || (digits.len().is_multiple_of(4) && padding <= 2 && letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_the_api_server_reads_them() {
        for text in ["*/5 * * * *", "0 4 1-15/2 jan-mar MON", "0 0,12 ? * 0", "@every 1h", "@daily"] {
            assert_eq!(format_fault("cron", text), None, "{text}");
        }
        for text in ["0 4 * *", "0 0 4 * * *", "60 * * * *", "0 24 * * *", "0 0 0 * *", "0 0 * * 7", "*/0 * * * *"] {
            assert!(format_fault("cron", text).is_some(), "{text}");
        }
        for (text, right) in [("0 30 4 * * *", true), ("@daily", true), ("0 3 * * *", false), ("0 60 4 * * *", false)] {
            assert_eq!(format_fault("cron with seconds", text).is_none(), right, "{text}");
        }
        for (text, right) in
            [("a-b_C.9", true), (".a", true), ("a b", false), ("..a", false), (".", false), ("", false)]
        {
            assert_eq!(format_fault("data key", text).is_none(), right, "{text}");
        }
        for (text, right) in
            [("512Mi", true), ("0.5", true), ("1e3", true), ("512mb", false), ("1 Gi", false), ("2GB", false)]
        {
            assert_eq!(format_fault("quantity", text).is_none(), right, "{text}");
        }
        for (text, right) in [("http-2", true), ("HTTP", false), ("-x", false), ("a_b", false)] {
            assert_eq!(format_fault("label", text).is_none(), right, "{text}");
        }
        for text in ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.123+02:00"] {
            assert_eq!(format_fault("date-time", text), None, "{text}");
        }
        for text in ["2024-01-01", "2024-01-01 00:00:00Z", ""] {
            assert!(format_fault("date-time", text).is_some(), "{text}");
        }
        assert_eq!(format_fault("byte", "aGVsbG8=\n"), None);
        assert_eq!(format_fault("byte", "op://vault/item"), None);
        assert!(format_fault("byte", "hello").is_some());
        assert_eq!(format_fault("password", "x"), None);
    }
}
