//! A comment on a pull request.

use super::{Context, count, listed, printable};
use crate::check::Diagnostic;
use crate::diagnostic::Severity;
use std::fmt::Write;

/// GitHub refuses comments of more than 65,536 characters; bytes are never fewer.
const MOST: usize = 60_000;

pub(super) fn render(context: &Context<'_>) -> String {
    let found = [Severity::Error, Severity::Warning, Severity::Info].into_iter().filter_map(|severity| {
        let number = context.diagnostics.iter().filter(|one| one.severity == severity).count();
        (number > 0).then(|| count(number, severity.name()))
    });
    let found: Vec<String> = found.collect();
    if found.is_empty() {
        return "### homelint: no findings\n".to_owned();
    }
    let mut out = format!("### homelint: {}\n\n| | where | what |\n|---|---|---|\n", listed(&found));
    for (index, one) in context.diagnostics.iter().enumerate() {
        let row = row(context, one);
        if out.len() + row.len() > MOST {
            let _ = writeln!(out, "\n… and {} more", context.diagnostics.len() - index);
            break;
        }
        out.push_str(&row);
    }
    out
}

fn row(context: &Context<'_>, diagnostic: &Diagnostic) -> String {
    let finding = &diagnostic.finding;
    let place = context.place(finding.span);
    let sign = match diagnostic.severity {
        Severity::Error => "🛑",
        Severity::Warning => "⚠️",
        Severity::Info => "💡",
    };
    let place = code(&format!("{}:{}", printable(place.path), place.region.start.line));
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("<br>_help:_ {}", prose(help)));
    let (message, rule) = (prose(&finding.message), code(diagnostic.rule));
    format!("| {sign} | {place} | {message}{help}<br><sub>{rule}</sub> |\n")
}

/// A message: names between backticks stay code, everything else is plain text.
fn prose(text: &str) -> String {
    let text = printable(text);
    if text.matches('`').count() % 2 == 1 {
        return plain(&text);
    }
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { code(part) } else { plain(part) }).collect()
}

/// Text in which nothing is markup: no emphasis, no HTML, no mention of a person or an issue.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' | '<' | '>' | '@' | '#' => {
                let _ = write!(out, "&#{};", u32::from(letter));
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
    }
    out
}

/// A code span inside a table: a bar would end the cell even there, and backticks need a longer fence.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let gap = if longest > 0 || text.is_empty() { " " } else { "" };
    format!("{fence}{gap}{text}{gap}{fence}")
}
