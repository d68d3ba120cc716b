//! JUnit's XML: a suite a file, a failed test a finding.

use super::{Context, printable};
use crate::check::Diagnostic;
use crate::diagnostic::Severity;
use std::fmt::Write;

pub(super) fn render(context: &Context<'_>) -> String {
    let files = context.diagnostics.chunk_by(|a, b| a.finding.span.file == b.finding.span.file);
    let suites: String = files.map(|file| suite(context, file)).collect();
    let (tests, failures) = (context.diagnostics.len(), failures(&context.diagnostics));
    // A report without a test counts as broken in some readers.
    let suites = if suites.is_empty() {
        "  <testsuite name=\"homelint\" tests=\"1\" failures=\"0\">\n    <testcase name=\"no findings\" classname=\"homelint\"/>\n  </testsuite>\n".to_owned()
    } else {
        suites
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"homelint\" tests=\"{}\" failures=\"{failures}\">\n{suites}</testsuites>\n",
        tests.max(1)
    )
}

/// What is worth knowing fails no test.
fn failures(diagnostics: &[&Diagnostic]) -> usize {
    diagnostics.iter().filter(|one| one.severity != Severity::Info).count()
}

fn suite(context: &Context<'_>, diagnostics: &[&Diagnostic]) -> String {
    let path = diagnostics.first().map_or("", |one| context.place(one.finding.span).path);
    let (tests, failures) = (diagnostics.len(), failures(diagnostics));
    let cases: String = diagnostics.iter().map(|one| case(context, one)).collect();
    let name = escaped(path);
    format!("  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\">\n{cases}  </testsuite>\n")
}

fn case(context: &Context<'_>, diagnostic: &Diagnostic) -> String {
    let finding = &diagnostic.finding;
    let place = context.place(finding.span);
    let start = place.region.start;
    let (path, rule, message) = (escaped(place.path), escaped(diagnostic.rule), escaped(&finding.message));
    let mut out = format!(
        "    <testcase name=\"{rule} {}:{}\" classname=\"{path}\" file=\"{path}\" line=\"{}\">\n",
        start.line, start.column, start.line
    );
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {}", escaped(help)));
    let text = format!("{path}:{}:{}: {message}{help}", start.line, start.column);
    let _ = match diagnostic.severity {
        Severity::Info => writeln!(out, "      <system-out>{text}</system-out>"),
        severity => {
            writeln!(out, "      <failure type=\"{}\" message=\"{message}\">{text}</failure>", severity.name())
        }
    };
    out.push_str("    </testcase>\n");
    out
}

/// XML has no way to write most control characters: they become visible escapes.
fn escaped(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
