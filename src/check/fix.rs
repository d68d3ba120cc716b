//! Edits to new text.

use crate::diagnostic::{Diagnostic, Edit};
use crate::resource::File;
use crate::secret::{hidden, masked, redact};
use crate::source::FileId;
use std::collections::BTreeMap;
use std::ops::Range;

/// The edits that diagnostics offer, by file, in order and without overlap; a fix is taken whole or not at all.
pub fn edits<'a>(diagnostics: &'a [Diagnostic], also_unsafe: bool) -> BTreeMap<FileId, Vec<&'a Edit>> {
    let mut taken: BTreeMap<FileId, Vec<&'a Edit>> = BTreeMap::new();
    let fixes = diagnostics.iter().filter_map(|diagnostic| diagnostic.finding.fix.as_ref());
    for fix in fixes.filter(|fix| fix.safe || also_unsafe) {
        let free = |edit: &Edit| {
            let others = taken.get(&edit.span.file).map_or(&[][..], Vec::as_slice);
            others.iter().all(|other| !meet(edit, other))
        };
        if fix.edits.iter().all(free) {
            fix.edits.iter().for_each(|edit| taken.entry(edit.span.file).or_default().push(edit));
        }
    }
    taken.values_mut().for_each(|edits| edits.sort_by_key(|edit| (edit.span.start, edit.span.end)));
    taken
}

/// Whether two edits change the same text, or insert at the same place, so that their order would matter.
fn meet(one: &Edit, other: &Edit) -> bool {
    let (one, other) = (one.span, other.span);
    one.start == other.start || (one.start < other.end && other.start < one.end)
}

/// The text with edits applied that are in order and do not overlap; one that does not fit is left out.
pub fn apply<'a>(text: &str, edits: impl IntoIterator<Item = (&'a Edit, &'a str)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (edit, new) in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let (Some(kept), true) = (text.get(at..start), text.is_char_boundary(end)) else { continue };
        out.push_str(kept);
        out.push_str(new);
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// The new text of an edit as it may be shown: not where it comes from, or stands in place of, secret material.
pub fn shown(edit: &Edit, text: &str, hidden: &[Range<usize>]) -> String {
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let secret = |range: &Range<usize>| {
        let touches = range.start <= end && start <= range.end;
        touches || text.get(range.clone()).is_some_and(|secret| secret.len() > 3 && edit.text.contains(secret))
    };
    if !edit.text.is_empty() && hidden.iter().any(secret) { "***".to_owned() } else { redact(&edit.text) }
}

/// What edits change in a file, as a unified diff with secret material masked.
pub fn diff(file: &File, edits: &[&Edit]) -> String {
    let hidden = hidden(file);
    let new: Vec<String> = edits.iter().map(|edit| shown(edit, &file.source.text, &hidden)).collect();
    let before = masked(file);
    let after = apply(&before, edits.iter().copied().zip(new.iter().map(String::as_str)));
    let path = std::path::Path::new(&file.source.path);
    let patch = git2::Patch::from_buffers(before.as_bytes(), Some(path), after.as_bytes(), Some(path), None);
    let text = patch.and_then(|mut patch| patch.to_buf());
    text.map_or_else(|_| String::new(), |text| String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Finding, Severity};
    use crate::source::Span;

    fn fixable(start: usize, end: usize, text: &str, safe: bool) -> Diagnostic {
        let span = Span::new(FileId(0), start, end);
        let finding = Finding::new(span, "m");
        let finding = if safe { finding.safe_fix("t", span, text) } else { finding.unsafe_fix("t", span, text) };
        Diagnostic { rule: "a/b", severity: Severity::Error, finding, fingerprint: String::new() }
    }

    fn fixed(text: &str, diagnostics: &[Diagnostic], also_unsafe: bool) -> String {
        let edits = edits(diagnostics, also_unsafe);
        apply(text, edits.values().flatten().map(|edit| (*edit, edit.text.as_str())))
    }

    #[test]
    fn edits_apply_in_order_and_the_first_of_two_that_overlap_wins() {
        let found = [fixable(4, 5, "X", true), fixable(0, 3, "äö", true), fixable(2, 5, "no", true)];
        assert_eq!(fixed("abcdefg", &found, false), "äödXfg");
    }

    #[test]
    fn unsafe_fixes_wait_until_they_are_asked_for() {
        let found = [fixable(0, 1, "X", false)];
        assert_eq!(fixed("abc", &found, false), "abc");
        assert_eq!(fixed("abc", &found, true), "Xbc");
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        assert_eq!(fixed("aä", &[fixable(2, 3, "X", true), fixable(9, 12, "Y", true)], false), "aä");
    }
}
