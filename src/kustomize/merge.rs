//! Strategic merge as kustomize does it, odd corners included: what it loses, we lose.

use super::merges::{FieldMerge, Merges};
use crate::source::Span;
use crate::yaml::{Node, Style};
use smol_str::SmolStr;
use std::collections::HashMap;

/// Where a patch does not fit, and why.
pub(super) type Misfit = (Span, String);

/// Merges `patch` into `base`; `None` where the patch deletes it.
pub(super) fn merge(base: &Node, patch: &Node, merges: &Merges) -> Result<Option<Node>, Misfit> {
    Merger { merges }.walk(Some(base), Some(patch), None)
}

/// What `$patch` asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

struct Merger<'a> {
    merges: &'a Merges,
}

/// The type of a node, where it is known; the empty type has no merged lists below it.
type Type<'a> = Option<&'a str>;

impl<'a> Merger<'a> {
    fn walk(&self, base: Option<&Node>, patch: Option<&Node>, of: Type<'a>) -> Result<Option<Node>, Misfit> {
        self.walk_field(base, patch, of, None)
    }

    fn walk_field(
        &self,
        base: Option<&Node>,
        patch: Option<&Node>,
        of: Type<'a>,
        field: Option<&'a FieldMerge>,
    ) -> Result<Option<Node>, Misfit> {
        let present = |node: &&Node| !node.is_null();
        let (Some(first), second) = (base.filter(present).or(patch.filter(present)), patch.filter(present)) else {
            // `key: null` stays where the patch says nothing, `key:` does not.
            let written = base.filter(|base| base.as_scalar().is_some_and(|scalar| !scalar.text.is_empty()));
            return Ok(written.filter(|_| patch.is_none()).cloned());
        };
        if let Some(second) = second
            && (first.is_map() != second.is_map() || first.is_seq() != second.is_seq())
        {
            return Err((
                second.span,
                format!("the patch has {} where the resource has {}", shape(second), shape(first)),
            ));
        }
        if first.is_map() {
            let of =
                of.or_else(|| base.and_then(|node| self.kind(node)).or_else(|| patch.and_then(|node| self.kind(node))));
            return self.walk_map(base, patch, of);
        }
        if first.is_seq() {
            if let Some(FieldMerge { keys: Some(keys), element }) = field {
                return self.walk_list(base, patch, keys, element.as_deref().unwrap_or(""));
            }
            return Ok(patch.or(base).filter(|node| !node.is_null()).cloned());
        }
        Ok(patch.or(base).filter(|node| !node.is_null()).cloned())
    }

