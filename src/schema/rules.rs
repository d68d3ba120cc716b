//! `x-kubernetes-validations`: what the authors of a custom resource demand across its fields.

use super::cel::{Kind, Outcome, Program, Scope, Shape};
use super::check::Walk;
use super::fault::FaultKind;
use super::values::from_json;
use super::{Rule, Schema, Types};
use crate::diagnostic::Finding;
use crate::source::Span;
use crate::yaml::Node;

/// A rule that can be run; `None` for one that cannot be read, or that compares with an older state.
#[derive(Debug)]
pub(crate) struct Compiled {
    holds: Option<Program>,
    message: Option<Program>,
}

impl Compiled {
    fn new(rule: &Rule) -> Self {
        let holds = Program::parse(&rule.rule).ok().filter(|program| !program.is_transition());
        let text = Some(&rule.message_expression).filter(|text| !text.is_empty());
        Compiled { holds, message: text.and_then(|text| Program::parse(text).ok()) }
    }
}

impl Shape for Schema {
    fn kind(&self) -> Kind {
        match self.format.as_deref() {
            Some("date-time" | "date") => Kind::Timestamp,
            Some("duration") => Kind::Duration,
            Some("byte") => Kind::Bytes,
            _ if self.types.is_any() || self.types.has(Types::INT_OR_STRING) => Kind::Any,
            _ if self.types.has(Types::STRING) => Kind::String,
            _ if self.types.has(Types::NUMBER) => Kind::Number,
            _ => Kind::Any,
        }
    }

    fn field(&self, name: &str) -> Option<&dyn Shape> {
        Schema::field(self, name).map(|schema| schema.as_ref() as &dyn Shape)
    }

    fn item(&self) -> Option<&dyn Shape> {
        self.items.as_deref().map(|schema| schema as &dyn Shape)
    }

    fn default(&self) -> Option<&Node> {
        let value = self.default.as_deref()?;
        self.default_node.get_or_init(|| Some(Box::new(from_json(value)))).as_deref()
    }

    fn nullable(&self) -> bool {
        self.types.has(Types::NULL)
    }
}

impl<'a> Walk<'a> {
    pub(super) fn rules(&mut self, schema: &'a Schema, node: &'a Node, at: Span) {
        let compiled = schema.programs.get_or_init(|| schema.rules.iter().map(Compiled::new).collect());
        let scope = Scope { this: node, shape: Some(schema) };
        for (rule, compiled) in schema.rules.iter().zip(compiled) {
            let outcome = compiled.holds.as_ref().map(|program| program.eval(&scope));
            if outcome != Some(Outcome::False) {
                continue;
            }
            let own = compiled.message.as_ref().and_then(|program| program.text(&scope));
            let message = own.unwrap_or_else(|| match rule.message.as_str() {
                "" => format!("`{}` does not hold", rule.rule),
                message => message.to_owned(),
            });
            let message = format!("{}: {}", self.place(), sentence(&message));
            let span = blamed(node, &rule.field_path).unwrap_or(if node.is_map() { at } else { node.span });
            self.fault(FaultKind::Cel, Finding::new(span, message));
        }
    }
}

/// The field below a value that a rule points at, as `.tls.mode`.
fn blamed(node: &Node, path: &str) -> Option<Span> {
    let mut names = path.trim_start_matches('.').split('.').filter(|name| !name.is_empty());
    let first = node.entry(names.next()?)?;
    let last = names.try_fold(first, |entry, name| entry.value.entry(name));
    Some(last.unwrap_or(first).key.span)
}

/// An author's sentence as one of ours: no full stop, lower case unless it begins with a name.
fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && (second.is_lowercase() || second == ' ') => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_like_ours() {
        assert_eq!(sentence("Only one is allowed."), "only one is allowed");
        assert_eq!(sentence("URLRewrite filter"), "URLRewrite filter");
    }
}
