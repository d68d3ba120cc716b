//! Functions by name, and conversions. A function that does not take what it is given is an error.

mod format;
mod lists;
mod net;
mod quantity;
mod semver;
mod strings;
mod time;

pub(super) use lists::sort;

use base64::Engine;

use super::arithmetic::float;
use super::base64::{BASE64, decode_base64};
use super::moment;
use super::pattern;
use super::value::{Budget, Function, Out, Stop, Value, one};
use std::rc::Rc;

/// The function with a name; methods and functions share them.
pub(super) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "size" => size,
        "type" => type_of,
        "dyn" => same,
        "bool" => to_bool,
        "int" => to_int,
        "uint" => to_uint,
        "double" => to_double,
        "string" => to_string,
        "bytes" => to_bytes,
        "duration" => time::duration,
        "timestamp" => time::timestamp,
        "matches" => |budget, arguments| pattern::Use::Matches.compute(budget, arguments),
        "find" => |budget, arguments| pattern::Use::Find.compute(budget, arguments),
        "findAll" => |budget, arguments| pattern::Use::FindAll.compute(budget, arguments),
        "optional.of" => |_, arguments| one(arguments).map(|value| Value::some(value.clone())),
        "optional.ofNonZeroValue" => |_, arguments| {
            let value = one(arguments)?;
            Ok(Value::Optional((!is_zero(value)).then(|| Rc::new(value.clone()))))
        },
        "optional.none" => |_, _| Ok(Value::Optional(None)),
        "hasValue" => |_, arguments| Ok(Value::Bool(optional(arguments)?.is_some())),
        "value" => |_, arguments| optional(arguments)?.as_deref().cloned().ok_or(Stop::Error),
        "orValue" => or_value,
        "or" => |_, arguments| match arguments {
            [Value::Optional(None), other @ Value::Optional(_)] => Ok(other.clone()),
            [some @ Value::Optional(_), Value::Optional(_)] => Ok(some.clone()),
            _ => Err(Stop::Error),
        },
        "math.greatest" => |budget, arguments| lists::extreme(budget, arguments, std::cmp::Ordering::Greater),
        "math.least" => |budget, arguments| lists::extreme(budget, arguments, std::cmp::Ordering::Less),
        "math.abs" => |_, arguments| match one(arguments)? {
            Value::Int(number) => number.checked_abs().map(Value::Int).ok_or(Stop::Error),
            Value::Double(number) => Ok(Value::Double(number.abs())),
            other => Ok(other.clone()),
        },
        "math.ceil" => |_, arguments| float(one(arguments)?).map(|number| Value::Double(number.ceil())),
        "math.floor" => |_, arguments| float(one(arguments)?).map(|number| Value::Double(number.floor())),
        "math.round" => |_, arguments| float(one(arguments)?).map(|number| Value::Double(number.round())),
        "math.trunc" => |_, arguments| float(one(arguments)?).map(|number| Value::Double(number.trunc())),
        "base64.encode" => |budget, arguments| match arguments {
            [Value::Bytes(bytes)] => {
                budget.text(bytes.len())?;
                Ok(Value::text(BASE64.encode(bytes)))
            }
            _ => Err(Stop::Error),
        },
        "base64.decode" => |budget, arguments| match arguments {
            [Value::Str(text)] => {
                budget.text(text.len())?;
                decode_base64(text).map(|bytes| Value::Bytes(bytes.into())).ok_or(Stop::Error)
            }
            _ => Err(Stop::Error),
        },
        _ => {
            return strings::named(name)
                .or_else(|| lists::named(name))
                .or_else(|| time::named(name))
                .or_else(|| net::named(name))
                .or_else(|| quantity::named(name))
                .or_else(|| semver::named(name))
                .or_else(|| format::named(name));
        }
    })
}

/// The name of a type that stands for itself.
pub(super) fn type_named(name: &str) -> Option<&'static str> {
    const NAMES: [&str; 17] = [
        "bool",
        "int",
        "uint",
        "double",
        "string",
        "bytes",
        "list",
        "map",
        "null_type",
        "type",
        "optional_type",
        "net.IP",
        "net.CIDR",
        "kubernetes.URL",
        "kubernetes.Quantity",
        "google.protobuf.Duration",
        "google.protobuf.Timestamp",
    ];
    NAMES.into_iter().find(|known| *known == name)
}

