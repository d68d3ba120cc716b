//! Edits to new text.

use super::{Diagnostic, Report};
use crate::diagnostic::Edit;
use crate::secret::Shown;
use crate::source::{FileId, SourceFile, Span};
use std::collections::BTreeMap;

/// A change of a file: what is written, and what may be shown of it.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    written: &'a Edit,
    shown: &'a Edit<Shown>,
}

impl Change<'_> {
    fn span(&self) -> Span {
        self.written.span
    }
}

/// The changes that diagnostics offer, by file, in order and without overlap; a fix is taken whole or not at all.
pub fn changes(diagnostics: &[Diagnostic], also_unsafe: bool) -> BTreeMap<FileId, Vec<Change<'_>>> {
    let mut taken: BTreeMap<FileId, Vec<Change>> = BTreeMap::new();
    let fixes = diagnostics.iter().filter_map(|one| Some((&one.edits, one.finding.fix.as_ref()?)));
    for (edits, fix) in fixes.filter(|(_, fix)| fix.safe || also_unsafe) {
        let changes = || edits.iter().zip(&fix.edits).map(|(written, shown)| Change { written, shown });
        let free = |change: Change| {
            let others = taken.get(&change.span().file).map_or(&[][..], Vec::as_slice);
            others.iter().all(|other| !meet(change.span(), other.span()))
        };
        if changes().all(free) {
            changes().for_each(|change| taken.entry(change.span().file).or_default().push(change));
        }
    }
    taken.values_mut().for_each(|changes| changes.sort_by_key(|change| (change.span().start, change.span().end)));
    taken
}

/// Whether two edits change the same text, or insert at the same place, so that their order would matter.
fn meet(one: Span, other: Span) -> bool {
    one.start == other.start || (one.start < other.end && other.start < one.end)
}

/// The text of a file with changes made: for the disk, not for people.
pub fn new_text(text: &str, changes: &[Change]) -> String {
    apply(text, changes.iter().map(|change| (change.span(), change.written.text.as_str())))
}

/// A text with edits applied that are in order and do not overlap; one that does not fit is left out.
fn apply<'a>(text: &str, edits: impl IntoIterator<Item = (Span, &'a str)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (span, new) in edits {
        let (start, end) = (span.start as usize, span.end as usize);
        let (Some(kept), true) = (text.get(at..start), text.is_char_boundary(end)) else { continue };
        out.push_str(kept);
        out.push_str(new);
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// What the fixes of a report would change, as a unified diff with secrets replaced by stars.
pub fn diff(report: &Report, also_unsafe: bool) -> String {
    let changes = changes(&report.diagnostics, also_unsafe);
    let files = changes.iter().filter_map(|(id, changes)| Some((report.sources.get(id)?, changes)));
    files.map(|(file, changes)| diff_of(file, changes)).collect()
}

fn diff_of(before: &SourceFile, changes: &[Change]) -> String {
    let after = apply(&before.text, changes.iter().map(|change| (change.span(), &*change.shown.text)));
    let path = std::path::Path::new(&before.path);
    let patch = git2::Patch::from_buffers(before.text.as_bytes(), Some(path), after.as_bytes(), Some(path), None);
    let text = patch.and_then(|mut patch| patch.to_buf());
    text.map_or_else(|_| String::new(), |text| String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Finding, Severity};
    use crate::resource::Tree;
    use crate::secret::{Mask, Secrets};

    fn fixable(start: usize, end: usize, text: &str, safe: bool) -> Diagnostic {
        let span = Span::new(FileId(0), start, end);
        let finding = Finding::new(span, "m");
        let finding = if safe { finding.safe_fix("t", span, text) } else { finding.unsafe_fix("t", span, text) };
        let (tree, secrets) = (Tree::default(), Secrets::default());
        super::super::shown("a/b", Severity::Error, finding, &Mask::new(&tree, &secrets))
    }

    fn fixed(text: &str, diagnostics: &[Diagnostic], also_unsafe: bool) -> String {
        let changes: Vec<Change> = changes(diagnostics, also_unsafe).into_values().flatten().collect();
        new_text(text, &changes)
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