    fn kind(&self, node: &Node) -> Type<'a> {
        self.merges.kind(node.text_at(&["apiVersion"])?, node.text_at(&["kind"])?)
    }

    fn walk_map(&self, base: Option<&Node>, patch: Option<&Node>, of: Type<'a>) -> Result<Option<Node>, Misfit> {
        let Some(patch) = patch else {
            return Ok(match base {
                Some(base) => Some(self.tidy(base, of)?),
                None => None,
            });
        };
        if patch.is_null() {
            return Ok(None);
        }
        let (directive, patch) = map_directive(patch)?;
        let base = match (directive, base.filter(|base| !base.is_null())) {
            (Directive::Delete, _) => return Ok(None),
            (Directive::Merge, Some(base)) => self.tidy_beside(base, &patch, of)?,
            // What is new is merged with itself, so that its own directives and nulls go.
            _ => patch.clone(),
        };
        let mut result = base.clone();
        for entry in patch.entries() {
            let key = entry.key.text().unwrap_or_default();
            let (of, field) = self.field(of, key);
            match self.walk_field(base.get(key), Some(&entry.value), of, field)? {
                Some(value) => result.set(entry.key.clone(), value),
                None => drop(result.remove(key)),
            }
        }
        Ok(Some(result))
    }

    /// The type and merge of a field.
    fn field(&self, of: Type<'a>, key: &str) -> (Type<'a>, Option<&'a FieldMerge>) {
        let Some(of) = of else { return (None, None) };
        let field = self.merges.field(of, key);
        (Some(field.and_then(|field| field.element.as_deref()).unwrap_or("")), field)
    }

    /// A mapping that the patch does not mention: empty values go, merged lists lose what is double.
    fn tidy(&self, base: &Node, of: Type<'a>) -> Result<Node, Misfit> {
        let nothing = Node::map(base.span, Vec::new());
        self.tidy_beside(base, &nothing, of)
    }

    fn tidy_beside(&self, base: &Node, patch: &Node, of: Type<'a>) -> Result<Node, Misfit> {
        let mut result = base.clone();
        for entry in base.entries() {
            let key = entry.key.text().unwrap_or_default();
            let (of, field) = self.field(of, key);
            if patch.get(key).is_some()
                || !(of.is_some_and(|of| !of.is_empty()) || field.is_some() || has_absent(&entry.value))
            {
                continue;
            }
            match self.walk_field(Some(&entry.value), None, of, field)? {
                Some(value) => result.set(entry.key.clone(), value),
                None => drop(result.remove(key)),
            }
        }
        Ok(result)
    }

    fn walk_list(
        &self,
        base: Option<&Node>,
        patch: Option<&Node>,
        keys: &[SmolStr],
        element: &'a str,
    ) -> Result<Option<Node>, Misfit> {
        if patch.is_some_and(Node::is_null) {
            return Ok(None);
        }
        let base = base.filter(|base| !base.is_null());
        let (directive, patch) = match (base, patch) {
            (Some(_), Some(patch)) => list_directive(patch)?,
            (_, patch) => (
                Directive::Merge,
                patch.cloned().unwrap_or(Node::seq(
                    Span::before(base.map_or(Span::new(crate::source::FileId(0), 0, 0), |base| base.span)),
                    Vec::new(),
                )),
            ),
        };
        let base = match (directive, base) {
            (Directive::Delete, _) => return Ok(None),
            (Directive::Merge, Some(base)) => base.clone(),
            _ => patch.clone(),
        };
        let items = List { merger: self, element, keys }.merge(base.items(), patch.items())?;
        Ok(Some(Node { value: Node::seq(base.span, items).value, ..base }))
    }
}

fn shape(node: &Node) -> &'static str {
    match (node.is_map(), node.is_seq()) {
        (true, _) => "a mapping",
        (_, true) => "a list",
        _ => "a scalar",
    }
}

/// Whether a `key:` without value lies below, in mappings.
fn has_absent(node: &Node) -> bool {
    match node.as_scalar() {
        Some(scalar) => scalar.is_null() && scalar.text.is_empty(),
        None => node.entries().iter().any(|entry| has_absent(&entry.value)),
    }
}

fn directive(node: &Node) -> Result<Directive, Misfit> {
    match node.text().unwrap_or_default() {
        "delete" => Ok(Directive::Delete),
        "replace" => Ok(Directive::Replace),
        "merge" => Ok(Directive::Merge),
        other => Err((node.span, format!("`$patch` must be `delete`, `replace` or `merge`, not `{other}`"))),
    }
}

fn map_directive(patch: &Node) -> Result<(Directive, Node), Misfit> {
    let Some(node) = patch.get("$patch") else { return Ok((Directive::Merge, patch.clone())) };
    let directive = directive(node)?;
    let mut patch = patch.clone();
    patch.remove("$patch");
    Ok((directive, patch))
}

fn list_directive(patch: &Node) -> Result<(Directive, Node), Misfit> {
    let alone = |item: &Node| item.entries().len() == 1 && item.get("$patch").is_some();
    let first = patch.items().iter().find(|item| item.get("$patch").is_some());
    let Some(node) = first.filter(|item| alone(item)).and_then(|item| item.get("$patch")) else {
        return Ok((Directive::Merge, patch.clone()));
    };
    let directive = directive(node)?;
    let items = patch.items().iter().filter(|item| item.get("$patch").and_then(Node::text) != node.text()).cloned();
    Ok((directive, Node { value: Node::seq(patch.span, items.collect()).value, ..patch.clone() }))
}

/// A list that is merged by keys, or by value where it has none.
struct List<'m, 'a> {
    merger: &'m Merger<'a>,
    element: &'a str,
    keys: &'m [SmolStr],
}

/// Values of the keys of one element; the value itself for a scalar.
type Values = Vec<SmolStr>;

