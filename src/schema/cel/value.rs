//! Values while a rule runs: nodes are read where they stand, only what a rule computes is built.

use super::base64::decode_base64;
use super::moment::{parse_duration, parse_timestamp};
use super::scope::{Kind, Shape};
use super::url::Url;
use crate::kubernetes::quantity::Quantity;
use crate::yaml::{self, Mode, Node, Resolved};
use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

/// Why a value could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It depends on something that is not known offline.
    Unknown,
    /// CEL itself would fail: no such field, wrong type, overflow, or the step limit.
    Error,
}

/// A value, or why there is none.
pub(super) type Out<T> = Result<T, Stop>;

/// A function of its arguments, the receiver of a method first.
pub(super) type Function = for<'a> fn(&Budget, &[Value<'a>]) -> Out<Value<'a>>;

/// How much work is left; hostile rules end here.
pub(super) struct Budget(Cell<u32>);

impl Budget {
    pub(super) fn new(steps: u32) -> Self {
        Budget(Cell::new(steps))
    }

    /// Takes `steps`, before the work is done.
    pub(super) fn take(&self, steps: usize) -> Out<()> {
        let left = u32::try_from(steps).ok().and_then(|steps| self.0.get().checked_sub(steps));
        self.0.set(left.unwrap_or(0));
        left.map(drop).ok_or(Stop::Error)
    }

    /// Takes what a text of this many bytes costs.
    pub(super) fn text(&self, bytes: usize) -> Out<()> {
        self.take(bytes / 16)
    }
}

