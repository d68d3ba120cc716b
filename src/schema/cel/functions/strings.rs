//! Functions of text. Positions count code points.

use super::super::moment;
use super::super::value::{Budget, Function, Out, Stop, Value};
use super::lists;

pub(super) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "contains" => |budget, arguments| test(budget, arguments, |text, part| text.contains(part)),
        "startsWith" => |budget, arguments| test(budget, arguments, |text, part| text.starts_with(part)),
        "endsWith" => |budget, arguments| test(budget, arguments, |text, part| text.ends_with(part)),
        "lowerAscii" => |budget, arguments| change(budget, arguments, |text| text.to_ascii_lowercase()),
        "upperAscii" => |budget, arguments| change(budget, arguments, |text| text.to_ascii_uppercase()),
        "trim" => |budget, arguments| change(budget, arguments, |text| text.trim().to_owned()),
        "strings.quote" => |budget, arguments| change(budget, arguments, quote),
        "reverse" => |budget, arguments| match arguments {
            [list] if list.is_list() => {
                let mut items = list.items(budget)?;
                items.reverse();
                Ok(Value::list(items))
            }
            _ => change(budget, arguments, |text| text.chars().rev().collect()),
        },
        "charAt" => char_at,
        "substring" => substring,
        "indexOf" => |budget, arguments| position(budget, arguments, false),
        "lastIndexOf" => |budget, arguments| position(budget, arguments, true),
        "join" => join,
        "split" => split,
        "replace" => replace,
        "format" => format,
        _ => return None,
    })
}

fn test<'a>(budget: &Budget, arguments: &[Value<'a>], holds: impl Fn(&str, &str) -> bool) -> Out<Value<'a>> {
    match arguments {
        [Value::Str(text), Value::Str(part)] => {
            budget.text(text.len())?;
            Ok(Value::Bool(holds(text, part)))
        }
        _ => Err(Stop::Error),
    }
}

fn change<'a>(budget: &Budget, arguments: &[Value<'a>], change: impl Fn(&str) -> String) -> Out<Value<'a>> {
    match arguments {
        [Value::Str(text)] => {
            budget.text(text.len())?;
            Ok(Value::text(change(text)))
        }
        _ => Err(Stop::Error),
    }
}

/// The byte offset of a code point; the end counts.
fn offset(text: &str, at: i64) -> Out<usize> {
    let at = usize::try_from(at).map_err(|_| Stop::Error)?;
    let mut ends = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
    ends.nth(at).ok_or(Stop::Error)
}

fn char_at<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let [Value::Str(text), Value::Int(at)] = arguments else {
        return Err(Stop::Error);
    };
    budget.text(text.len())?;
    let rest = text.get(offset(text, *at)?..).unwrap_or("");
    Ok(Value::text(rest.chars().next().map_or(String::new(), String::from)))
}

fn substring<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let (text, from, to) = match arguments {
        [Value::Str(text), Value::Int(from)] => (text, offset(text, *from)?, text.len()),
        [Value::Str(text), Value::Int(from), Value::Int(to)] => (text, offset(text, *from)?, offset(text, *to)?),
        _ => return Err(Stop::Error),
    };
    budget.text(text.len())?;
    text.get(from..to).map(|part| Value::text(part.to_owned())).ok_or(Stop::Error)
}

fn position<'a>(budget: &Budget, arguments: &[Value<'a>], last: bool) -> Out<Value<'a>> {
    let (text, part, bound) = match arguments {
        [list, item] if list.is_list() => return lists::position(budget, list, item, last),
        [Value::Str(text), Value::Str(part)] => (text, part, None),
        [Value::Str(text), Value::Str(part), Value::Int(bound)] => (text, part, Some(*bound)),
        _ => return Err(Stop::Error),
    };
    budget.text(text.len())?;
    let length = text.chars().count() as i64;
    if part.is_empty() {
        return Ok(Value::Int(bound.unwrap_or(if last { length } else { 0 })));
    }
    let bound = match bound {
        Some(bound) if bound < 0 => return Err(Stop::Error),
        Some(bound) if bound >= length => return Ok(Value::Int(-1)),
        Some(bound) => offset(text, bound)?,
        None if last => text.len(),
        None => 0,
    };
    let found = if last {
        // The match may begin at the bound, at most.
        let end = text.len().min(bound.saturating_add(part.len()));
        let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
        text.get(..end).and_then(|head| head.rfind(&**part)).filter(|at| *at <= bound)
    } else {
        text.get(bound..).and_then(|rest| rest.find(&**part)).map(|at| at + bound)
    };
    let found = found.and_then(|at| text.get(..at)).map_or(-1, |before| before.chars().count() as i64);
    Ok(Value::Int(found))
}

