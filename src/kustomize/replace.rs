//! `replacements`: a value of one resource goes to fields of others.

use super::context::Context;
use super::fault::{Fault, FaultKind};
use super::gvk::gvk_of;
use super::inside;
use super::level::Level;
use super::object::{Id, Object, as_string, put};
use super::path::{bracket, dotted, lookup};
use super::read;
use super::select::{Selector, is_selected};
use crate::source::Span;
use crate::yaml::{self, Mode, Node, Resolved, Style, Value};
use regex::Regex;
use smol_str::SmolStr;

/// Why a replacement cannot be made.
enum Failure {
    /// Something is not there, or not as it must be.
    Wrong(Span, String),
    /// The field lies in YAML inside a string, and how kustomize would print that is not known.
    Structured(Span),
}

/// The entries of `replacements`, those in files included.
pub(super) fn apply_replacements(context: &mut Context, level: &mut Level, list: &[Node], folder: &str) {
    for entry in list {
        let Some(path) = entry.get("path").filter(|path| path.text().is_some()) else {
            replacement(context, level, entry);
            continue;
        };
        let Some(file) = read::file(context, path, folder, FaultKind::ReplacementFailed) else { continue };
        for root in read::documents(context, path, file, FaultKind::ReplacementFailed).unwrap_or_default() {
            if root.is_map() {
                replacement(context, level, &root);
            }
            for entry in root.items() {
                replacement(context, level, entry);
            }
        }
    }
}

fn replacement(context: &mut Context, level: &mut Level, entry: &Node) {
    match replace(level, entry) {
        Ok(()) => {}
        Err(Failure::Structured(span)) => {
            context.unchecked(span, "how kustomize prints the YAML in this string again is not known")
        }
        Err(Failure::Wrong(span, _)) if context.notes.incomplete => {
            context.unchecked(span, "the resource may be among what is not at hand");
        }
        Err(Failure::Wrong(span, message)) => context.fault(Fault::new(FaultKind::ReplacementFailed, span, message)),
    }
    let facts = context.facts;
    level.set.objects_mut().iter_mut().for_each(|object| object.refresh(facts));
}

fn replace(level: &mut Level, entry: &Node) -> Result<(), Failure> {
    let targets = entry.items_at(&["targets"]);
    let wrong = |node: &Node, message: &str| Failure::Wrong(node.span, message.to_owned());
    let value = match (entry.get("sourceValue"), entry.get("source").filter(|source| !source.is_null())) {
        (Some(value), None) => value.clone(),
        (None, Some(source)) => source_value(&level.set.objects, source)?,
        (Some(_), Some(_)) => return Err(wrong(entry, "a replacement has either `source` or `sourceValue`")),
        (None, None) => return Err(wrong(entry, "a replacement needs a `source`")),
    };
    if targets.is_empty() {
        return Err(wrong(entry, "a replacement needs `targets`"));
    }
    for target in targets {
        let Some(select) = target.get("select") else { return Err(wrong(target, "a target needs `select`")) };
        let selector = |node: &Node| Selector::of(node).map_err(|(span, message)| Failure::Wrong(span, message));
        let selected = selector(select)?;
        let rejected = target.items_at(&["reject"]).iter().map(selector).collect::<Result<Vec<_>, _>>()?;
        for object in level.set.objects_mut() {
            if selects(&selected, &rejected, object) {
                write(&mut object.node, target, &value)?;
            }
        }
    }
    Ok(())
}

fn selects(selected: &Selector, rejected: &[Selector], object: &Object) -> bool {
    let ids = || {
        let now = (object.id.gvk.clone(), object.id.name.clone(), object.id.namespace.clone());
        let earlier = object.previous.iter().map(|previous| {
            let mut gvk = object.id.gvk.clone();
            gvk.kind = previous.kind.clone();
            (gvk, previous.name.clone(), previous.namespace.clone())
        });
        std::iter::once(now).chain(earlier)
    };
    let any = |selector: &Selector| ids().any(|(gvk, name, namespace)| selector.selects_id(&gvk, &name, &namespace));
    selected.meets_requirements(object)
        && !rejected.iter().any(|reject| reject.has_requirements() && reject.meets_requirements(object))
        && !rejected.iter().any(|reject| reject.names_something() && any(reject))
        && any(selected)
}

