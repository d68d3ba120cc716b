//! Functions of the template language: Go's own, and those of sprig that ResourceSets use.

use super::value::{Reason, Value};
use super::write;
use std::collections::BTreeMap;

/// Longest text that a function may return.
const MAX_TEXT: usize = 1 << 20;

/// Calls a function; one that is not known is an error.
pub(super) fn call(name: &str, arguments: Vec<Value>) -> Result<Value, Reason> {
    let wrong = || format!("`{name}` with arguments that it does not take");
    let result = match (name, arguments.as_slice()) {
        ("and", [..]) => first_or_last(&arguments, |value| !value.is_true()),
        ("or" | "coalesce", [..]) => first_or_last(&arguments, Value::is_true),
        ("not", [value]) => Some(Value::Bool(!value.is_true())),
        ("empty", [value]) => Some(Value::Bool(!value.is_true())),
        ("eq", [value, others @ ..]) => Some(Value::Bool(others.contains(value))),
        ("ne", [left, right]) => Some(Value::Bool(left != right)),
        ("lt" | "le" | "gt" | "ge", [left, right]) => compare(name, left, right),
        ("default", [fallback, value]) => Some(if value.is_true() { value.clone() } else { fallback.clone() }),
        ("default", [fallback]) => Some(fallback.clone()),
        ("ternary", [yes, no, Value::Bool(test)]) => Some(if *test { yes.clone() } else { no.clone() }),
        ("list", [..]) => Some(Value::List(arguments)),
        ("dict", [..]) => dict(&arguments),
        ("get", [Value::Map(map), Value::Text(key)]) => {
            Some(map.get(key).cloned().unwrap_or(Value::Text(String::new())))
        }
        ("hasKey", [Value::Map(map), Value::Text(key)]) => Some(Value::Bool(map.contains_key(key))),
        ("dig", [keys @ .., fallback, map]) => dig(keys, fallback, map),
        ("index", [value, keys @ ..]) => keys.iter().try_fold(value.clone(), |value, key| index(&value, key)),
        ("keys", [Value::Map(map)]) => Some(Value::List(map.keys().cloned().map(Value::Text).collect())),
        ("values", [Value::Map(map)]) => Some(Value::List(map.values().cloned().collect())),
        ("has", [item, Value::List(items)]) => Some(Value::Bool(items.contains(item))),
        ("first", [Value::List(items)]) => items.first().cloned(),
        ("last", [Value::List(items)]) => items.last().cloned(),
        ("rest", [Value::List(items)]) => Some(Value::List(items.iter().skip(1).cloned().collect())),
        ("append", [Value::List(items), item]) => Some(Value::List(items.iter().chain([item]).cloned().collect())),
        ("uniq", [Value::List(items)]) => {
            let mut seen: Vec<Value> = Vec::new();
            items.iter().for_each(|item| {
                if !seen.contains(item) {
                    seen.push(item.clone())
                }
            });
            Some(Value::List(seen))
        }
        ("len", [Value::Text(text)]) => Some(Value::Int(text.len() as i64)),
        ("len", [Value::List(items)]) => Some(Value::Int(items.len() as i64)),
        ("len", [Value::Map(map)]) => Some(Value::Int(map.len() as i64)),
        ("until", [Value::Int(count @ 0..=10_000)]) => Some(Value::List((0..*count).map(Value::Int).collect())),
        ("add", [..]) => {
            numbers(&arguments).and_then(|n| n.iter().try_fold(0i64, |sum, n| sum.checked_add(*n)).map(Value::Int))
        }
        ("mul", [..]) => numbers(&arguments)
            .and_then(|n| n.iter().try_fold(1i64, |product, n| product.checked_mul(*n)).map(Value::Int)),
        ("add1", [Value::Int(n)]) => n.checked_add(1).map(Value::Int),
        ("sub", [Value::Int(a), Value::Int(b)]) => a.checked_sub(*b).map(Value::Int),
        ("div", [Value::Int(a), Value::Int(b)]) => a.checked_div(*b).map(Value::Int),
        ("mod", [Value::Int(a), Value::Int(b)]) => a.checked_rem(*b).map(Value::Int),
        ("int" | "int64", [Value::Int(n)]) => Some(Value::Int(*n)),
        ("int" | "int64", [Value::Text(text)]) => Some(Value::Int(text.parse().unwrap_or(0))),
        ("toYaml", [value]) => Some(Value::Text(write::value(value))),
        ("toJson", [value]) => json(value).map(Value::Text),
        ("printf", [Value::Text(format), values @ ..]) => printf(format, values).map(Value::Text),
        ("quote", [..]) => Some(Value::Text(joined(&arguments, |text| format!("{text:?}")))),
        ("squote", [..]) => Some(Value::Text(joined(&arguments, |text| format!("'{text}'")))),
        ("print" | "toString", [value]) => Some(Value::Text(value.text())),
        _ => text_function(name, &arguments),
    };
    let value = result
        .ok_or_else(|| if KNOWN.contains(&name) { wrong() } else { format!("the function `{name}` is not known") })?;
    match &value {
        Value::Text(text) if text.len() > MAX_TEXT => Err("the template renders too much".to_owned()),
        _ => Ok(value),
    }
}