fn join<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let (list, separator) = match arguments {
        [list] => (list, ""),
        [list, Value::Str(separator)] => (list, &**separator),
        _ => return Err(Stop::Error),
    };
    let mut out = String::new();
    for (at, item) in list.items(budget)?.iter().enumerate() {
        let Value::Str(text) = item else {
            return Err(Stop::Error);
        };
        budget.text(text.len() + separator.len())?;
        if at > 0 {
            out.push_str(separator);
        }
        out.push_str(text);
    }
    Ok(Value::text(out))
}

fn split<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let (text, separator, most) = match arguments {
        [Value::Str(text), Value::Str(separator)] => (text, separator, None),
        // A negative limit means none.
        [Value::Str(text), Value::Str(separator), Value::Int(most)] => (text, separator, usize::try_from(*most).ok()),
        _ => return Err(Stop::Error),
    };
    budget.take(text.len())?;
    let most = most.unwrap_or(usize::MAX);
    let parts: Vec<Value> = if most == 0 {
        Vec::new()
    } else if separator.is_empty() {
        // Into code points; the last part keeps the rest.
        let mut starts: Vec<usize> = text.char_indices().map(|(byte, _)| byte).take(most).collect();
        starts.push(text.len());
        let parts = starts.iter().zip(starts.iter().skip(1));
        parts.filter_map(|(from, to)| text.get(*from..*to)).map(|part| Value::text(part.to_owned())).collect()
    } else {
        text.splitn(most, &**separator).map(|part| Value::text(part.to_owned())).collect()
    };
    Ok(Value::list(parts))
}

fn replace<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let (text, old, new, most) = match arguments {
        [Value::Str(text), Value::Str(old), Value::Str(new)] => (text, old, new, usize::MAX),
        [Value::Str(text), Value::Str(old), Value::Str(new), Value::Int(most)] => {
            (text, old, new, usize::try_from(*most).unwrap_or(usize::MAX))
        }
        _ => return Err(Stop::Error),
    };
    budget.text(text.len())?;
    let count = text.matches(&**old).count().min(most);
    budget.text(text.len().saturating_add(count.saturating_mul(new.len())))?;
    Ok(Value::text(text.replacen(&**old, new, most)))
}

fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' | '"' => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A number as Go's shortest form: an exponent for the very large and the very small.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e21).contains(&size) {
        return exponent(&format!("{number:e}"));
    }
    number.to_string()
}

