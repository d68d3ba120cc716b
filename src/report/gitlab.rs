//! GitLab's code quality report: <https://docs.gitlab.com/ci/testing/code_quality/>.

use super::Context;
use crate::check::Diagnostic;
use crate::diagnostic::Severity;
use serde_json::{Value, json};

pub(super) fn render(context: &Context<'_>) -> String {
    let issues = context.diagnostics.iter().map(|one| issue(context, one));
    format!("{:#}\n", Value::from_iter(issues))
}

fn issue(context: &Context<'_>, diagnostic: &Diagnostic) -> Value {
    let place = context.place(diagnostic.finding.span);
    let severity = match diagnostic.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    };
    let help = diagnostic.finding.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    json!({
        "description": format!("{}{help}", diagnostic.finding.message),
        "check_name": diagnostic.rule,
        "fingerprint": diagnostic.fingerprint,
        "severity": severity,
        "location": {
            "path": place.path,
            "lines": { "begin": place.region.start.line, "end": place.region.end.line },
        },
    })
}
