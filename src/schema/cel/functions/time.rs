//! Functions of durations and timestamps.

use super::super::moment::{SECOND, date_of, days_to, offset, parse_duration, parse_timestamp};
use super::super::value::{Budget, Function, Out, Stop, Value, one};

/// What a calendar shows of a moment.
struct Calendar {
    year: i64,
    month: i64,
    day: i64,
    weekday: i64,
    day_of_year: i64,
    second_of_day: i64,
}

pub(super) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "getFullYear" => |_, arguments| calendar(arguments).map(|day| Value::Int(day.year)),
        "getMonth" => |_, arguments| calendar(arguments).map(|day| Value::Int(day.month - 1)),
        "getDate" => |_, arguments| calendar(arguments).map(|day| Value::Int(day.day)),
        "getDayOfMonth" => |_, arguments| calendar(arguments).map(|day| Value::Int(day.day - 1)),
        "getDayOfWeek" => |_, arguments| calendar(arguments).map(|day| Value::Int(day.weekday)),
        "getDayOfYear" => |_, arguments| calendar(arguments).map(|day| Value::Int(day.day_of_year)),
        "getHours" => |_, arguments| part(arguments, 3600 * SECOND, |day| day.second_of_day / 3600),
        "getMinutes" => |_, arguments| part(arguments, 60 * SECOND, |day| day.second_of_day / 60 % 60),
        "getSeconds" => |_, arguments| part(arguments, SECOND, |day| day.second_of_day % 60),
        "getMilliseconds" => |_, arguments| match arguments {
            [Value::Timestamp(_, nanos), ..] => Ok(Value::Int(i64::from(*nanos) / 1_000_000)),
            _ => part(arguments, 1_000_000, |_| 0),
        },
        _ => return None,
    })
}

/// Of a duration the whole units, of a timestamp the calendar's.
fn part<'a>(arguments: &[Value<'a>], unit: i64, of: impl Fn(Calendar) -> i64) -> Out<Value<'a>> {
    if let [value] = arguments
        && let Some(nanos) = as_duration(value)
    {
        return Ok(Value::Int(nanos / unit));
    }
    calendar(arguments).map(|day| Value::Int(of(day)))
}

/// A duration, or the text of a field whose schema says that it is one.
fn as_duration(value: &Value) -> Option<i64> {
    match value {
        Value::Duration(nanos) => Some(*nanos),
        Value::Str(text) => parse_duration(text),
        _ => None,
    }
}

fn as_timestamp(value: &Value) -> Option<(i64, u32)> {
    match value {
        Value::Timestamp(seconds, nanos) => Some((*seconds, *nanos)),
        Value::Str(text) => parse_timestamp(text),
        _ => None,
    }
}

fn calendar(arguments: &[Value]) -> Out<Calendar> {
    let (moment, zone) = match arguments {
        [moment] => (moment, 0),
        [moment, Value::Str(zone)] => (moment, offset(zone).ok_or(Stop::Error)?),
        _ => return Err(Stop::Error),
    };
    let (seconds, _) = as_timestamp(moment).ok_or(Stop::Error)?;
    let local = seconds.checked_add(zone).ok_or(Stop::Error)?;
    let days = local.div_euclid(86_400);
    let (year, month, day) = date_of(days);
    Ok(Calendar {
        year,
        month,
        day,
        weekday: (days + 4).rem_euclid(7),
        day_of_year: days - days_to(year, 1, 1),
        second_of_day: local.rem_euclid(86_400),
    })
}

pub(super) fn duration<'a>(_: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    as_duration(one(arguments)?).map(Value::Duration).ok_or(Stop::Error)
}

pub(super) fn timestamp<'a>(_: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let moment = match one(arguments)? {
        Value::Int(seconds) => Some((*seconds, 0)),
        value => as_timestamp(value),
    };
    // The years 1 to 9999, as CEL limits them.
    let moment = moment.filter(|(seconds, _)| (-62_135_596_800..=253_402_300_799).contains(seconds));
    moment.map(|(seconds, nanos)| Value::Timestamp(seconds, nanos)).ok_or(Stop::Error)
}