fn optional<'a>(arguments: &[Value<'a>]) -> Out<Option<Rc<Value<'a>>>> {
    match arguments {
        [Value::Optional(inner)] => Ok(inner.clone()),
        _ => Err(Stop::Error),
    }
}

fn or_value<'a>(_: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    match arguments {
        [Value::Optional(inner), other] => Ok(inner.as_deref().unwrap_or(other).clone()),
        _ => Err(Stop::Error),
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Optional(None) => true,
        Value::Bool(truth) => !truth,
        Value::Double(number) => *number == 0.0,
        Value::Str(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::Duration(nanos) => *nanos == 0,
        _ => value.len() == Some(0) || value.whole() == Some(0),
    }
}

fn same<'a>(_: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    one(arguments).cloned()
}

fn type_of<'a>(_: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    Ok(Value::Type(one(arguments)?.type_name()))
}

fn size<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let size = match one(arguments)? {
        Value::Str(text) => {
            budget.text(text.len())?;
            text.chars().count()
        }
        Value::Bytes(bytes) => bytes.len(),
        Value::Node(node, _) if node.entries().iter().any(|entry| entry.key.is_unknown()) => {
            return Err(Stop::Unknown);
        }
        value => value.len().ok_or(Stop::Error)?,
    };
    Ok(Value::Int(size as i64))
}

/// A float as a whole number, rounded towards zero; `None` outside of 64 bits.
fn truncated(number: f64) -> Option<i128> {
    (number.is_finite() && number.abs() < 2e19).then_some(number as i128)
}

fn to_bool<'a>(_: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    match one(arguments)? {
        Value::Bool(truth) => Ok(Value::Bool(*truth)),
        // As Go reads booleans.
        Value::Str(text) => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            _ => Err(Stop::Error),
        },
        _ => Err(Stop::Error),
    }
}

fn to_int<'a>(_: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let value = one(arguments)?;
    let whole = match value {
        Value::Double(number) => truncated(*number),
        Value::Str(text) => text.parse::<i64>().ok().map(i128::from),
        Value::Timestamp(seconds, _) => Some(i128::from(*seconds)),
        Value::Duration(nanos) => Some(i128::from(*nanos)),
        _ => value.whole(),
    };
    whole.and_then(|whole| i64::try_from(whole).ok()).map(Value::Int).ok_or(Stop::Error)
}

fn to_uint<'a>(_: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let value = one(arguments)?;
    let whole = match value {
        Value::Double(number) if *number >= 0.0 => truncated(*number),
        Value::Str(text) => text.parse::<u64>().ok().map(i128::from),
        _ => value.whole(),
    };
    whole.and_then(|whole| u64::try_from(whole).ok()).map(Value::Uint).ok_or(Stop::Error)
}

fn to_double<'a>(_: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    match one(arguments)? {
        Value::Str(text) => text.trim_start_matches('+').parse().map(Value::Double).map_err(|_| Stop::Error),
        value => float(value).map(Value::Double),
    }
}

fn to_string<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let value = one(arguments)?;
    let text = match value {
        Value::Str(_) => return Ok(value.clone()),
        Value::Bytes(bytes) => {
            budget.text(bytes.len())?;
            std::str::from_utf8(bytes).map_err(|_| Stop::Error)?.to_owned()
        }
        Value::Bool(truth) => truth.to_string(),
        Value::Double(number) => strings::float(*number),
        Value::Duration(nanos) => moment::seconds(*nanos),
        Value::Timestamp(seconds, nanos) => moment::rfc3339(*seconds, *nanos),
        Value::Ip(address) => address.to_string(),
        Value::Cidr(address, bits) => format!("{address}/{bits}"),
        _ => value.whole().ok_or(Stop::Error)?.to_string(),
    };
    Ok(Value::text(text))
}

fn to_bytes<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    match one(arguments)? {
        Value::Str(text) => {
            budget.text(text.len())?;
            Ok(Value::Bytes(text.as_bytes().into()))
        }
        bytes @ Value::Bytes(_) => Ok(bytes.clone()),
        _ => Err(Stop::Error),
    }
}
