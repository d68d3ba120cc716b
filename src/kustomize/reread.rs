//! What is lost when kustomize writes a resource and reads it again.

use crate::resource::Tree;
use crate::yaml::{Mode, Node, Resolved, Style, Value};

/// A resource after its way through JSON, which a JSON patch sends it: nothing is left of how a value was written.
pub(super) fn through_json(node: &mut Node, tree: &Tree) {
    reread(node, tree);
    as_json(node);
}

fn as_json(node: &mut Node) {
    let resolved = node.resolve(Mode::Yaml12);
    match &mut node.value {
        Value::Scalar(_) if resolved == Some(Resolved::Null) => *node = Node::scalar(node.span, "null", Style::Plain),
        Value::Scalar(scalar) if resolved == Some(Resolved::Str) => scalar.style = Style::Double,
        Value::Scalar(_) => {}
        Value::Map(_) => node.entries_mut().into_iter().flatten().for_each(|entry| as_json(&mut entry.value)),
        Value::Seq(_) => node.items_mut().into_iter().flatten().for_each(as_json),
    }
}

/// kustomize writes its resources and reads them again, which is not without loss: a date becomes a time, a folded
/// scalar gets a line break more, and a value that is left out between braces becomes the empty string.
pub(super) fn reread(node: &mut Node, tree: &Tree) {
    let mut found = false;
    node.walk(&mut |node| found |= is_folded(node) || date(node).is_some() || is_left_out(node));
    if found {
        reread_all(node, tree, false);
    }
}

/// `flow`: whether the node stands between braces or brackets.
fn reread_all(node: &mut Node, tree: &Tree, flow: bool) {
    let flow = flow || node.as_scalar().is_none() && tree.slice(node.span).starts_with(['{', '[']);
    if node.is_map() {
        node.entries_mut().into_iter().flatten().for_each(|entry| reread_all(&mut entry.value, tree, flow));
    } else if node.is_seq() {
        node.items_mut().into_iter().flatten().for_each(|item| reread_all(item, tree, flow));
    } else if flow && is_left_out(node) {
        *node = Node::string(node.span, "");
    } else if let Some(time) = date(node) {
        *node = Node::string(node.span, time);
    } else if is_folded(node)
        && let Value::Scalar(scalar) = &mut node.value
    {
        scalar.text = refolded(&scalar.text).into();
    }
}

fn is_left_out(node: &Node) -> bool {
    node.is_null() && node.as_scalar().is_some_and(|scalar| scalar.text.is_empty())
}

fn is_folded(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| scalar.style == Style::Folded && scalar.text.contains('\n'))
}

/// The time that a plain `YYYY-MM-DD` becomes.
fn date(node: &Node) -> Option<String> {
    let scalar = node.as_scalar()?;
    let text = scalar.text.as_str();
    let shaped = scalar.style == Style::Plain && text.len() <= 10 && text.as_bytes().get(4) == Some(&b'-');
    if !shaped || node.resolve(Mode::Yaml12) != Some(Resolved::Date) {
        return None;
    }
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day);
    valid.then(|| format!("{year:04}-{month:02}-{day:02}T00:00:00Z"))
}

/// The emitter looks at the first letter of the text where it means the one after the break: a line that is indented
/// further than the one before it gets one break too many.
fn refolded(text: &str) -> String {
    let blank = |line: &str| line.starts_with([' ', '\t']);
    let doubles = !text.starts_with([' ', '\t', '\n']);
    let mut result = String::with_capacity(text.len() + 8);
    let mut indented = true;
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        result.push_str(line);
        if lines.peek().is_none() {
            break;
        }
        if !line.is_empty() {
            indented = blank(line);
        }
        let next = || lines.clone().find(|line| !line.is_empty());
        if !line.is_empty() && !indented && doubles && next().is_some_and(blank) {
            result.push('\n');
        }
        result.push('\n');
    }
    result
}
