//! `--fix`: what rules offer is written to disk, or shown.

use super::Failure;
use homelint::check::Report;
use homelint::check::fix::{apply, diff, edits};
use homelint::discover::{self, Root};
use homelint::model::repo::Repo;
use std::fmt::Write;

/// A fix may make room for another; this many rounds are enough for any that ends at all.
const ROUNDS: usize = 10;

/// The fixes of a report, to be shown.
pub struct Fixes<'a> {
    pub repo: &'a Repo,
    pub also_unsafe: bool,
}

impl Fixes<'_> {
    /// What would change, as a unified diff.
    pub fn diff(&self, report: &Report) -> String {
        let edits = edits(&report.diagnostics, self.also_unsafe);
        let files = edits.iter().filter_map(|(id, edits)| Some((self.repo.tree().file(*id)?, edits)));
        files.map(|(file, edits)| diff(file, edits)).collect()
    }
}

/// Applies fixes and checks again until none is left to apply.
pub fn until_nothing_changes(
    root: &Root,
    mut repo: Repo,
    mut report: Report,
    also_unsafe: bool,
    notes: &mut String,
    again: impl Fn() -> Result<(Repo, Report), Failure>,
) -> Result<(Repo, Report), Failure> {
    let mut changed = std::collections::BTreeSet::new();
    for _ in 0..ROUNDS {
        let edits = edits(&report.diagnostics, also_unsafe);
        if edits.is_empty() {
            break;
        }
        for (id, edits) in &edits {
            let Some(file) = repo.tree().file(*id) else { continue };
            let text = apply(&file.source.text, edits.iter().map(|edit| (*edit, edit.text.as_str())));
            discover::write(root, &file.source.path, &text)?;
            changed.insert(file.source.path.clone());
        }
        let before = fixable(&report, also_unsafe);
        (repo, report) = again()?;
        // A fix that does not mend what it promises must not be made again and again.
        if fixable(&report, also_unsafe) >= before {
            break;
        }
    }
    if !changed.is_empty() {
        let _ = writeln!(notes, "fixed {} file{}", changed.len(), if changed.len() == 1 { "" } else { "s" });
    }
    Ok((repo, report))
}

fn fixable(report: &Report, also_unsafe: bool) -> usize {
    let fixes = report.diagnostics.iter().filter_map(|diagnostic| diagnostic.finding.fix.as_ref());
    fixes.filter(|fix| fix.safe || also_unsafe).count()
}