fn source_value(objects: &[Object], source: &Node) -> Result<Node, Failure> {
    let text = |key: &str| SmolStr::new(source.text_at(&[key]).unwrap_or_default());
    let selector = Id { gvk: gvk_of(source), name: text("name"), namespace: text("namespace"), cluster: false };
    let selected = |object: &&Object| {
        is_selected(&selector, &object.id.gvk, &object.id.name, &object.id.namespace)
            || object.keys().any(|key| is_selected(&selector, &key.gvk, &key.name, &key.namespace))
    };
    let mut found = objects.iter().filter(selected);
    let Some(object) = found.next() else {
        return Err(Failure::Wrong(source.span, "the source of this replacement matches no resource".into()));
    };
    if let Some(second) = found.next() {
        let message =
            format!("the source matches several resources: `{}` and `{}`", object.id.title(), second.id.title());
        return Err(Failure::Wrong(source.span, message));
    }
    let path = source.get("fieldPath").and_then(Node::text).unwrap_or("metadata.name");
    let span = source.get("fieldPath").map_or(source.span, |path| path.span);
    let value = lookup(&object.node, &dotted(path)).filter(|value| !is_nil(value));
    let Some(value) = value else {
        return Err(Failure::Wrong(span, format!("`{}` has no `{path}`", object.id.title())));
    };
    let Some((delimiter, index)) = delimiter(source) else { return Ok(value.clone()) };
    let Some(scalar) = value.as_scalar() else {
        return Err(Failure::Wrong(span, "a `delimiter` needs a string to split".into()));
    };
    let part = usize::try_from(index).ok().and_then(|index| scalar.text.split(&*delimiter).nth(index));
    match part {
        Some(part) => Ok(with_text(value, part)),
        None => Err(Failure::Wrong(span, format!("there is no part {index} in `{path}`"))),
    }
}

/// Null, or a collection without entries.
fn is_nil(node: &Node) -> bool {
    node.is_null() || node.as_scalar().is_none() && node.entries().is_empty() && node.items().is_empty()
}

/// `options.delimiter` and `options.index`.
fn delimiter(node: &Node) -> Option<(SmolStr, i64)> {
    let text = node.text_at(&["options", "delimiter"]).filter(|text| !text.is_empty())?;
    let index = node.text_at(&["options", "index"]).and_then(|index| index.parse().ok()).unwrap_or(0);
    Some((text.into(), index))
}

/// The scalar with another text; its type stays.
fn with_text(node: &Node, text: impl Into<SmolStr>) -> Node {
    let string = matches!(node.resolve(Mode::Yaml12), Some(Resolved::Str | Resolved::Date));
    let mut node = node.clone();
    if let Value::Scalar(scalar) = &mut node.value {
        scalar.text = text.into();
        if scalar.style != Style::Plain && !string {
            scalar.style = Style::Plain;
        }
    }
    if string { as_string(&node) } else { node }
}

/// Writes a value to the fields of a target.
fn write(root: &mut Node, target: &Node, value: &Node) -> Result<(), Failure> {
    let default = [Node::string(target.span, "metadata.name")];
    let paths = Some(target.items_at(&["fieldPaths"])).filter(|paths| !paths.is_empty()).unwrap_or(&default);
    let create = target.at(&["options", "create"]).is_some_and(Node::is_true);
    let delimiter = delimiter(target);
    for path in paths {
        let text = path.text().unwrap_or_default();
        let parts = dotted(text);
        if let Some((length, document)) = inside::document(root, &parts) {
            let (outer, inner) = parts.split_at(length);
            if write_inside(root, outer, &document, inner, &Place { value, create, span: path.span })? {
                continue;
            }
        }
        let mut count = 0;
        let place = Place { value, create, span: path.span };
        place.visit(root, &parts, &mut |node| {
            count += 1;
            set(node, value, delimiter.as_ref())
        })?;
        if count == 0 {
            return Err(Failure::Wrong(path.span, format!("there is no `{text}` in what this target selects")));
        }
    }
    Ok(())
}

