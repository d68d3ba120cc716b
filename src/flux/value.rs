//! The values of the language of a ResourceSet's templates.

use crate::yaml::{Mode, Node, Resolved, Value as Yaml};
use std::collections::BTreeMap;

/// A value of the template language.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

/// Why a template could not be rendered.
pub(super) type Reason = String;

impl Value {
    /// The data of a node, as JSON would hold it.
    pub fn of(node: &Node) -> Value {
        match &node.value {
            Yaml::Seq(items) => Value::List(items.iter().map(Value::of).collect()),
            Yaml::Map(entries) => {
                let pair = |entry: &crate::yaml::Entry| Some((entry.key.text()?.to_owned(), Value::of(&entry.value)));
                Value::Map(entries.iter().filter_map(pair).collect())
            }
            Yaml::Scalar(scalar) if scalar.unknown => Value::Text(scalar.text.to_string()),
            Yaml::Scalar(scalar) => match node.resolve(Mode::Yaml11) {
                Some(Resolved::Null) => Value::Nil,
                Some(Resolved::Bool(value)) => Value::Bool(value),
                Some(Resolved::Int(value)) => {
                    i64::try_from(value).map_or(Value::Text(scalar.text.to_string()), Value::Int)
                }
                Some(Resolved::Float(value)) => Value::Float(value),
                _ => Value::Text(scalar.text.to_string()),
            },
        }
    }

    /// Whether a condition takes it for true: anything but nothing, zero and the empty.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Map(entries) => !entries.is_empty(),
        }
    }

    /// As it prints.
    pub fn text(&self) -> String {
        let list = |texts: Vec<String>| texts.join(" ");
        match self {
            Value::Nil => "<no value>".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Float(value) => value.to_string(),
            Value::Text(text) => text.clone(),
            Value::List(items) => format!("[{}]", list(items.iter().map(Value::text).collect())),
            Value::Map(entries) => {
                format!("map[{}]", list(entries.iter().map(|(key, value)| format!("{key}:{}", value.text())).collect()))
            }
        }
    }
}
