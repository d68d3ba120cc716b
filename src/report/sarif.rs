//! SARIF 2.1.0, for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use super::{Context, Place};
use crate::check::Diagnostic;
use crate::diagnostic::Severity;
use crate::rule::Rule;
use crate::source::Span;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Name of the folder that all addresses are relative to, as GitHub and others call it.
const BASE: &str = "%SRCROOT%";

pub(super) fn render(context: &Context<'_>) -> String {
    let spoke: BTreeSet<&str> = context.diagnostics.iter().map(|one| one.rule).collect();
    let rules: Vec<&Rule> = context.rules.iter().filter(|rule| spoke.contains(rule.id)).collect();
    let results = context.diagnostics.iter().map(|one| result(context, one, &rules)).collect::<Vec<_>>();
    let unchecked = context.report.unchecked.iter().map(|entry| {
        json!({
            "level": "note",
            "message": { "text": format!("not checked: {}", entry.reason) },
            "locations": [{ "physicalLocation": {
                "artifactLocation": artifact(&entry.path),
                "region": { "startLine": entry.line.max(1) },
            } }],
        })
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "homelint",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            } },
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": unchecked.collect::<Vec<_>>(),
            }],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { BASE: { "description": { "text": "the root of the repository" } } },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A rule with the part of its page that explains it; the examples are for tests and `explain`.
fn descriptor(rule: &Rule) -> Value {
    let text = rule.page.split("\n## Bad").next().unwrap_or(rule.page).trim();
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title() },
        "help": { "text": text, "markdown": text },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(context: &Context<'_>, diagnostic: &Diagnostic, rules: &[&Rule]) -> Value {
    let finding = &diagnostic.finding;
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("\n{help}"));
    let related = finding.related.iter().enumerate().map(|(id, related)| {
        json!({
            "id": id,
            "message": { "text": related.message },
            "physicalLocation": physical(context, related.span),
        })
    });
    let mut result = json!({
        "ruleId": diagnostic.rule,
        "level": level(diagnostic.severity),
        "message": { "text": format!("{}{help}", finding.message) },
        "locations": [{ "physicalLocation": physical(context, finding.span) }],
        "relatedLocations": related.collect::<Vec<_>>(),
        "partialFingerprints": { "homelint/v1": diagnostic.fingerprint },
    });
    if let Some(index) = rules.iter().position(|rule| rule.id == diagnostic.rule) {
        result["ruleIndex"] = index.into();
    }
    result
}

fn physical(context: &Context<'_>, span: Span) -> Value {
    let Place { path, region } = context.place(span);
    json!({
        "artifactLocation": artifact(path),
        "region": {
            "startLine": region.start.line,
            "startColumn": region.start.column,
            "endLine": region.end.line,
            "endColumn": region.end.column,
        },
    })
}

fn artifact(path: &str) -> Value {
    json!({ "uri": uri(path), "uriBaseId": BASE })
}

/// A relative reference: every byte but the unreserved ones and `/` is written in hexadecimal (RFC 3986).
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        let _ = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                write!(out, "{}", byte as char)
            }
            _ => write!(out, "%{byte:02X}"),
        };
    }
    out
}