impl List<'_, '_> {
    fn merge(&self, base: &[Node], patch: &[Node]) -> Result<Vec<Node>, Misfit> {
        if let Some(merged) = self.merge_distinct(base, patch)? {
            return Ok(merged);
        }
        let (mut list, keys) = self.values(base, patch);
        if keys.len() > 1 {
            combine(&mut list);
        }
        let mut base = base.to_vec();
        let mut added: Vec<Node> = Vec::new();
        let mut last_keys = Vec::new();
        for at in 0..list.len() {
            let Some(values) = list.get(at).cloned() else { break };
            let (valid_keys, valid_values) = valid(&list, &values, &keys);
            let (find_keys, find_values) = valid(std::slice::from_ref(&valid_values), &valid_values, &valid_keys);
            let found = find(&base, &find_keys, &find_values);
            let other = find(patch, &find_keys, &find_values);
            let both = (found.and_then(|at| base.get(at)), other.and_then(|at| patch.get(at)));
            let merged = self.merger.walk(both.0, both.1, Some(self.element))?;
            last_keys = valid_keys.clone();
            let gone = merged.as_ref().is_none_or(|node| node.is_null() || node.is_map() && node.entries().is_empty());
            let Some(mut merged) = merged.filter(|_| !gone) else {
                set_element(&mut base, None, &valid_keys, &valid_values);
                continue;
            };
            for (key, value) in valid_keys.iter().zip(&valid_values) {
                if !key.is_empty() && merged.get(key).is_none() && !value.is_empty() {
                    let span = merged.span;
                    merged.set(
                        Node::scalar(span, key.clone(), Style::Plain),
                        Node::scalar(span, value.clone(), Style::Plain),
                    );
                }
            }
            if let Some(slot) = found.and_then(|at| base.get_mut(at)) {
                *slot = merged.clone();
            }
            set_element(&mut added, Some(&merged), &valid_keys, &valid_values);
        }
        if list.is_empty() {
            return Ok(base);
        }
        Ok(append(added, &base, &last_keys))
    }

    /// The usual case in linear time: one key, every element has it, none twice.
    fn merge_distinct(&self, base: &[Node], patch: &[Node]) -> Result<Option<Vec<Node>>, Misfit> {
        let [key] = self.keys else { return Ok(None) };
        let index = |items: &[Node]| -> Option<HashMap<SmolStr, usize>> {
            let mut index = HashMap::with_capacity(items.len());
            for (at, item) in items.iter().enumerate() {
                let value = item.text_at(&[key]).filter(|value| !value.is_empty())?;
                if index.insert(SmolStr::new(value), at).is_some() {
                    return None;
                }
            }
            Some(index)
        };
        let (Some(of_base), Some(of_patch)) = (index(base), index(patch)) else { return Ok(None) };
        let value = |item: &Node| item.text_at(&[key]).map(SmolStr::new).unwrap_or_default();
        let mut merged = Vec::with_capacity(base.len() + patch.len());
        for item in patch {
            let own = of_base.get(&value(item)).and_then(|at| base.get(*at));
            let node = self.merger.walk(own, Some(item), Some(self.element))?;
            merged.extend(node.filter(|node| !node.entries().is_empty()).map(|mut node| {
                if node.get(key).is_none() {
                    let kept = item.get(key).cloned().unwrap_or(Node::null(item.span));
                    node.set(Node::scalar(item.span, key.clone(), Style::Plain), kept);
                }
                node
            }));
        }
        for item in base.iter().filter(|item| !of_patch.contains_key(&value(item))) {
            merged.extend(self.merger.walk(Some(item), None, Some(self.element))?);
        }
        Ok(Some(merged))
    }

    /// Values of all elements, those of the patch first, none twice; and the keys they belong to.
    fn values(&self, base: &[Node], patch: &[Node]) -> (Vec<Values>, Vec<SmolStr>) {
        let mut seen = std::collections::HashSet::new();
        let mut list = Vec::new();
        let keys = if self.keys.is_empty() { vec![SmolStr::default()] } else { self.keys.to_vec() };
        for item in patch.iter().chain(base) {
            let values: Values = keys
                .iter()
                .map(|key| if key.is_empty() { text(item) } else { item.get(key).map(text).unwrap_or_default() })
                .collect();
            if seen.insert(values.clone()) {
                list.push(values);
            }
        }
        (list, keys)
    }
}

