//! CEL's functions of Kubernetes quantities.

use super::super::value::{Function, Out, Stop, Value};
use crate::kubernetes::quantity::{ONE, Quantity};
use std::cmp::Ordering;

pub(super) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "isQuantity" => |_, arguments| match arguments {
            [Value::Str(text)] => Ok(Value::Bool(Quantity::read(text).is_some())),
            _ => Err(Stop::Error),
        },
        "quantity" => |_, arguments| match arguments {
            [Value::Str(text)] => Quantity::read(text).map(Value::Quantity).ok_or(Stop::Error),
            _ => Err(Stop::Error),
        },
        "compareTo" => |_, arguments| order(arguments).map(|order| Value::Int(order as i64)),
        "isGreaterThan" => |_, arguments| order(arguments).map(|order| Value::Bool(order == Ordering::Greater)),
        "isLessThan" => |_, arguments| order(arguments).map(|order| Value::Bool(order == Ordering::Less)),
        "sign" => |_, arguments| receiver(arguments).map(|quantity| Value::Int(quantity.0.signum() as i64)),
        "isInteger" => |_, arguments| receiver(arguments).map(|quantity| Value::Bool(quantity.whole().is_some())),
        "asInteger" => |_, arguments| receiver(arguments)?.whole().map(Value::Int).ok_or(Stop::Error),
        "asApproximateFloat" => {
            |_, arguments| receiver(arguments).map(|quantity| Value::Double(quantity.0 as f64 / ONE as f64))
        }
        "add" => |_, arguments| combine(arguments, i128::checked_add),
        "sub" => |_, arguments| combine(arguments, i128::checked_sub),
        _ => return None,
    })
}

fn receiver(arguments: &[Value]) -> Out<Quantity> {
    match arguments {
        [Value::Quantity(quantity)] => Ok(*quantity),
        _ => Err(Stop::Error),
    }
}

/// Of two quantities, or of two versions.
fn order(arguments: &[Value]) -> Out<Ordering> {
    match arguments {
        [a @ Value::Quantity(_), b @ Value::Quantity(_)] | [a @ Value::Semver(_), b @ Value::Semver(_)] => {
            a.compare(b).ok_or(Stop::Error)
        }
        _ => Err(Stop::Error),
    }
}

fn combine<'a>(arguments: &[Value<'a>], with: impl Fn(i128, i128) -> Option<i128>) -> Out<Value<'a>> {
    let result = match arguments {
        [Value::Quantity(a), Value::Quantity(b)] => with(a.0, b.0),
        [Value::Quantity(a), Value::Int(b)] => with(a.0, i128::from(*b) * ONE),
        _ => None,
    };
    result.map(|result| Value::Quantity(Quantity(result))).ok_or(Stop::Error)
}