/// Go writes exponents with a sign and two digits.
fn exponent(text: &str) -> String {
    let Some((mantissa, power)) = text.split_once('e') else {
        return text.to_owned();
    };
    let (sign, digits) = power.strip_prefix('-').map_or(('+', power), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// `'%s'.format([…])`
fn format<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let [Value::Str(pattern), list] = arguments else {
        return Err(Stop::Error);
    };
    budget.text(pattern.len())?;
    let mut values = list.items(budget)?.into_iter();
    let mut out = String::new();
    let mut rest = &**pattern;
    while let Some(at) = rest.find('%') {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("");
        let mut precision = None;
        if let Some(after) = rest.strip_prefix('.') {
            let length = after.bytes().take_while(u8::is_ascii_digit).count();
            let digits = after.get(..length).unwrap_or("");
            precision = Some(digits.parse::<usize>().ok().filter(|digits| *digits <= 100).ok_or(Stop::Error)?);
            rest = after.get(length..).unwrap_or("");
        }
        let verb = rest.chars().next().ok_or(Stop::Error)?;
        rest = rest.get(verb.len_utf8()..).unwrap_or("");
        if verb == '%' {
            out.push('%');
            continue;
        }
        let value = values.next().ok_or(Stop::Error)?;
        match (verb, &value) {
            ('s', _) => display(budget, &value, &mut out)?,
            ('d', Value::Int(_) | Value::Uint(_)) => display(budget, &value, &mut out)?,
            ('f', _) => out.push_str(&format!("{:.*}", precision.unwrap_or(6), number(&value)?)),
            ('e', _) => out.push_str(&exponent(&format!("{:.*e}", precision.unwrap_or(6), number(&value)?))),
            ('b', Value::Bool(truth)) => out.push(if *truth { '1' } else { '0' }),
            ('b', _) => out.push_str(&radix(&value, |size| format!("{size:b}"))?),
            ('o', _) => out.push_str(&radix(&value, |size| format!("{size:o}"))?),
            ('x' | 'X', _) => {
                let hex = match &value {
                    Value::Str(text) => hex(budget, text.as_bytes())?,
                    Value::Bytes(bytes) => hex(budget, bytes)?,
                    _ => radix(&value, |size| format!("{size:x}"))?,
                };
                out.push_str(&if verb == 'X' { hex.to_ascii_uppercase() } else { hex });
            }
            _ => return Err(Stop::Error),
        }
    }
    out.push_str(rest);
    Ok(Value::text(out))
}

fn number(value: &Value) -> Out<f64> {
    match value {
        Value::Double(number) => Ok(*number),
        _ => value.whole().map(|whole| whole as f64).ok_or(Stop::Error),
    }
}

fn radix(value: &Value, write: impl Fn(u128) -> String) -> Out<String> {
    let whole = value.whole().ok_or(Stop::Error)?;
    let sign = if whole < 0 { "-" } else { "" };
    Ok(format!("{sign}{}", write(whole.unsigned_abs())))
}

fn hex(budget: &Budget, bytes: &[u8]) -> Out<String> {
    budget.take(bytes.len())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A value as `%s` shows it; inside a collection strings are quoted and doubles keep six digits.
fn display(budget: &Budget, value: &Value, out: &mut String) -> Out<()> {
    budget.take(1)?;
    match value {
        Value::Str(text) => {
            budget.text(text.len())?;
            out.push_str(text);
        }
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Double(double) => out.push_str(&float(*double)),
        Value::Duration(nanos) => out.push_str(&moment::seconds(*nanos)),
        Value::Timestamp(seconds, nanos) => out.push_str(&moment::rfc3339(*seconds, *nanos)),
        Value::Type(name) => out.push_str(name),
        Value::Bytes(bytes) => {
            budget.text(bytes.len())?;
            out.push_str(&String::from_utf8_lossy(bytes));
        }
        _ if value.is_list() => {
            out.push('[');
            for (at, item) in value.items(budget)?.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                display_inner(budget, item, out)?;
            }
            out.push(']');
        }
        _ => match value.len() {
            Some(len) => {
                // Entries come in the order of their keys.
                let mut entries = Vec::with_capacity(len);
                for at in 0..len {
                    let (key, value) = value.pair(budget, at)?;
                    let mut text = String::new();
                    display_inner(budget, &key, &mut text)?;
                    entries.push((text, value));
                }
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    out.push_str(key);
                    out.push(':');
                    display_inner(budget, value, out)?;
                }
                out.push('}');
            }
            None => out.push_str(&value.whole().ok_or(Stop::Error)?.to_string()),
        },
    }
    Ok(())
}

fn display_inner(budget: &Budget, value: &Value, out: &mut String) -> Out<()> {
    match value {
        Value::Str(text) => {
            budget.text(text.len())?;
            out.push_str(&quote(text));
        }
        Value::Double(double) => out.push_str(&format!("{double:.6}")),
        _ => display(budget, value, out)?,
    }
    Ok(())
}