/// The text of a scalar as written.
fn text(node: &Node) -> SmolStr {
    node.as_scalar().map(|scalar| scalar.text.clone()).unwrap_or_default()
}

/// Completes values that agree in one key and lack another.
fn combine(list: &mut [Values]) {
    for left in 0..list.len() {
        for right in 0..list.len() {
            let (Some(one), Some(two)) = (list.get(left), list.get(right)) else { continue };
            let Some(values) = agree(one, two) else { continue };
            for at in [left, right] {
                if let Some(slot) = list.get_mut(at) {
                    slot.clone_from(&values);
                }
            }
        }
    }
}

fn agree(one: &Values, two: &Values) -> Option<Values> {
    let mut common = false;
    let mut values = Vec::new();
    for (left, right) in one.iter().zip(two) {
        common |= left == right;
        if left != right && !left.is_empty() && !right.is_empty() {
            return None;
        }
        values.push(if left.is_empty() { right.clone() } else { left.clone() });
    }
    common.then_some(values)
}

/// The keys that any element has, with the values of this one.
fn valid(list: &[Values], values: &Values, keys: &[SmolStr]) -> (Vec<SmolStr>, Values) {
    let used = |at: usize| list.iter().any(|values| values.get(at).is_some_and(|value| !value.is_empty()));
    if !(0..keys.len()).any(used) {
        return (keys.to_vec(), values.clone());
    }
    keys.iter()
        .zip(values)
        .enumerate()
        .filter(|(at, _)| used(*at))
        .map(|(_, (key, value))| (key.clone(), value.clone()))
        .unzip()
}

/// The first element with these values.
fn find(items: &[Node], keys: &[SmolStr], values: &[SmolStr]) -> Option<usize> {
    if keys.first().is_none_or(|key| key.is_empty()) {
        let wanted = values.first().cloned().unwrap_or_default();
        return items.iter().position(|item| text(item) == wanted);
    }
    let has = |item: &Node| {
        keys.iter().zip(values).all(|(key, value)| item.get(key).is_some_and(|field| text(field) == *value))
    };
    items.iter().position(|item| item.is_map() && has(item))
}

/// Replaces the elements with these values, or removes them; adds the element where none has them.
fn set_element(items: &mut Vec<Node>, element: Option<&Node>, keys: &[SmolStr], values: &[SmolStr]) {
    let by_key =
        keys.first().is_some_and(|key| !key.is_empty()) && values.first().is_some_and(|value| !value.is_empty());
    let mut matched = false;
    let mut kept = Vec::with_capacity(items.len() + 1);
    for item in items.drain(..) {
        if item.is_null() || item.is_map() && item.entries().is_empty() {
            continue;
        }
        if !item.is_map() && by_key {
            kept.push(item);
            continue;
        }
        let has = |(key, value): (&SmolStr, &SmolStr)| {
            if key.is_empty() {
                return text(&item) == *value;
            }
            item.get(key).is_some_and(|field| value.is_empty() || text(field) == *value)
        };
        let found = !values.is_empty() && keys.iter().zip(values).all(has);
        if found {
            matched = true;
            kept.extend(element.cloned());
        } else if !values.is_empty() {
            kept.push(item);
        }
    }
    if let (Some(element), false) = (element, matched) {
        kept.push(element.clone());
    }
    *items = kept;
}

/// Puts the elements of the base behind those that were merged, each at its place.
fn append(mut merged: Vec<Node>, base: &[Node], keys: &[SmolStr]) -> Vec<Node> {
    for item in base {
        if keys.first().is_none_or(|key| key.is_empty()) {
            set_element(&mut merged, Some(item), &[SmolStr::default()], &[text(item)]);
            continue;
        }
        let mut values = Vec::new();
        for key in keys {
            match item.get(key) {
                Some(value) => values.push(text(value)),
                None => merged.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            set_element(&mut merged, None, keys, &values);
        }
        set_element(&mut merged, Some(item), keys, &values);
    }
    merged
}
