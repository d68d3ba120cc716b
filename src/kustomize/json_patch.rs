//! JSON patches (RFC 6902) over nodes.

use super::merge::Misfit;
use crate::source::Span;
use crate::yaml::{Mode, Node, Resolved, Style, Value, same_data};
use smol_str::SmolStr;

/// Whether text can be a JSON patch: what begins like JSON is read as JSON, strictly.
pub(super) fn is_readable(text: &str) -> bool {
    !text.starts_with('[') || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// One operation.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    /// Where it is written.
    pub span: Span,
    verb: Verb,
    /// The keys of `path`, and where it stands.
    path: Vec<SmolStr>,
    path_span: Span,
    from: Vec<SmolStr>,
    value: Option<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

/// Reads the operations of a patch; `Err` where one is none.
pub(super) fn operations(list: &Node) -> Result<Vec<Operation>, Misfit> {
    list.items().iter().map(operation).collect()
}

fn operation(node: &Node) -> Result<Operation, Misfit> {
    let verb = match node.text_at(&["op"]) {
        Some("add") => Verb::Add,
        Some("remove") => Verb::Remove,
        Some("replace") => Verb::Replace,
        Some("move") => Verb::Move,
        Some("copy") => Verb::Copy,
        Some("test") => Verb::Test,
        Some(other) => {
            let span = node.get("op").map_or(node.span, |op| op.span);
            return Err((span, format!("`{other}` is no operation of a JSON patch")));
        }
        None => return Err((node.span, "an operation of a JSON patch needs `op`".into())),
    };
    let Some(path) = node.get("path").filter(|path| path.as_scalar().is_some()) else {
        return Err((node.span, "an operation of a JSON patch needs `path`".into()));
    };
    let from = node.text_at(&["from"]);
    if matches!(verb, Verb::Move | Verb::Copy) && from.is_none() {
        return Err((node.span, "`move` and `copy` need `from`".into()));
    }
    let value = node.get("value").cloned().map(|mut value| {
        as_api_server_reads(&mut value);
        value
    });
    Ok(Operation {
        span: node.span,
        verb,
        path: pointer(path.text().unwrap_or_default()),
        path_span: path.span,
        from: pointer(from.unwrap_or_default()),
        value,
    })
}

/// Patches are read as YAML 1.1 and become JSON: `on` is a boolean, a date a string, an absent value `null`.
fn as_api_server_reads(node: &mut Node) {
    match (node.resolve(Mode::Yaml11), node.resolve(Mode::Yaml12)) {
        (_, Some(Resolved::Bool(_))) => {}
        (Some(Resolved::Bool(true)), _) => *node = Node::scalar(node.span, "true", Style::Plain),
        (Some(Resolved::Bool(false)), _) => *node = Node::scalar(node.span, "false", Style::Plain),
        (_, Some(Resolved::Null)) => *node = Node::scalar(node.span, "null", Style::Plain),
        (_, Some(Resolved::Date | Resolved::Str)) => {
            if let Value::Scalar(scalar) = &mut node.value {
                scalar.style = Style::Double;
            }
        }
        _ => {}
    }
    for entry in node.is_map().then(|| node.entries_mut()).into_iter().flatten().flatten() {
        as_api_server_reads(&mut entry.key);
        if let Value::Scalar(scalar) = &mut entry.key.value {
            scalar.style = Style::Double;
        }
        as_api_server_reads(&mut entry.value);
    }
    for item in node.is_seq().then(|| node.items_mut()).into_iter().flatten().flatten() {
        as_api_server_reads(item);
    }
}

fn pointer(path: &str) -> Vec<SmolStr> {
    let parts = path.strip_prefix('/').map(|path| path.split('/'));
    parts.into_iter().flatten().map(|part| SmolStr::from(part.replace("~1", "/").replace("~0", "~"))).collect()
}

/// Most nodes that a patch may copy: an object that the API server stores has fewer.
const MAX_COPIED: usize = 100_000;

/// Nodes at and below a node, counted up to a limit: what is copied into itself again and again has no end.
fn weight(node: &Node, limit: usize) -> usize {
    let children = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    children.fold(1, |sum, child| if sum > limit { sum } else { sum + weight(child, limit - sum) })
}

/// Applies the operations in order.
pub(super) fn apply(root: &mut Node, operations: &[Operation]) -> Result<(), Misfit> {
    let mut room = MAX_COPIED;
    for operation in operations {
        let missing = |path: &[SmolStr]| {
            (operation.path_span, format!("the patch needs `/{}`, which is not there", path.join("/")))
        };
        let value = || operation.value.clone().unwrap_or(Node::null(operation.span));
        match operation.verb {
            Verb::Add => add(root, &operation.path, value()).ok_or_else(|| missing(&operation.path))?,
            Verb::Replace => replace(root, &operation.path, value()).ok_or_else(|| missing(&operation.path))?,
            Verb::Remove => drop(take(root, &operation.path).ok_or_else(|| missing(&operation.path))?),
            Verb::Move => {
                let moved = take(root, &operation.from).ok_or_else(|| missing(&operation.from))?;
                add(root, &operation.path, moved).ok_or_else(|| missing(&operation.path))?;
            }
            Verb::Copy => {
                let copied = find(root, &operation.from).cloned().ok_or_else(|| missing(&operation.from))?;
                room = room
                    .checked_sub(weight(&copied, room))
                    .filter(|room| *room > 0)
                    .ok_or_else(|| (operation.path_span, "the patch copies more than an object can hold".to_owned()))?;
                add(root, &operation.path, copied).ok_or_else(|| missing(&operation.path))?;
            }
            Verb::Test => {
                let wanted = value();
                let found = find(root, &operation.path);
                let equal = found.map_or(wanted.is_null(), |found| same_data(found, &wanted));
                if !equal && !found.is_some_and(has_unknown) {
                    return Err((operation.path_span, format!("the test of `/{}` fails", operation.path.join("/"))));
                }
            }
        }
    }
    Ok(())
}

fn has_unknown(node: &Node) -> bool {
    let mut unknown = false;
    node.walk(&mut |node| unknown |= node.is_unknown());
    unknown
}

/// The index that a key of a path means in a list of `length`; negative ones count from the end.
fn index(key: &str, length: usize) -> Option<usize> {
    let at: i64 = key.parse().ok()?;
    let at = if at < 0 { at + i64::try_from(length).ok()? } else { at };
    usize::try_from(at).ok()
}

fn find<'n>(node: &'n Node, path: &[SmolStr]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, key| match &node.value {
        Value::Seq(items) => items.get(index(key, items.len())?),
        _ => node.get(key),
    })
}

