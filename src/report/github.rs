//! Workflow commands of GitHub Actions, which become annotations on the lines of a change.

use super::{Context, printable};
use crate::check::Diagnostic;
use crate::diagnostic::Severity;
use std::fmt::Write;

pub(super) fn render(context: &Context<'_>) -> String {
    context.diagnostics.iter().map(|one| command(context, one)).collect()
}

fn command(context: &Context<'_>, diagnostic: &Diagnostic) -> String {
    let finding = &diagnostic.finding;
    let place = context.place(finding.span);
    let (start, end) = (place.region.start, place.region.end);
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut out = format!("::{word} file={},line={}", property(place.path), start.line);
    // GitHub takes columns only where a finding stays on its line.
    let _ = match start.line == end.line {
        true => write!(out, ",endLine={},col={},endColumn={}", end.line, start.column, end.column),
        false => write!(out, ",endLine={}", end.line),
    };
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {}", printable(help)));
    let _ = writeln!(
        out,
        ",title={}::{}",
        property(diagnostic.rule),
        data(&format!("{}{help}", printable(&finding.message)))
    );
    out
}

/// As `@actions/core` escapes what stands behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As `@actions/core` escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
