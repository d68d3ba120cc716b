//! Finding the fields that a field spec names.

use super::fields::FieldSpec;
use super::object::put;
use crate::source::Span;
use crate::yaml::{Entry, Node, Style};
use smol_str::SmolStr;

/// What an absent field becomes where the spec creates it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Absent {
    /// It stays absent.
    Stays,
    /// An empty scalar, standing here.
    Scalar(Span),
    /// An empty mapping, standing here.
    Map(Span),
}

impl Absent {
    fn node(self) -> Option<Node> {
        match self {
            Absent::Stays => None,
            Absent::Scalar(span) => Some(Node::scalar(span, "", Style::Double)),
            Absent::Map(span) => Some(Node::map(span, Vec::new())),
        }
    }

    fn map(self) -> Option<Node> {
        match self {
            Absent::Stays => None,
            Absent::Scalar(span) | Absent::Map(span) => Some(Node::map(span, Vec::new())),
        }
    }
}

/// Calls `set` for every node that the spec's path names; nodes are only copied when there is one.
pub(super) fn visit(
    node: &mut Node,
    spec: &FieldSpec,
    absent: Absent,
    set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
) -> Result<(), String> {
    let absent = if spec.create { absent } else { Absent::Stays };
    if !reaches(node, &spec.path, matches!(absent, Absent::Stays)) {
        return Ok(());
    }
    descend(node, &spec.path, absent, set)
}

/// Whether the path leads to a node, to one that would be made, or to one that is in its way.
fn reaches(node: &Node, path: &[SmolStr], stays: bool) -> bool {
    let Some((key, rest)) = path.split_first() else { return true };
    if node.is_seq() {
        return node.items().iter().any(|item| reaches(item, path, stays));
    }
    if !node.is_map() {
        return !node.is_null();
    }
    let field = key.strip_suffix("[]");
    match node.get(field.unwrap_or(key)) {
        None => !stays && field.is_none(),
        Some(value) if value.is_null() => (!stays && field.is_none()) || field.is_some() || rest.is_empty(),
        Some(value) => reaches(value, rest, stays),
    }
}

fn descend(
    node: &mut Node,
    path: &[SmolStr],
    absent: Absent,
    set: &mut dyn FnMut(&mut Node) -> Result<(), String>,
) -> Result<(), String> {
    let Some((key, rest)) = path.split_first() else { return set(node) };
    if let Some(items) = node.items_mut() {
        return items.iter_mut().try_for_each(|item| descend(item, path, absent, set));
    }
    if !node.is_map() {
        let parent = format!("`{key}` cannot stand below a value that is no mapping");
        return if node.is_null() { Ok(()) } else { Err(parent) };
    }
    let sequence = key.strip_suffix("[]");
    let name = sequence.unwrap_or(key);
    let made = match (sequence, rest.is_empty()) {
        (Some(_), _) => None,
        (None, true) => absent.node(),
        (None, false) => absent.map(),
    };
    match node.get(name) {
        None => match made {
            Some(made) => put(node, name, made),
            None => return Ok(()),
        },
        Some(value) if value.is_null() => match (made, sequence) {
            (Some(made), _) => put(node, name, made),
            // `containers:` without items is written as an empty list, as kustomize does.
            (None, Some(_)) => put(node, name, Node::seq(value.span, Vec::new())),
            (None, None) => {}
        },
        Some(_) => {}
    }
    match node.get_mut(name) {
        Some(value) => descend(value, rest, absent, set),
        None => Ok(()),
    }
}

/// A setter for one entry of a mapping.
pub(super) fn entry(pair: &Entry) -> impl FnMut(&mut Node) -> Result<(), String> + '_ {
    move |node| {
        if !node.is_map() {
            return Err(format!(
                "`{}` cannot be set on a value that is no mapping",
                pair.key.text().unwrap_or_default()
            ));
        }
        node.set(pair.key.clone(), pair.value.clone());
        Ok(())
    }
}
