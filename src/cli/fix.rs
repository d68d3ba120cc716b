//! `--fix`: what rules offer is written to disk, or shown.

use super::Failure;
use homelint::check::Report;
use homelint::check::fix::{changes, new_text};
use homelint::discover::{self, Root};
use homelint::model::repo::Repo;
use std::fmt::Write;

/// A fix may make room for another; this many rounds are enough for any that ends at all.
const ROUNDS: usize = 10;

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
        let changes = changes(&report.diagnostics, also_unsafe);
        if changes.is_empty() {
            break;
        }
        for (id, changes) in &changes {
            let Some(file) = repo.tree().file(*id) else { continue };
            let text = new_text(&file.source.text, changes);
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
