//! `oneOf`, `anyOf`, `allOf` and `not`, as far as what is known decides them.

use super::fault::{Fault, FaultKind};
use super::walk::{Walk, listed};
use crate::diagnostic::Finding;
use crate::schema::model::Schema;
use crate::source::Span;
use crate::yaml::Node;
use std::sync::Arc;

/// Whether a value is as one schema wants it.
enum Verdict {
    Holds,
    Open,
    Broken(Vec<Fault>),
}

impl<'a> Walk<'a> {
    pub(super) fn logic(&mut self, schema: &'a Schema, node: &'a Node, at: Span) {
        for branch in &schema.all_of {
            self.value(branch, node, at);
        }
        if !schema.any_of.is_empty() {
            self.alternatives(&schema.any_of, node, at, false);
        }
        if !schema.one_of.is_empty() {
            self.alternatives(&schema.one_of, node, at, true);
        }
        if let Some(not) = &schema.not {
            match self.judge(not, node, at) {
                Verdict::Holds => self.excluded(not, node, at),
                Verdict::Open => self.unsure = true,
                Verdict::Broken(_) => {}
            }
        }
    }

    fn judge(&mut self, schema: &'a Schema, node: &'a Node, at: Span) -> Verdict {
        let faults = std::mem::take(&mut self.faults);
        let unsure = std::mem::take(&mut self.unsure);
        self.value(schema, node, at);
        let found = std::mem::replace(&mut self.faults, faults);
        let open = std::mem::replace(&mut self.unsure, unsure);
        match found {
            found if !found.is_empty() => Verdict::Broken(found),
            _ if open => Verdict::Open,
            _ => Verdict::Holds,
        }
    }

    fn alternatives(&mut self, branches: &'a [Arc<Schema>], node: &'a Node, at: Span, exactly_one: bool) {
        let (mut holding, mut open, mut broken) = (Vec::new(), 0, Vec::new());
        for branch in branches {
            match self.judge(branch, node, at) {
                Verdict::Holds if !exactly_one => return,
                Verdict::Holds => holding.push(branch.as_ref()),
                Verdict::Open => open += 1,
                Verdict::Broken(faults) => broken.push(faults),
            }
        }
        if holding.is_empty() && open == 0 {
            return self.none_holds(branches, broken, node, at, exactly_one);
        }
        self.unsure |= open > 0;
        if exactly_one && holding.len() > 1 {
            self.several_hold(&holding, node, at);
        }
    }

    fn none_holds(&mut self, branches: &'a [Arc<Schema>], broken: Vec<Vec<Fault>>, node: &Node, at: Span, one: bool) {
        let names: Option<Vec<&str>> = branches.iter().map(|branch| sole_requirement(branch)).collect();
        if let Some(names) = names {
            let how = if one { "exactly one" } else { "at least one" };
            let message = format!("{how} of {} is required in {}", listed(&names, "and"), self.place());
            return self.fault(FaultKind::MissingField, Finding::new(at, message));
        }
        // Of several forms the one that fits best is the one that was meant.
        let best = broken.into_iter().min_by_key(Vec::len).unwrap_or_default();
        match <[Fault; 1]>::try_from(best) {
            Ok([fault]) => self.faults.push(fault),
            Err(_) => self.invalid(node, "has none of the forms that are allowed here", None),
        }
    }

    fn several_hold(&mut self, holding: &[&Schema], node: &Node, at: Span) {
        let names: Option<Vec<&str>> = holding.iter().map(|branch| sole_requirement(branch)).collect();
        let Some(names) = names else {
            return self.invalid(node, "has several forms at once of which only one is allowed", None);
        };
        self.together(&names, node, at);
    }

    /// A `not` that holds: fields that exclude each other, where that is all it says.
    fn excluded(&mut self, not: &'a Schema, node: &'a Node, at: Span) {
        let names: Vec<&str> = not.required.iter().map(|name| name.as_str()).collect();
        if !names.is_empty() && not.properties.is_empty() {
            return self.together(&names, node, at);
        }
        self.invalid(node, "is not allowed here", None);
    }

    fn together(&mut self, names: &[&str], node: &Node, at: Span) {
        let keys: Vec<Span> = names.iter().filter_map(|name| Some(node.entry(name)?.key.span)).collect();
        let message = match names {
            [name] => format!("`{name}` is not allowed in {}", self.place()),
            _ => format!("only one of {} is allowed in {}", listed(names, "and"), self.place()),
        };
        let (last, first) = (keys.last().copied().unwrap_or(at), keys.first().copied());
        let finding = Finding::new(last, message);
        let finding = match first.filter(|first| *first != last) {
            Some(first) => finding.related(first, "the other one"),
            None => finding,
        };
        self.fault(FaultKind::InvalidValue, finding);
    }
}

/// The field that a branch requires, where it says nothing else.
fn sole_requirement(branch: &Schema) -> Option<&str> {
    let [name] = branch.required.as_ref() else { return None };
    let more =
        !branch.one_of.is_empty() || !branch.any_of.is_empty() || !branch.all_of.is_empty() || branch.not.is_some();
    let details = branch.properties.iter().any(|(_, field)| !field.enumeration.is_empty() || field.pattern.is_some());
    (!more && !details).then_some(name.as_str())
}
