//! Sums, differences, products, quotients and remainders.

use super::moment::SECOND;
use super::operator::Operator;
use super::value::{Budget, Out, Stop, Value};
use std::borrow::Cow;

/// Sums, differences, products, quotients and remainders; overflow is an error.
pub(super) fn arithmetic<'a>(budget: &Budget, operator: Operator, left: Value<'a>, right: Value<'a>) -> Out<Value<'a>> {
    use Operator::{Add, Divide, Multiply, Remainder, Subtract};
    let result = match (left, right) {
        (Value::Int(a), Value::Int(b)) => match operator {
            Add => a.checked_add(b),
            Subtract => a.checked_sub(b),
            Multiply => a.checked_mul(b),
            Divide => a.checked_div(b),
            Remainder => a.checked_rem(b),
            _ => None,
        }
        .map(Value::Int),
        (Value::Uint(a), Value::Uint(b)) => match operator {
            Add => a.checked_add(b),
            Subtract => a.checked_sub(b),
            Multiply => a.checked_mul(b),
            Divide => a.checked_div(b),
            Remainder => a.checked_rem(b),
            _ => None,
        }
        .map(Value::Uint),
        (Value::Str(a), Value::Str(b)) if operator == Add => {
            budget.text(a.len() + b.len())?;
            Some(Value::Str(Cow::Owned(format!("{a}{b}"))))
        }
        (Value::Bytes(a), Value::Bytes(b)) if operator == Add => {
            budget.text(a.len() + b.len())?;
            Some(Value::Bytes([&*a, &*b].concat().into()))
        }
        (a, b) if operator == Add && a.is_list() && b.is_list() => {
            let mut items = a.items(budget)?;
            items.extend(b.items(budget)?);
            Some(Value::list(items))
        }
        // The schema's `type: number` makes whole numbers doubles; a mixture is one read without its schema.
        (a @ (Value::Double(_) | Value::Int(_)), b @ (Value::Double(_) | Value::Int(_))) => {
            let (a, b) = (float(&a)?, float(&b)?);
            match operator {
                Add => Some(a + b),
                Subtract => Some(a - b),
                Multiply => Some(a * b),
                Divide => Some(a / b),
                _ => None,
            }
            .map(Value::Double)
        }
        (a, b) => of_time(operator, &a, &b),
    };
    result.ok_or(Stop::Error)
}

/// Sums and differences with durations and timestamps.
fn of_time<'a>(operator: Operator, left: &Value<'a>, right: &Value<'a>) -> Option<Value<'a>> {
    let sign = match operator {
        Operator::Add => 1,
        Operator::Subtract => -1,
        _ => return None,
    };
    match (left, right) {
        (Value::Duration(a), Value::Duration(b)) => a.checked_add(b.checked_mul(sign)?).map(Value::Duration),
        (Value::Timestamp(..), Value::Duration(by)) => moved(left, by.checked_mul(sign)?),
        (Value::Duration(by), Value::Timestamp(..)) if sign == 1 => moved(right, *by),
        (Value::Timestamp(a, m), Value::Timestamp(b, n)) if sign == -1 => {
            let seconds = i128::from(*a) - i128::from(*b);
            let nanos = seconds * i128::from(SECOND) + i128::from(*m) - i128::from(*n);
            i64::try_from(nanos).ok().map(Value::Duration)
        }
        _ => None,
    }
}

fn moved<'a>(moment: &Value<'a>, by: i64) -> Option<Value<'a>> {
    let Value::Timestamp(seconds, nanos) = moment else {
        return None;
    };
    let total = i128::from(*seconds) * i128::from(SECOND) + i128::from(*nanos) + i128::from(by);
    let seconds = i64::try_from(total.div_euclid(i128::from(SECOND))).ok()?;
    let nanos = u32::try_from(total.rem_euclid(i128::from(SECOND))).ok()?;
    Some(Value::Timestamp(seconds, nanos))
}

/// A number as a float.
pub(super) fn float(value: &Value) -> Out<f64> {
    match value {
        Value::Double(number) => Ok(*number),
        _ => value.whole().map(|whole| whole as f64).ok_or(Stop::Error),
    }
}
