//! Runs a program over a scope.

use super::arithmetic::arithmetic;
use super::functions;
use super::operator::Operator;
use super::parse::Program;
use super::scope::{MAX_STEPS, Outcome, Scope};
use super::syntax::{Expr, Fold, Literal, Loop};
use super::value::{Budget, Out, Stop, Value, decide};
use crate::kubernetes::pattern::re2;
use std::rc::Rc;

impl Program {
    /// What the rule says. A transition rule ends in `Error`: there is no previous value.
    pub fn eval(&self, scope: &Scope) -> Outcome {
        let truth = self.run(scope, |value| match value {
            Value::Bool(truth) => Ok(truth),
            _ => Err(Stop::Error),
        });
        match truth {
            Ok(true) => Outcome::True,
            Ok(false) => Outcome::False,
            Err(Stop::Unknown) => Outcome::Unknown,
            Err(Stop::Error) => Outcome::Error,
        }
    }

    /// The text of a `messageExpression`; `None` where it is no text on one line.
    pub fn text(&self, scope: &Scope) -> Option<String> {
        let text = self.run(scope, |value| match value {
            Value::Str(text) => Ok(text.into_owned()),
            _ => Err(Stop::Error),
        });
        text.ok().filter(|text| !text.trim().is_empty() && !text.contains(['\n', '\r']))
    }

    fn run<T>(&self, scope: &Scope, finish: impl FnOnce(Value) -> Out<T>) -> Out<T> {
        let budget = Budget::new(MAX_STEPS);
        let mut run = Run { scope: *scope, budget: &budget, locals: Vec::new() };
        let value = run.value(&self.root)?;
        finish(value)
    }
}

struct Run<'a> {
    scope: Scope<'a>,
    budget: &'a Budget,
    locals: Vec<Value<'a>>,
}