/// Writes a value to fields of the document in a string; `false` where it has none of them.
fn write_inside(
    root: &mut Node,
    outer: &[SmolStr],
    document: &Node,
    inner: &[SmolStr],
    place: &Place,
) -> Result<bool, Failure> {
    let value = place.value;
    let (mut after, mut count, mut lost) = (document.clone(), 0, false);
    let visited = place.visit(&mut after, inner, &mut |node| {
        count += 1;
        // kustomize gives up without a word where the value is of another type.
        lost |= kind_lost(node, value.text().unwrap_or_default()).is_some();
        set(node, value, None)
    });
    if lost {
        return Ok(true);
    }
    if visited.is_err() || count == 0 {
        return Ok(false);
    }
    let string = Place { create: false, ..*place };
    let mut known = true;
    string.visit(root, outer, &mut |node| {
        let Value::Scalar(scalar) = &mut node.value else { return Ok(()) };
        scalar.unknown |= value.is_unknown();
        match inside::printed(&scalar.text, document, &after) {
            Some(text) => scalar.text = text.into(),
            None => known = false,
        }
        Ok(())
    })?;
    if known { Ok(true) } else { Err(Failure::Structured(place.span)) }
}

fn set(node: &mut Node, value: &Node, delimiter: Option<&(SmolStr, i64)>) -> Result<(), Failure> {
    let scalar = |node: &Node| node.as_scalar().map(|scalar| scalar.text.clone());
    // What was made for the value has no text; a null that is written keeps its type, and kustomize fails.
    if node.as_scalar().is_some_and(|scalar| scalar.is_null() && !scalar.text.is_empty()) && !value.is_null() {
        return Err(Failure::Wrong(node.span, "a replacement cannot write to `null`".into()));
    }
    let mut new = value.clone();
    if let Some((delimiter, index)) = delimiter {
        let Some(old) = scalar(node) else {
            return Err(Failure::Wrong(node.span, "a `delimiter` needs a string to split".into()));
        };
        let mut parts: Vec<SmolStr> = old.split(delimiter.as_str()).map(SmolStr::new).collect();
        let part = scalar(value).unwrap_or_default();
        match usize::try_from(*index) {
            Err(_) => parts.insert(0, part),
            Ok(index) => match parts.get_mut(index) {
                Some(slot) => *slot = part,
                None => parts.push(part),
            },
        }
        new = with_text(&Node::string(value.span, ""), parts.join(delimiter));
        keep_unknown(&mut new, value.is_unknown() || node.is_unknown());
    }
    // A field keeps its type, only its text changes.
    *node = match (node.as_scalar(), scalar(&new)) {
        (Some(_), text) if !node.is_null() => {
            if let Some(kind) = kind_lost(node, text.as_deref().unwrap_or_default()).filter(|_| !new.is_unknown()) {
                let message =
                    format!("a replacement cannot write `{}` to a field with {kind}", text.unwrap_or_default());
                return Err(Failure::Wrong(value.span, message));
            }
            let mut changed = with_text(node, text.unwrap_or_default()).with_span(value.span);
            keep_unknown(&mut changed, new.is_unknown());
            changed
        }
        _ => new,
    };
    Ok(())
}

/// What a field without quotes holds, where `text` is no such thing: kustomize keeps the type and then cannot read it.
fn kind_lost(node: &Node, text: &str) -> Option<&'static str> {
    let new = yaml::resolve(text, Mode::Yaml12);
    match node.resolve(Mode::Yaml12)? {
        Resolved::Int(_) if !matches!(new, Resolved::Int(_)) => Some("a whole number"),
        Resolved::Float(_) if !matches!(new, Resolved::Int(_) | Resolved::Float(_)) => Some("a number"),
        Resolved::Bool(_) if !matches!(new, Resolved::Bool(_)) => Some("`true` or `false`"),
        _ => None,
    }
}

