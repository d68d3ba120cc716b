//! YAML as `sigs.k8s.io/yaml` prints it: the text that templates are rendered in.

use super::substitute::{self, Place};
use super::value::Value;
use crate::yaml::Style;
use std::fmt::Write;

/// A new line, unless one has just begun.
fn start(out: &mut String, indent: usize) {
    if !out.is_empty() && !out.ends_with('\n') && !out.ends_with("- ") {
        out.push('\n');
    }
    if !out.ends_with("- ") {
        out.extend(std::iter::repeat_n(' ', indent));
    }
}

fn scalar(out: &mut String, text: &str, string: bool, indent: usize, place: Place) {
    if !string {
        out.push_str(text);
        return;
    }
    match substitute::printed_style(text, place) {
        Style::Plain => out.push_str(text),
        Style::Single => {
            let _ = write!(out, "'{}'", text.replace('\'', "''"));
        }
        Style::Literal => {
            let pad = " ".repeat(indent.max(2));
            let leading = if text.starts_with([' ', '\n']) { "2" } else { "" };
            let chomp = match text.strip_suffix('\n') {
                None => "-",
                Some(rest) if rest.ends_with('\n') || rest.is_empty() => "+",
                Some(_) => "",
            };
            let _ = write!(out, "|{leading}{chomp}");
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                out.push('\n');
                if !line.is_empty() {
                    out.push_str(&pad);
                    out.push_str(line);
                }
            }
        }
        _ => {
            let _ = write!(out, "{}", serde_json::Value::from(text));
        }
    }
}

/// A value as a document.
pub(super) fn value(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, 0);
    out.push('\n');
    out
}

fn write_value(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Nil => out.push_str("null"),
        Value::Text(text) => scalar(out, text, true, indent, Place::Value),
        Value::Map(map) if !map.is_empty() => {
            for (key, value) in map {
                start(out, indent);
                scalar(out, key, true, indent, Place::Key);
                out.push(':');
                let list = matches!(value, Value::List(_));
                below_value(out, value, if list { indent } else { indent + 2 });
            }
        }
        Value::List(items) if !items.is_empty() => {
            for item in items {
                start(out, indent);
                out.push('-');
                below_value(out, item, indent + 2);
            }
        }
        Value::Map(_) => out.push_str("{}"),
        Value::List(_) => out.push_str("[]"),
        other => out.push_str(&other.text()),
    }
}

fn below_value(out: &mut String, value: &Value, indent: usize) {
    let nested = matches!(value, Value::Map(_) | Value::List(_)) && value.is_true();
    out.push(if nested && !out.ends_with('-') { '\n' } else { ' ' });
    write_value(out, value, indent);
}