/// Functions of text, which take anything that prints as text.
fn text_function(name: &str, arguments: &[Value]) -> Option<Value> {
    let texts: Vec<String> = match arguments {
        // The only ones that take a list.
        [Value::Text(separator), Value::List(items)] if name == "join" => {
            return Some(Value::Text(items.iter().map(Value::text).collect::<Vec<_>>().join(separator)));
        }
        _ if arguments.iter().any(|value| matches!(value, Value::List(_) | Value::Map(_) | Value::Nil)) => return None,
        _ => arguments.iter().map(Value::text).collect(),
    };
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let text = match (name, texts.as_slice()) {
        ("upper", [text]) => text.to_uppercase(),
        ("lower", [text]) => text.to_lowercase(),
        ("trim", [text]) => text.trim().to_owned(),
        ("trimSuffix", [end, text]) => text.strip_suffix(end).unwrap_or(text).to_owned(),
        ("trimPrefix", [start, text]) => text.strip_prefix(start).unwrap_or(text).to_owned(),
        ("trimAll", [set, text]) => text.trim_matches(|c| set.contains(c)).to_owned(),
        ("replace", [from, to, text]) => text.replace(from, to),
        ("nospace", [text]) => text.split_whitespace().collect(),
        ("cat", texts) => texts.join(" "),
        ("repeat", [count, text]) => text.repeat(count.parse().ok().filter(|count| count * text.len() <= MAX_TEXT)?),
        ("trunc", [length, text]) => text.chars().take(length.parse().ok()?).collect(),
        ("indent" | "nindent", [width, text]) => {
            let pad = " ".repeat(width.parse().ok().filter(|width| *width < 200)?);
            let break_before = if name == "nindent" { "\n" } else { "" };
            format!("{break_before}{pad}{}", text.replace('\n', &format!("\n{pad}")))
        }
        ("contains", [part, text]) => return Some(Value::Bool(text.contains(part))),
        ("hasPrefix", [part, text]) => return Some(Value::Bool(text.starts_with(part))),
        ("hasSuffix", [part, text]) => return Some(Value::Bool(text.ends_with(part))),
        ("splitList", [separator, text]) => {
            return Some(Value::List(text.split(separator).map(|part| Value::Text(part.to_owned())).collect()));
        }
        _ => return None,
    };
    Some(Value::Text(text))
}

/// Names that [`call`] knows, so that a wrong argument is told from a wrong name.
const KNOWN: [&str; 22] = [
    "and", "or", "not", "eq", "ne", "default", "ternary", "get", "hasKey", "dig", "index", "len", "printf", "toYaml",
    "join", "replace", "indent", "nindent", "upper", "lower", "trim", "dict",
];

