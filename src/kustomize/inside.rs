//! What a string holds that a replacement enters: JSON or YAML, and how kustomize prints it again.

use super::json;
use super::path::lookup;
use crate::source::FileId;
use crate::yaml::{self, Mode, Node, Resolved, Scalar, Style};
use smol_str::SmolStr;

/// The document in the first string on the way along a path, and how many keys lead there.
pub(super) fn document(root: &Node, path: &[SmolStr]) -> Option<(usize, Node)> {
    (1..path.len()).find_map(|length| {
        let scalar = lookup(root, path.get(..length)?)?.as_scalar()?;
        let document = yaml::parse(FileId(u32::MAX), &scalar.text).documents.into_iter().next()?;
        let filled = document.root.is_map() || document.root.is_seq();
        (!document.broken && filled).then_some((length, document.root))
    })
}

/// The text with its document changed, as kustomize prints it; `None` where that is not known.
pub(super) fn printed(text: &str, before: &Node, after: &Node) -> Option<String> {
    if text.trim_start().starts_with(['{', '[']) {
        let lines = text.contains('\n') && text.contains("  ");
        return Some(if lines { json::pretty(after) } else { json::compact(after) });
    }
    if !is_laid_out(before, 0, text) || text.contains("\n\n") || text.contains('\t') {
        return None;
    }
    let mut edits = Vec::new();
    collect(before, after, &mut edits)?;
    let mut result = text.to_owned();
    for (old, new) in edits.into_iter().rev() {
        let range = old.span.start as usize..old.span.end as usize;
        result.get(range.clone())?;
        result.replace_range(range, &new);
    }
    Some(result.trim().to_owned())
}

/// The scalars that differ, each with its new text; `None` where more than scalars differs.
fn collect<'n>(before: &'n Node, after: &Node, edits: &mut Vec<(&'n Node, String)>) -> Option<()> {
    match (before.as_scalar(), after.as_scalar()) {
        (Some(old), Some(new)) if old.text == new.text => Some(()),
        (Some(old), Some(new)) => {
            edits.push((before, rewritten(before, old, &new.text)?));
            Some(())
        }
        (None, None) => {
            let (olds, news) = (before.entries(), after.entries());
            let (old_items, new_items) = (before.items(), after.items());
            if olds.len() != news.len() || old_items.len() != new_items.len() || before.is_map() != after.is_map() {
                return None;
            }
            olds.iter().zip(news).try_for_each(|(old, new)| collect(&old.value, &new.value, edits))?;
            old_items.iter().zip(new_items).try_for_each(|(old, new)| collect(old, new, edits))
        }
        _ => None,
    }
}

/// How a scalar is written that gets another text: its quotes stay, and a string that would be something else gets some.
fn rewritten(node: &Node, old: &Scalar, text: &str) -> Option<String> {
    let simple =
        !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./:@".contains(letter));
    if !simple || text.ends_with(':') || text.starts_with(['-', ':', '@']) {
        return None;
    }
    let string = node.resolve(Mode::Yaml12) == Some(Resolved::Str);
    match old.style {
        Style::Single => Some(format!("'{text}'")),
        Style::Double => Some(format!("\"{text}\"")),
        Style::Plain if string && yaml::resolve(text, Mode::Yaml11) != Resolved::Str => Some(format!("\"{text}\"")),
        Style::Plain => Some(text.to_owned()),
        Style::Literal | Style::Folded => None,
    }
}

/// Whether block mappings and sequences stand where kustomize prints them: mappings two columns further right than what
/// they are in, sequences below their key; `column` is that of the node.
fn is_laid_out(node: &Node, column: usize, text: &str) -> bool {
    let flow = |node: &Node| text.get(node.span.start as usize..).is_some_and(|rest| rest.starts_with(['{', '[']));
    let at = |node: &Node| {
        let before = text.get(..node.span.start as usize).unwrap_or_default();
        before.len() - before.rfind('\n').map_or(0, |line| line + 1)
    };
    let block = |scalar: &Scalar| matches!(scalar.style, Style::Literal | Style::Folded);
    if let Some(scalar) = node.as_scalar() {
        return !block(scalar);
    }
    if flow(node) {
        return node.entries().is_empty() && node.items().is_empty();
    }
    let entries = node.entries().iter().all(|entry| {
        let below = if entry.value.is_seq() { column } else { column + 2 };
        at(&entry.key) == column && is_laid_out(&entry.value, below, text)
    });
    entries
        && node
            .items()
            .iter()
            .all(|item| (item.as_scalar().is_some() || at(item) == column + 2) && is_laid_out(item, column + 2, text))
}