fn keep_unknown(node: &mut Node, unknown: bool) {
    if let Value::Scalar(scalar) = &mut node.value {
        scalar.unknown = unknown;
    }
}

/// How the fields of a target are found.
struct Place<'a> {
    /// What is written there.
    value: &'a Node,
    /// Whether absent fields are made for it.
    create: bool,
    /// Where the path is written.
    span: Span,
}

impl Place<'_> {
    fn visit(
        &self,
        node: &mut Node,
        path: &[SmolStr],
        set: &mut dyn FnMut(&mut Node) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Some((part, rest)) = path.split_first() else { return set(node) };
        let wrong = |message: String| Failure::Wrong(self.span, message);
        if let Ok(index) = part.parse::<usize>() {
            let made = self.blank(rest);
            let Some(items) = node.items_mut() else { return Err(wrong(format!("`{index}` needs a list"))) };
            if let (true, Some(made)) = (items.len() == index, made) {
                items.push(made);
            }
            let length = items.len();
            let Some(item) = items.get_mut(index) else {
                return Err(wrong(format!("there is no element {index}, only {length}")));
            };
            return self.visit(item, rest, set);
        }
        if part == "*" {
            if let Some(items) = node.items_mut() {
                return items.iter_mut().try_for_each(|item| self.visit(item, rest, set));
            }
            return if node.is_null() { Ok(()) } else { Err(wrong("`*` needs a list".into())) };
        }
        if let Some((key, pattern)) = bracket(part) {
            return self.visit_elements(node, key, pattern, rest, set);
        }
        if !node.is_map() {
            return if node.is_null() { Ok(()) } else { Err(wrong(format!("`{part}` needs a mapping"))) };
        }
        if node.get(part).is_none() {
            let Some(made) = self.blank(rest) else { return Ok(()) };
            put(node, part, made);
        }
        match node.get_mut(part) {
            Some(field) => self.visit(field, rest, set),
            None => Ok(()),
        }
    }

    fn visit_elements(
        &self,
        node: &mut Node,
        key: &str,
        pattern: &str,
        rest: &[SmolStr],
        set: &mut dyn FnMut(&mut Node) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Ok(regex) = Regex::new(pattern) else {
            return Err(Failure::Wrong(self.span, format!("`{pattern}` is not a valid regular expression")));
        };
        let span = self.span;
        let Some(items) = node.items_mut() else {
            return Err(Failure::Wrong(span, format!("`[{key}={pattern}]` needs a list")));
        };
        let matches = |item: &Node| {
            let field = if key.is_empty() { Some(item) } else { item.get(key) };
            field.and_then(Node::as_scalar).is_some_and(|scalar| regex.is_match(&scalar.text))
        };
        if self.create && !items.iter().any(matches) {
            let value = Node::scalar(span, pattern, Style::Plain);
            let element = if key.is_empty() {
                value
            } else {
                let mut element = Node::map(span, Vec::new());
                put(&mut element, key, value);
                element
            };
            items.push(element);
        }
        let rest = if key.is_empty() { &[] } else { rest };
        items.iter_mut().filter(|item| matches(item)).try_for_each(|item| self.visit(item, rest, set))
    }

    /// What is made for an absent field, by what comes below it.
    fn blank(&self, rest: &[SmolStr]) -> Option<Node> {
        let value = self.create.then_some(self.value)?;
        Some(match rest.first() {
            Some(next) if next.parse::<usize>().is_ok() || next.starts_with('[') => Node::seq(self.span, Vec::new()),
            Some(_) => Node::map(self.span, Vec::new()),
            None if value.is_map() => Node::map(self.span, Vec::new()),
            None if value.is_seq() => Node::seq(self.span, Vec::new()),
            None => Node::null(self.span),
        })
    }
}