fn first_or_last(arguments: &[Value], wanted: impl Fn(&Value) -> bool) -> Option<Value> {
    arguments.iter().find(|value| wanted(value)).or(arguments.last()).cloned()
}

fn compare(name: &str, left: &Value, right: &Value) -> Option<Value> {
    let order = match (left, right) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b)?,
        _ => return None,
    };
    Some(Value::Bool(match name {
        "lt" => order.is_lt(),
        "le" => order.is_le(),
        "gt" => order.is_gt(),
        _ => order.is_ge(),
    }))
}

fn dict(arguments: &[Value]) -> Option<Value> {
    let pair = |pair: &[Value]| match pair {
        [Value::Text(key), value] => Some((key.clone(), value.clone())),
        _ => None,
    };
    arguments.chunks(2).map(pair).collect::<Option<BTreeMap<_, _>>>().map(Value::Map)
}

fn dig(keys: &[Value], fallback: &Value, map: &Value) -> Option<Value> {
    let mut value = map;
    for key in keys {
        let (Value::Map(map), Value::Text(key)) = (value, key) else { return None };
        match map.get(key) {
            Some(found) => value = found,
            None => return Some(fallback.clone()),
        }
    }
    Some(value.clone())
}

fn index(value: &Value, key: &Value) -> Option<Value> {
    match (value, key) {
        (Value::List(items), Value::Int(at)) => items.get(usize::try_from(*at).ok()?).cloned(),
        (Value::Map(map), Value::Text(key)) => map.get(key).cloned(),
        _ => None,
    }
}

fn numbers(arguments: &[Value]) -> Option<Vec<i64>> {
    let number = |value: &Value| match value {
        Value::Int(n) => Some(*n),
        _ => None,
    };
    arguments.iter().map(number).collect()
}

fn joined(arguments: &[Value], quote: impl Fn(String) -> String) -> String {
    let texts = arguments.iter().filter(|value| **value != Value::Nil).map(|value| quote(value.text()));
    texts.collect::<Vec<_>>().join(" ")
}

fn json(value: &Value) -> Option<String> {
    fn convert(value: &Value) -> serde_json::Value {
        match value {
            Value::Nil => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Int(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(convert).collect(),
            Value::Map(map) => map.iter().map(|(key, value)| (key.clone(), convert(value))).collect(),
        }
    }
    serde_json::to_string(&convert(value)).ok()
}

/// `%s`, `%d`, `%v`, `%q`, `%t`, `%0<width>d`; any other verb is not known.
fn printf(format: &str, values: &[Value]) -> Option<String> {
    let mut out = String::new();
    let mut values = values.iter();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let verb = after.find(|c: char| !c.is_ascii_digit())?;
        let (flags, tail) = after.split_at_checked(verb)?;
        let kind = tail.chars().next()?;
        rest = tail.get(kind.len_utf8()..)?;
        if kind == '%' && flags.is_empty() {
            out.push('%');
            continue;
        }
        let value = values.next()?;
        match (kind, value) {
            ('d', Value::Int(n)) if flags.starts_with('0') => {
                let width = flags.parse::<usize>().ok().filter(|width| *width < 100)?;
                out.push_str(&format!("{n:0width$}"));
            }
            ('d', Value::Int(n)) if flags.is_empty() => out.push_str(&n.to_string()),
            ('s', Value::Text(text)) if flags.is_empty() => out.push_str(text),
            ('t', Value::Bool(value)) if flags.is_empty() => out.push_str(&value.to_string()),
            ('q', Value::Text(text)) if flags.is_empty() => out.push_str(&format!("{text:?}")),
            ('v', value) if flags.is_empty() => out.push_str(&value.text()),
            _ => return None,
        }
    }
    out.push_str(rest);
    values.next().is_none().then_some(out)
}
