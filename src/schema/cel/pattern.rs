//! Functions of text and a pattern.

use regex::Regex;

use super::value::{Budget, Out, Stop, Value};
use crate::kubernetes::pattern::re2;

/// What a function does with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Matches,
    Find,
    FindAll,
}

impl Use {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "matches" => Some(Use::Matches),
            "find" => Some(Use::Find),
            "findAll" => Some(Use::FindAll),
            _ => None,
        }
    }

    /// Applies a pattern; the arguments are the text and, for `findAll`, how many.
    pub(super) fn apply<'a>(self, budget: &Budget, regex: &Regex, arguments: &[Value<'a>]) -> Out<Value<'a>> {
        let (text, most) = match (self, arguments) {
            (_, [Value::Str(text)]) => (text, usize::MAX),
            // A negative count means all.
            (Use::FindAll, [Value::Str(text), Value::Int(most)]) => {
                (text, usize::try_from(*most).unwrap_or(usize::MAX))
            }
            _ => return Err(Stop::Error),
        };
        budget.text(text.len())?;
        Ok(match self {
            Use::Matches => Value::Bool(regex.is_match(text)),
            Use::Find => Value::text(regex.find(text).map_or(String::new(), |found| found.as_str().to_owned())),
            Use::FindAll => {
                budget.take(text.len())?;
                let found = regex.find_iter(text).take(most);
                Value::list(found.map(|found| Value::text(found.as_str().to_owned())).collect())
            }
        })
    }

    /// Applies a pattern that is computed, the second argument.
    pub(super) fn compute<'a>(self, budget: &Budget, arguments: &[Value<'a>]) -> Out<Value<'a>> {
        let [text, Value::Str(pattern), rest @ ..] = arguments else {
            return Err(Stop::Error);
        };
        budget.take(2_000 + pattern.len() * 10)?;
        let regex = re2(pattern).map_err(|_| Stop::Error)?;
        let arguments: Vec<Value> = std::iter::once(text).chain(rest).cloned().collect();
        self.apply(budget, &regex, &arguments)
    }
}