impl<'a> Run<'a> {
    fn value(&mut self, expr: &'a Expr) -> Out<Value<'a>> {
        self.budget.take(1)?;
        match expr {
            Expr::Literal(literal) => Ok(constant(literal)),
            Expr::This => Value::of(self.scope.this, self.scope.shape),
            Expr::Local(at) => self.locals.get(*at).cloned().ok_or(Stop::Error),
            Expr::Unbound => Err(Stop::Error),
            Expr::List(items) => self.list(items),
            Expr::Map(entries) => self.map(entries),
            Expr::Field(operand, name, optional) => {
                let operand = self.value(operand)?;
                self.member(operand, *optional, |budget, operand| operand.field(budget, name))
            }
            Expr::Index(both, optional) => {
                let operand = self.value(&both.0)?;
                let key = self.value(&both.1)?;
                self.member(operand, *optional, |budget, operand| operand.index(budget, &key))
            }
            Expr::Has(operand, name) => {
                let operand = match self.value(operand)? {
                    Value::Optional(None) => return Ok(Value::Bool(false)),
                    Value::Optional(Some(inner)) => (*inner).clone(),
                    plain => plain,
                };
                Ok(Value::Bool(operand.field(self.budget, name)?.is_some()))
            }
            Expr::Not(operand) => Ok(Value::Bool(!self.truth(operand)?)),
            Expr::Negate(operand) => match self.value(operand)? {
                Value::Int(number) => number.checked_neg().map(Value::Int).ok_or(Stop::Error),
                Value::Double(number) => Ok(Value::Double(-number)),
                Value::Duration(nanos) => nanos.checked_neg().map(Value::Duration).ok_or(Stop::Error),
                _ => Err(Stop::Error),
            },
            Expr::And(operands) => {
                let truth = decide(false, operands.iter().map(|operand| self.truth(operand)));
                truth.map(Value::Bool)
            }
            Expr::Or(operands) => {
                let truth = decide(true, operands.iter().map(|operand| self.truth(operand)));
                truth.map(Value::Bool)
            }
            Expr::Choose(branches) => {
                let [condition, yes, no] = &**branches;
                let branch = if self.truth(condition)? { yes } else { no };
                self.value(branch)
            }
            Expr::Binary(operator, both) => self.binary(*operator, &both.0, &both.1),
            Expr::Call(function, arguments) => {
                let arguments = self.values(arguments)?;
                function(self.budget, &arguments)
            }
            Expr::Pattern(using, arguments, pattern, compiled) => {
                let arguments = self.values(arguments)?;
                let regex = compiled.get_or_init(|| re2(pattern).ok()).as_ref().ok_or(Stop::Error)?;
                using.apply(self.budget, regex, &arguments)
            }
            Expr::Loop(each) => self.each(each),
            Expr::Bind(both) => {
                let value = self.value(&both.0)?;
                self.locals.push(value);
                let body = self.value(&both.1);
                self.locals.pop();
                body
            }
        }
    }

    fn truth(&mut self, expr: &'a Expr) -> Out<bool> {
        match self.value(expr)? {
            Value::Bool(truth) => Ok(truth),
            _ => Err(Stop::Error),
        }
    }

    fn values(&mut self, exprs: &'a [Expr]) -> Out<Vec<Value<'a>>> {
        let mut values = Vec::with_capacity(exprs.len());
        for expr in exprs {
            values.push(self.value(expr)?);
        }
        Ok(values)
    }

    fn list(&mut self, items: &'a [(Expr, bool)]) -> Out<Value<'a>> {
        let mut values = Vec::with_capacity(items.len());
        for (item, optional) in items {
            match (self.value(item)?, optional) {
                (value, false) => values.push(value),
                (Value::Optional(inner), true) => values.extend(inner.map(|inner| (*inner).clone())),
                _ => return Err(Stop::Error),
            }
        }
        Ok(Value::list(values))
    }

    fn map(&mut self, entries: &'a [(Expr, Expr, bool)]) -> Out<Value<'a>> {
        let mut values: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
        for (key, value, optional) in entries {
            let key = self.value(key)?;
            let value = match (self.value(value)?, optional) {
                (value, false) => value,
                (Value::Optional(None), true) => continue,
                (Value::Optional(Some(inner)), true) => (*inner).clone(),
                _ => return Err(Stop::Error),
            };
            // Of equal keys in a literal the last wins, as in cel-go.
            let mut kept = Vec::with_capacity(entries.len());
            for entry in values {
                if !entry.0.equals(self.budget, &key)? {
                    kept.push(entry);
                }
            }
            values = kept;
            self.insert(&mut values, key, value)?;
        }
        Ok(Value::Map(Rc::new(values)))
    }

    /// Adds an entry; a key that is there already is an error.
    fn insert(&self, entries: &mut Vec<(Value<'a>, Value<'a>)>, key: Value<'a>, value: Value<'a>) -> Out<()> {
        if !matches!(key, Value::Str(_) | Value::Int(_) | Value::Uint(_) | Value::Bool(_)) {
            return Err(Stop::Error);
        }
        for (known, _) in entries.iter() {
            if known.equals(self.budget, &key)? {
                return Err(Stop::Error);
            }
        }
        entries.push((key, value));
        Ok(())
    }

    /// A field or item: plain ones must exist, and what follows an optional is optional.
    fn member(
        &self,
        operand: Value<'a>,
        optional: bool,
        find: impl Fn(&Budget, &Value<'a>) -> Out<Option<Value<'a>>>,
    ) -> Out<Value<'a>> {
        match operand {
            Value::Optional(None) => Ok(Value::Optional(None)),
            Value::Optional(Some(inner)) => Ok(Value::Optional(find(self.budget, &inner)?.map(Rc::new))),
            plain if optional => Ok(Value::Optional(find(self.budget, &plain)?.map(Rc::new))),
            plain => find(self.budget, &plain)?.ok_or(Stop::Error),
        }
    }

    fn binary(&mut self, operator: Operator, left: &'a Expr, right: &'a Expr) -> Out<Value<'a>> {
        let left = self.value(left)?;
        if let (Operator::In, Expr::List(items)) = (operator, right)
            && items.iter().all(|(item, optional)| matches!(item, Expr::Literal(_)) && !optional)
        {
            // The usual list of constants is compared in place.
            let constants = items.iter().filter_map(|(item, _)| match item {
                Expr::Literal(literal) => Some(constant(literal)),
                _ => None,
            });
            return decide(true, constants.map(|item| item.equals(self.budget, &left))).map(Value::Bool);
        }
        let right = self.value(right)?;
        let truth = match operator {
            Operator::Equal => left.equals(self.budget, &right)?,
            Operator::NotEqual => !left.equals(self.budget, &right)?,
            Operator::In => self.contains(&right, &left)?,
            Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
                self.budget.take(1)?;
                let order = left.compare(&right).filter(|_| !matches!(left, Value::Quantity(_) | Value::Semver(_)));
                let order = order.ok_or(Stop::Error)?;
                match operator {
                    Operator::Less => order.is_lt(),
                    Operator::LessEqual => order.is_le(),
                    Operator::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }
            }
            _ => return arithmetic(self.budget, operator, left, right),
        };
        Ok(Value::Bool(truth))
    }

    fn contains(&self, whole: &Value<'a>, part: &Value<'a>) -> Out<bool> {
        if !whole.is_list() {
            return match whole.index(self.budget, part) {
                // A key of another type than the map's is simply not in it.
                Err(Stop::Error) if whole.len().is_some() => Ok(false),
                found => found.map(|found| found.is_some()),
            };
        }
        let len = whole.len().ok_or(Stop::Error)?;
        decide(true, (0..len).map(|at| whole.item(at)?.equals(self.budget, part)))
    }

    fn each(&mut self, each: &'a Loop) -> Out<Value<'a>> {
        let range = self.value(&each.range)?;
        if let Fold::OptMap | Fold::OptFlatMap = each.fold {
            let Value::Optional(inner) = range else {
                return Err(Stop::Error);
            };
            let Some(inner) = inner else {
                return Ok(Value::Optional(None));
            };
            let value = self.with((*inner).clone(), None, |run| run.value(&each.body))?;
            return Ok(if each.fold == Fold::OptMap { Value::some(value) } else { value });
        }
        let len = range.len().ok_or(Stop::Error)?;
        match each.fold {
            Fold::All => decide(false, (0..len).map(|at| self.test(each, &range, at))).map(Value::Bool),
            Fold::Exists => decide(true, (0..len).map(|at| self.test(each, &range, at))).map(Value::Bool),
            Fold::ExistsOne => {
                let mut count = 0;
                for at in 0..len {
                    count += usize::from(self.test(each, &range, at)?);
                }
                Ok(Value::Bool(count == 1))
            }
            Fold::Filter => {
                let mut kept = Vec::new();
                for at in 0..len {
                    if self.test(each, &range, at)? {
                        kept.push(range.item(at)?);
                    }
                }
                Ok(Value::list(kept))
            }
            Fold::Map | Fold::SortBy => {
                let mut items = Vec::new();
                for at in 0..len {
                    items.extend(self.transform(each, &range, at)?);
                }
                if each.fold == Fold::Map {
                    return Ok(Value::list(items));
                }
                let mut keyed: Vec<_> = items.into_iter().zip(range.items(self.budget)?).collect();
                functions::sort(self.budget, &mut keyed, |(key, _)| key)?;
                Ok(Value::list(keyed.into_iter().map(|(_, item)| item).collect()))
            }
            Fold::TransformMap | Fold::TransformMapEntry => {
                let mut entries = Vec::new();
                for at in 0..len {
                    let Some(value) = self.transform(each, &range, at)? else {
                        continue;
                    };
                    if each.fold == Fold::TransformMap {
                        let (key, _) = range.pair(self.budget, at)?;
                        self.insert(&mut entries, key, value)?;
                    } else {
                        let Value::Map(more) = value else {
                            return Err(Stop::Error);
                        };
                        for (key, value) in more.iter() {
                            self.insert(&mut entries, key.clone(), value.clone())?;
                        }
                    }
                }
                Ok(Value::Map(Rc::new(entries)))
            }
            Fold::OptMap | Fold::OptFlatMap => Err(Stop::Error),
        }
    }

    /// Runs `body` with one more variable, or two.
    fn with<T>(
        &mut self,
        first: Value<'a>,
        second: Option<Value<'a>>,
        body: impl FnOnce(&mut Self) -> Out<T>,
    ) -> Out<T> {
        let bound = self.locals.len();
        self.locals.push(first);
        self.locals.extend(second);
        let result = body(self);
        self.locals.truncate(bound);
        result
    }

    fn at<T>(&mut self, each: &Loop, range: &Value<'a>, at: usize, body: impl FnOnce(&mut Self) -> Out<T>) -> Out<T> {
        self.budget.take(1)?;
        if each.pairs {
            let (key, value) = range.pair(self.budget, at)?;
            return self.with(key, Some(value), body);
        }
        let item = range.item(at)?;
        self.with(item, None, body)
    }

    fn test(&mut self, each: &'a Loop, range: &Value<'a>, at: usize) -> Out<bool> {
        self.at(each, range, at, |run| run.truth(&each.body))
    }

    /// The new value of an item; `None` where its test does not hold.
    fn transform(&mut self, each: &'a Loop, range: &Value<'a>, at: usize) -> Out<Option<Value<'a>>> {
        self.at(each, range, at, |run| match &each.test {
            Some(test) if !run.truth(test)? => Ok(None),
            _ => run.value(&each.body).map(Some),
        })
    }
}

fn constant(literal: &Literal) -> Value<'_> {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(truth) => Value::Bool(*truth),
        Literal::Int(number) => Value::Int(*number),
        Literal::Uint(number) => Value::Uint(*number),
        Literal::Double(number) => Value::Double(*number),
        Literal::Str(text) => Value::text(&**text),
        Literal::Bytes(bytes) => Value::Bytes(bytes.clone()),
        Literal::Type(name) => Value::Type(name),
    }
}
