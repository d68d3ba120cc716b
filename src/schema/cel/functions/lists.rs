//! Functions of lists and sets.

use super::super::arithmetic::arithmetic;
use super::super::operator::Operator;
use super::super::value::{Budget, Function, Out, Stop, Value, decide, one};
use std::cmp::Ordering;

pub(super) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "isSorted" => |budget, arguments| {
            let items = one(arguments)?.items(budget)?;
            let pairs = items.iter().zip(items.iter().skip(1));
            let orders: Option<Vec<Ordering>> = pairs.map(|(a, b)| a.compare(b)).collect();
            let orders = orders.ok_or(Stop::Error)?;
            Ok(Value::Bool(orders.iter().all(|order| *order != Ordering::Greater)))
        },
        "sum" => |budget, arguments| {
            let items = one(arguments)?.items(budget)?;
            let sum = items.into_iter().map(Ok).reduce(|a, b| arithmetic(budget, Operator::Add, a?, b?));
            sum.unwrap_or(Ok(Value::Int(0)))
        },
        "min" => |budget, arguments| extreme(budget, arguments, Ordering::Less),
        "max" => |budget, arguments| extreme(budget, arguments, Ordering::Greater),
        "flatten" => flatten,
        "distinct" => |budget, arguments| {
            let mut kept: Vec<Value> = Vec::new();
            for item in one(arguments)?.items(budget)? {
                if !contains(budget, &kept, &item)? {
                    kept.push(item);
                }
            }
            Ok(Value::list(kept))
        },
        "sort" => |budget, arguments| {
            let mut items = one(arguments)?.items(budget)?;
            sort(budget, &mut items, |item| item)?;
            Ok(Value::list(items))
        },
        "slice" => |budget, arguments| match arguments {
            [list, Value::Int(from), Value::Int(to)] => {
                let items = list.items(budget)?;
                let range = usize::try_from(*from).ok().zip(usize::try_from(*to).ok());
                let slice = range.and_then(|(from, to)| items.get(from..to)).ok_or(Stop::Error)?;
                Ok(Value::list(slice.to_vec()))
            }
            _ => Err(Stop::Error),
        },
        "first" => |_, arguments| end(one(arguments)?, |_| 0),
        "last" => |_, arguments| end(one(arguments)?, |len| len.saturating_sub(1)),
        "lists.range" => |budget, arguments| match arguments {
            [Value::Int(length)] => {
                budget.take(usize::try_from(*length).map_err(|_| Stop::Error)?)?;
                Ok(Value::list((0..*length).map(Value::Int).collect()))
            }
            _ => Err(Stop::Error),
        },
        "sets.contains" => |budget, arguments| {
            let (whole, part) = two(budget, arguments)?;
            decide(false, part.iter().map(|item| contains(budget, &whole, item))).map(Value::Bool)
        },
        "sets.equivalent" => |budget, arguments| {
            let (a, b) = two(budget, arguments)?;
            let both =
                a.iter().map(|item| contains(budget, &b, item)).chain(b.iter().map(|item| contains(budget, &a, item)));
            decide(false, both).map(Value::Bool)
        },
        "sets.intersects" => |budget, arguments| {
            let (a, b) = two(budget, arguments)?;
            decide(true, a.iter().map(|item| contains(budget, &b, item))).map(Value::Bool)
        },
        _ => return None,
    })
}

type Lists<'a> = (Vec<Value<'a>>, Vec<Value<'a>>);

fn two<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Lists<'a>> {
    match arguments {
        [a, b] => Ok((a.items(budget)?, b.items(budget)?)),
        _ => Err(Stop::Error),
    }
}

fn contains<'a>(budget: &Budget, items: &[Value<'a>], item: &Value<'a>) -> Out<bool> {
    decide(true, items.iter().map(|candidate| candidate.equals(budget, item)))
}

fn end<'a>(list: &Value<'a>, at: impl Fn(usize) -> usize) -> Out<Value<'a>> {
    let len = list.len().filter(|_| list.is_list()).ok_or(Stop::Error)?;
    if len == 0 { Ok(Value::Optional(None)) } else { list.item(at(len)).map(Value::some) }
}

/// One level, or as many as the second argument says.
fn flatten<'a>(budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
    let (list, levels) = match arguments {
        [list] => (list, 1),
        [list, Value::Int(levels)] if *levels >= 0 => (list, *levels),
        _ => return Err(Stop::Error),
    };
    let mut items = list.items(budget)?;
    // Each level that flattens nothing ends it.
    for _ in 0..levels {
        if !items.iter().any(Value::is_list) {
            break;
        }
        let mut flat = Vec::with_capacity(items.len());
        for item in items {
            if item.is_list() { flat.extend(item.items(budget)?) } else { flat.push(item) }
        }
        items = flat;
    }
    Ok(Value::list(items))
}

/// The greatest or least of a list, or of the arguments.
pub(super) fn extreme<'a>(budget: &Budget, arguments: &[Value<'a>], wanted: Ordering) -> Out<Value<'a>> {
    let items = match arguments {
        [list] if list.is_list() => list.items(budget)?,
        _ => arguments.to_vec(),
    };
    let mut items = items.into_iter();
    let mut best = items.next().ok_or(Stop::Error)?;
    for item in items {
        if item.compare(&best).ok_or(Stop::Error)? == wanted {
            best = item;
        }
    }
    Ok(best)
}

/// Sorts by a key; values without an order are an error.
pub(in crate::schema::cel) fn sort<'a, T>(budget: &Budget, items: &mut [T], key: impl Fn(&T) -> &Value<'a>) -> Out<()> {
    budget.take(items.len().saturating_mul(8))?;
    let Some(first) = items.first() else {
        return Ok(());
    };
    // One type, so that the order is total.
    let alike = |value: &Value| value.type_name() == key(first).type_name() && value.compare(key(first)).is_some();
    if !items.iter().all(|item| alike(key(item))) {
        return Err(Stop::Error);
    }
    items.sort_by(|a, b| key(a).compare(key(b)).unwrap_or(Ordering::Equal));
    Ok(())
}

/// First or last position of an item in a list; -1 where it is not.
pub(super) fn position<'a>(budget: &Budget, list: &Value<'a>, item: &Value<'a>, last: bool) -> Out<Value<'a>> {
    let len = list.len().ok_or(Stop::Error)?;
    for step in 0..len {
        let at = if last { len - 1 - step } else { step };
        if list.item(at)?.equals(budget, item)? {
            return Ok(Value::Int(at as i64));
        }
    }
    Ok(Value::Int(-1))
}