/// A CEL value.
#[derive(Clone)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Str(Cow<'a, str>),
    Bytes(Arc<[u8]>),
    List(Rc<Vec<Value<'a>>>),
    Map(Rc<Vec<(Value<'a>, Value<'a>)>>),
    /// A mapping or sequence of the document.
    Node(&'a Node, Option<&'a dyn Shape>),
    /// Nanoseconds.
    Duration(i64),
    /// Seconds since 1970 and nanoseconds.
    Timestamp(i64, u32),
    Type(&'static str),
    Optional(Option<Rc<Value<'a>>>),
    Ip(IpAddr),
    Cidr(IpAddr, u8),
    Url(Rc<Url>),
    Quantity(Quantity),
    Semver(Rc<semver::Version>),
    /// A named format, by its name.
    Format(&'static str),
}

impl<'a> Value<'a> {
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Value::Str(text.into())
    }

    pub(super) fn list(items: Vec<Value<'a>>) -> Self {
        Value::List(Rc::new(items))
    }

    pub(super) fn some(value: Value<'a>) -> Self {
        Value::Optional(Some(Rc::new(value)))
    }

    /// The value of a node, as the API server sees it after YAML became JSON.
    pub(super) fn of(node: &'a Node, shape: Option<&'a dyn Shape>) -> Out<Self> {
        let yaml::Value::Scalar(scalar) = &node.value else {
            return Ok(Value::Node(node, shape));
        };
        if scalar.unknown {
            return Err(Stop::Unknown);
        }
        let kind = shape.map_or(Kind::Any, Shape::kind);
        let text = scalar.text.as_str();
        Ok(match node.resolve(Mode::Yaml11) {
            None | Some(Resolved::Null) => Value::Null,
            _ if kind == Kind::String => Value::text(text),
            Some(Resolved::Bool(truth)) => Value::Bool(truth),
            Some(Resolved::Int(number)) if kind == Kind::Number => Value::Double(number as f64),
            Some(Resolved::Int(number)) => i64::try_from(number).map_or(Value::Double(number as f64), Value::Int),
            // JSON writes 1.0 and 1e3 without a fraction, so they arrive as integers.
            Some(Resolved::Float(number)) if kind != Kind::Number && number.fract() == 0.0 && number.abs() < 9e18 => {
                Value::Int(number as i64)
            }
            Some(Resolved::Float(number)) => Value::Double(number),
            Some(Resolved::Date | Resolved::Str) => match kind {
                Kind::Duration => Value::Duration(parse_duration(text).ok_or(Stop::Error)?),
                Kind::Timestamp => {
                    let (seconds, nanos) = parse_timestamp(text).ok_or(Stop::Error)?;
                    Value::Timestamp(seconds, nanos)
                }
                Kind::Bytes => Value::Bytes(decode_base64(text).ok_or(Stop::Error)?.into()),
                Kind::Any | Kind::String | Kind::Number => Value::text(text),
            },
        })
    }

    /// The value under a key; `None` where a mapping lacks it.
    pub(super) fn field(&self, budget: &Budget, name: &str) -> Out<Option<Value<'a>>> {
        match self {
            Value::Node(node, shape) if node.is_map() => {
                let shape = shape.and_then(|shape| shape.field(name));
                let written = node.get(name);
                // The API server drops nulls of fields that are not nullable, then fills in defaults.
                let kept = written.filter(|value| !value.is_null() || shape.is_some_and(Shape::nullable));
                match kept.or_else(|| shape.and_then(Shape::default)) {
                    Some(value) => Value::of(value, shape).map(Some),
                    None if node.entries().iter().any(|entry| entry.key.is_unknown()) => Err(Stop::Unknown),
                    None => Ok(None),
                }
            }
            Value::Map(entries) => {
                budget.take(entries.len() / 8)?;
                let named = |key: &Value| matches!(key, Value::Str(text) if text == name);
                Ok(entries.iter().find(|(key, _)| named(key)).map(|(_, value)| value.clone()))
            }
            _ => Err(Stop::Error),
        }
    }

    /// The value under an index or key; `None` where it is absent.
    pub(super) fn index(&self, budget: &Budget, key: &Value<'a>) -> Out<Option<Value<'a>>> {
        match (self, key) {
            (Value::Node(node, _), Value::Str(name)) if node.is_map() => self.field(budget, name),
            (Value::Node(node, _), _) if node.is_map() => Err(Stop::Error),
            (Value::Map(entries), _) => {
                for (candidate, value) in entries.iter() {
                    if candidate.equals(budget, key)? {
                        return Ok(Some(value.clone()));
                    }
                }
                Ok(None)
            }
            (Value::Node(..) | Value::List(_), _) => {
                let at = match key {
                    Value::Int(at) => usize::try_from(*at).ok(),
                    Value::Uint(at) => usize::try_from(*at).ok(),
                    Value::Double(at) if at.fract() == 0.0 && *at >= 0.0 => Some(*at as usize),
                    Value::Double(at) if at.fract() == 0.0 => None,
                    _ => return Err(Stop::Error),
                };
                at.filter(|at| self.len().is_some_and(|len| *at < len)).map(|at| self.item(at)).transpose()
            }
            _ => Err(Stop::Error),
        }
    }

    /// Number of items or entries; `None` for anything that is no collection.
    pub(super) fn len(&self) -> Option<usize> {
        match self {
            Value::List(items) => Some(items.len()),
            Value::Map(entries) => Some(entries.len()),
            Value::Node(node, _) => Some(node.items().len().max(node.entries().len())),
            _ => None,
        }
    }

    /// Whether this is a list.
    pub(super) fn is_list(&self) -> bool {
        matches!(self, Value::List(_)) || matches!(self, Value::Node(node, _) if node.is_seq())
    }

    /// The item of a list, or the key of a map, at a position.
    pub(super) fn item(&self, at: usize) -> Out<Value<'a>> {
        match self {
            Value::List(items) => items.get(at).cloned().ok_or(Stop::Error),
            Value::Map(entries) => entries.get(at).map(|(key, _)| key.clone()).ok_or(Stop::Error),
            Value::Node(node, shape) if node.is_seq() => {
                let item = node.items().get(at).ok_or(Stop::Error)?;
                Value::of(item, shape.and_then(Shape::item))
            }
            Value::Node(node, _) => {
                let key = &node.entries().get(at).ok_or(Stop::Error)?.key;
                match key.as_scalar() {
                    Some(scalar) if scalar.unknown => Err(Stop::Unknown),
                    Some(scalar) => Ok(Value::text(scalar.text.as_str())),
                    None => Err(Stop::Error),
                }
            }
            _ => Err(Stop::Error),
        }
    }

    /// Position or key, and value, at a position.
    pub(super) fn pair(&self, budget: &Budget, at: usize) -> Out<(Value<'a>, Value<'a>)> {
        if self.is_list() {
            return Ok((Value::Int(at as i64), self.item(at)?));
        }
        let key = self.item(at)?;
        let value = self.index(budget, &key)?.ok_or(Stop::Error)?;
        Ok((key, value))
    }

    /// All items of a list.
    pub(super) fn items(&self, budget: &Budget) -> Out<Vec<Value<'a>>> {
        let len = self.len().filter(|_| self.is_list()).ok_or(Stop::Error)?;
        budget.take(len)?;
        (0..len).map(|at| self.item(at)).collect()
    }

    /// The name that `type` gives.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null_type",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Uint(_) => "uint",
            Value::Double(_) => "double",
            Value::Str(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Node(node, _) if node.is_seq() => "list",
            Value::Node(..) => "map",
            Value::Duration(_) => "google.protobuf.Duration",
            Value::Timestamp(..) => "google.protobuf.Timestamp",
            Value::Type(_) => "type",
            Value::Optional(_) => "optional_type",
            Value::Ip(_) => "net.IP",
            Value::Cidr(..) => "net.CIDR",
            Value::Url(_) => "kubernetes.URL",
            Value::Quantity(_) => "kubernetes.Quantity",
            Value::Semver(_) => "kubernetes.Semver",
            Value::Format(_) => "kubernetes.NamedFormat",
        }
    }

    /// Equality as CEL has it: numbers by value, values of different types are unequal.
    pub(super) fn equals(&self, budget: &Budget, other: &Value<'a>) -> Out<bool> {
        budget.take(1)?;
        match (self, other) {
            (Value::Null, Value::Null) => Ok(true),
            (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
            (Value::Str(a), Value::Str(b)) => Ok(a == b),
            (Value::Bytes(a), Value::Bytes(b)) => Ok(a == b),
            (Value::Type(a), Value::Type(b)) => Ok(a == b),
            (Value::Format(a), Value::Format(b)) => Ok(a == b),
            (Value::Ip(a), Value::Ip(b)) => Ok(a == b),
            (Value::Cidr(a, m), Value::Cidr(b, n)) => Ok(a == b && m == n),
            (Value::Url(a), Value::Url(b)) => Ok(a == b),
            (Value::Optional(None), Value::Optional(None)) => Ok(true),
            (Value::Optional(Some(a)), Value::Optional(Some(b))) => a.equals(budget, b),
            (a, b) if a.is_list() && b.is_list() => a.equal_lists(budget, b),
            (a, b) if a.len().is_some() && b.len().is_some() => {
                Ok(a.is_list() == b.is_list() && a.equal_maps(budget, b)?)
            }
            (a, b) => Ok(a.compare(b) == Some(Ordering::Equal)),
        }
    }

    fn equal_lists(&self, budget: &Budget, other: &Value<'a>) -> Out<bool> {
        let (Some(len), true) = (self.len(), self.len() == other.len()) else {
            return Ok(false);
        };
        decide(false, (0..len).map(|at| self.item(at)?.equals(budget, &other.item(at)?)))
    }

    /// Over the keys of both: defaults count as written.
    fn equal_maps(&self, budget: &Budget, other: &Value<'a>) -> Out<bool> {
        let covers = |a: &Value<'a>, b: &Value<'a>| {
            decide(
                false,
                (0..a.len().unwrap_or(0)).map(|at| {
                    let key = a.item(at)?;
                    match (a.index(budget, &key)?, b.index(budget, &key)?) {
                        (Some(left), Some(right)) => left.equals(budget, &right),
                        (left, right) => Ok(left.is_none() && right.is_none()),
                    }
                }),
            )
        };
        decide(false, [covers(self, other), covers(other, self)].into_iter())
    }

    /// The order of two values; `None` where there is none.
    pub(super) fn compare(&self, other: &Value<'a>) -> Option<Ordering> {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
            (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
            (Value::Timestamp(a, m), Value::Timestamp(b, n)) => Some((a, m).cmp(&(b, n))),
            (Value::Quantity(a), Value::Quantity(b)) => Some(a.cmp(b)),
            (Value::Semver(a), Value::Semver(b)) => Some(a.cmp_precedence(b)),
            // A field whose schema says `duration` or `date-time`, read without its schema, is still text.
            (Value::Duration(a), Value::Str(text)) => Some(a.cmp(&parse_duration(text)?)),
            (Value::Str(text), Value::Duration(b)) => Some(parse_duration(text)?.cmp(b)),
            (Value::Timestamp(a, m), Value::Str(text)) => Some((*a, *m).cmp(&parse_timestamp(text)?)),
            (Value::Str(text), Value::Timestamp(b, n)) => Some(parse_timestamp(text)?.cmp(&(*b, *n))),
            (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
            (Value::Double(a), _) => compare_float(*a, other.whole()?),
            (_, Value::Double(b)) => compare_float(*b, self.whole()?).map(Ordering::reverse),
            _ => Some(self.whole()?.cmp(&other.whole()?)),
        }
    }

    /// The value of an integer.
    pub(super) fn whole(&self) -> Option<i128> {
        match self {
            Value::Int(number) => Some(i128::from(*number)),
            Value::Uint(number) => Some(i128::from(*number)),
            _ => None,
        }
    }
}

/// The first operand that is `decisive` decides, errors beside it do not count; else unknown wins over an error.
pub(super) fn decide(decisive: bool, operands: impl Iterator<Item = Out<bool>>) -> Out<bool> {
    let mut stopped = None;
    for operand in operands {
        match operand {
            Ok(truth) if truth == decisive => return Ok(decisive),
            Ok(_) => {}
            Err(Stop::Unknown) => stopped = Some(Stop::Unknown),
            Err(Stop::Error) => stopped = stopped.or(Some(Stop::Error)),
        }
    }
    stopped.map_or(Ok(!decisive), Err)
}

/// Integers become floats first, as in cel-go, even where that rounds.
fn compare_float(float: f64, whole: i128) -> Option<Ordering> {
    float.partial_cmp(&(whole as f64))
}

/// The only argument.
pub(super) fn one<'v, 'a>(arguments: &'v [Value<'a>]) -> Out<&'v Value<'a>> {
    match arguments {
        [value] => Ok(value),
        _ => Err(Stop::Error),
    }
}
