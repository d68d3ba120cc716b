//! One line a diagnostic, as compilers write it and editors read it.

use super::{BOLD, Context, color_of, paint, printable};
use std::fmt::Write;

pub(super) fn render(context: &Context<'_>) -> String {
    let color = context.options.color;
    let mut out = String::new();
    for diagnostic in &context.diagnostics {
        let place = context.place(diagnostic.finding.span);
        let start = place.region.start;
        let path = paint(&printable(place.path), BOLD, color);
        let severity = paint(diagnostic.severity.name(), color_of(diagnostic.severity), color);
        let message = printable(&diagnostic.finding.message);
        let _ = writeln!(out, "{path}:{}:{}: {severity}[{}]: {message}", start.line, start.column, diagnostic.rule);
    }
    out
}