fn find_mut<'n>(node: &'n mut Node, path: &[SmolStr]) -> Option<&'n mut Node> {
    find(node, path)?;
    path.iter().try_fold(node, |node, key| {
        if node.is_seq() {
            let items = node.items_mut()?;
            let at = index(key, items.len())?;
            return items.get_mut(at);
        }
        node.get_mut(key)
    })
}

fn add(root: &mut Node, path: &[SmolStr], value: Node) -> Option<()> {
    let Some((key, parent)) = path.split_last() else {
        *root = value;
        return Some(());
    };
    let parent = find_mut(root, parent)?;
    if parent.is_seq() {
        let items = parent.items_mut()?;
        let at = if key == "-" { items.len() } else { index(key, items.len() + 1)? };
        if at > items.len() {
            return None;
        }
        items.insert(at, value);
        return Some(());
    }
    if !parent.is_map() {
        return None;
    }
    parent.set(Node::scalar(value.span, key.clone(), Style::Plain), value);
    Some(())
}

/// Replaces; like kustomize's library, a key that a mapping lacks is added.
fn replace(root: &mut Node, path: &[SmolStr], value: Node) -> Option<()> {
    let parent = path.split_last().and_then(|(_, parent)| find(root, parent));
    if parent.is_some_and(Node::is_map) {
        return add(root, path, value);
    }
    *find_mut(root, path)? = value;
    Some(())
}

fn take(root: &mut Node, path: &[SmolStr]) -> Option<Node> {
    let (key, parent) = path.split_last()?;
    let parent = find_mut(root, parent)?;
    if parent.is_seq() {
        let items = parent.items_mut()?;
        let at = index(key, items.len())?;
        return (at < items.len()).then(|| items.remove(at));
    }
    parent.remove(key).map(|entry| entry.value)
}
