//! homelint's own format: stable and versioned.

use super::Context;
use crate::check::Diagnostic;
use crate::diagnostic::Fix;
use crate::secret::Shown;
use serde_json::{Value, json};

/// Version of the format; it rises when a field changes its meaning or goes.
const VERSION: u32 = 1;

pub(super) fn render(context: &Context<'_>) -> String {
    let unchecked = context.report.unchecked.iter();
    let report = json!({
        "version": VERSION,
        "files": context.report.files,
        "resources": context.report.resources,
        "unchecked": unchecked
            .map(|entry| json!({ "path": entry.path, "line": entry.line, "reason": entry.reason }))
            .collect::<Vec<_>>(),
        "diagnostics": context.diagnostics.iter().map(|one| diagnostic(context, one)).collect::<Vec<_>>(),
    });
    format!("{report}\n")
}

fn diagnostic(context: &Context<'_>, diagnostic: &Diagnostic) -> Value {
    let finding = &diagnostic.finding;
    let place = context.place(finding.span);
    let related = finding.related.iter().map(|related| {
        let place = context.place(related.span);
        json!({ "path": place.path, "span": place.region, "message": related.message })
    });
    json!({
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.name(),
        "message": finding.message,
        "path": place.path,
        "span": place.region,
        "related": related.collect::<Vec<_>>(),
        "help": finding.help,
        "fix": finding.fix.as_ref().map(|one| fix(context, one)),
        "fingerprint": diagnostic.fingerprint,
    })
}

fn fix(context: &Context<'_>, fix: &Fix<Shown>) -> Value {
    let edits = fix.edits.iter().map(|edit| {
        let place = context.place(edit.span);
        json!({ "path": place.path, "span": place.region, "text": edit.text })
    });
    json!({ "title": fix.title, "safe": fix.safe, "edits": edits.collect::<Vec<_>>() })
}
