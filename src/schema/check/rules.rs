//! `x-kubernetes-validations`, run over a value.

use super::fault::FaultKind;
use super::walk::Walk;
use crate::diagnostic::Finding;
use crate::schema::cel::{Outcome, Scope};
use crate::schema::model::Schema;
use crate::source::Span;
use crate::yaml::Node;

impl<'a> Walk<'a> {
    pub(super) fn rules(&mut self, schema: &'a Schema, node: &'a Node, at: Span) {
        let scope = Scope { this: node, shape: Some(schema) };
        for rule in &schema.rules {
            let programs = rule.programs();
            let outcome = programs.holds.as_ref().map(|program| program.eval(&scope));
            if outcome != Some(Outcome::False) {
                continue;
            }
            let own = programs.message.as_ref().and_then(|program| program.text(&scope));
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
