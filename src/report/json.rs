//! homelint's own format: stable and versioned.

use super::Context;
use crate::check::fix::shown;
use crate::diagnostic::{Diagnostic, Fix};
use crate::secret::{hidden, redact};
use crate::source::FileId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;

/// Version of the format; it rises when a field changes its meaning or goes.
const VERSION: u32 = 1;

pub(super) fn render(context: &Context<'_>) -> String {
    let hidden = hidden_in_fixes(context);
    let unchecked = context.report.unchecked.iter();
    let report = json!({
        "version": VERSION,
        "files": context.report.files,
        "resources": context.report.resources,
        "unchecked": unchecked
            .map(|entry| json!({ "path": entry.path, "line": entry.line, "reason": entry.reason }))
            .collect::<Vec<_>>(),
        "diagnostics": context.diagnostics.iter().map(|one| diagnostic(context, one, &hidden)).collect::<Vec<_>>(),
    });
    format!("{report}\n")
}

fn diagnostic(context: &Context<'_>, diagnostic: &Diagnostic, hidden: &Hidden) -> Value {
    let finding = &diagnostic.finding;
    let place = context.place(finding.span);
    let related = finding.related.iter().map(|related| {
        let place = context.place(related.span);
        json!({ "path": place.path, "span": place.region, "message": redact(&related.message) })
    });
    json!({
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.name(),
        "message": finding.message,
        "path": place.path,
        "span": place.region,
        "related": related.collect::<Vec<_>>(),
        "help": finding.help,
        "fix": finding.fix.as_ref().map(|one| fix(context, one, hidden)),
        "fingerprint": diagnostic.fingerprint,
    })
}

fn fix(context: &Context<'_>, fix: &Fix, hidden: &Hidden) -> Value {
    let edits = fix.edits.iter().map(|edit| {
        let place = context.place(edit.span);
        let whole = context.repo.file_of(edit.span).map_or("", |file| &file.source.text);
        let ranges = hidden.get(&edit.span.file).map_or(&[][..], Vec::as_slice);
        json!({ "path": place.path, "span": place.region, "text": shown(edit, whole, ranges) })
    });
    json!({ "title": redact(&fix.title), "safe": fix.safe, "edits": edits.collect::<Vec<_>>() })
}

type Hidden = BTreeMap<FileId, Vec<Range<usize>>>;

/// What must not be shown of the files that fixes change.
fn hidden_in_fixes(context: &Context<'_>) -> Hidden {
    let mut ranges = Hidden::new();
    let fixes = context.diagnostics.iter().filter_map(|diagnostic| diagnostic.finding.fix.as_ref());
    for edit in fixes.flat_map(|fix| &fix.edits) {
        if let Some(file) = context.repo.file_of(edit.span) {
            ranges.entry(edit.span.file).or_insert_with(|| hidden(file));
        }
    }
    ranges
}
