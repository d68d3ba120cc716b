//! Diagnostics to text: one file a format. Secret material is masked before any of them sees it.

mod concise;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod sarif;

use crate::check::{Diagnostic, Report};
use crate::diagnostic::{Region, Severity};
use crate::rule::Rule;
use crate::source::{Position, Span};
use std::borrow::Cow;
use std::fmt::Write;

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Snippets of source with what is wrong drawn beside them.
    Human,
    /// One line a diagnostic: `path:line:column: error[rule]: message`.
    Concise,
    /// homelint's own, stable and versioned.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit's XML.
    Junit,
    /// A comment on a pull request.
    Markdown,
}

impl Format {
    /// Every format, in the order in which help names them.
    pub const ALL: [Format; 8] = [
        Format::Human,
        Format::Concise,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Markdown,
    ];

    /// The word that selects it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Concise => "concise",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Markdown => "markdown",
        }
    }
}

/// How it shall look.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// With escape sequences for colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether findings of severity info are shown; `json` always has them.
    pub info: bool,
    /// Milliseconds that the check took.
    pub elapsed: u128,
}

/// What every format needs to know.
struct Context<'a> {
    report: &'a Report,
    /// Those to be shown.
    diagnostics: Vec<&'a Diagnostic>,
    rules: &'a [Rule],
    options: &'a Options,
}

/// A span as people and other programs name it.
struct Place<'a> {
    path: &'a str,
    region: Region,
}

impl<'a> Context<'a> {
    fn place(&self, span: Span) -> Place<'a> {
        let Some(file) = self.report.sources.get(&span.file) else {
            let start = Position { line: 1, column: 1, offset: 0 };
            return Place { path: "", region: Region { start, end: start } };
        };
        let region = Region { start: file.position(span.start), end: file.position(span.end) };
        Place { path: &file.path, region }
    }
}

/// Writes the diagnostics of a report; empty where the format has nothing to say.
pub fn render(report: &Report, rules: &[Rule], format: Format, options: &Options) -> String {
    let shown =
        |diagnostic: &&Diagnostic| diagnostic.severity != Severity::Info || options.info || format == Format::Json;
    let diagnostics = report.diagnostics.iter().filter(shown).collect();
    let context = Context { report, diagnostics, rules, options };
    match format {
        Format::Human => human::render(&context),
        Format::Concise => concise::render(&context),
        Format::Json => json::render(&context),
        Format::Sarif => sarif::render(&context),
        Format::Github => github::render(&context),
        Format::Gitlab => gitlab::render(&context),
        Format::Junit => junit::render(&context),
        Format::Markdown => markdown::render(&context),
    }
}

/// What was read and what came out, in one line.
pub fn summary(report: &Report, options: &Options) -> String {
    let read = format!("{} and {}", count(report.files, "file"), count(report.resources, "resource"));
    let found: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .filter_map(|severity| {
            let number = report.count(severity);
            let hidden = severity == Severity::Info && !options.info;
            let note = if hidden { " (--info shows them)" } else { "" };
            let text = format!("{}{note}", count(number, severity.name()));
            (number > 0).then(|| paint(&text, color_of(severity), options.color))
        })
        .collect();
    let mut line = if found.is_empty() {
        format!("{} no findings in {read}", paint("✔", GREEN, options.color))
    } else {
        format!("{} in {read}", listed(&found))
    };
    let reason = match report.unchecked.as_slice() {
        [] => None,
        [one] => Some(format!("{}: {}", one.path, one.reason)),
        [first, others @ ..] if others.iter().all(|other| other.reason == first.reason) => {
            Some(first.reason.to_string())
        }
        [first, ..] => Some(format!("{} and other reasons", first.reason)),
    };
    if let Some(reason) = reason {
        let _ = write!(line, ", {} not checked ({})", report.unchecked.len(), printable(&reason));
    }
    let _ = write!(line, "{}", paint(&format!(" · {} ms", options.elapsed), DIM, options.color));
    line
}

/// A number with its noun.
fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// `a, b and c`
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Text in lines of `width` characters; `first` and `rest` are already taken on the first and on every later line.
fn wrapped(text: &str, width: usize, first: usize, rest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = first;
    for word in text.split(' ') {
        let length = word.chars().count() + 1;
        let empty = lines.last().is_none_or(String::is_empty);
        if !empty && used + length > width {
            lines.push(String::new());
            used = rest;
        }
        used += length;
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

const DIM: &str = "2";
const BOLD: &str = "1";
const GREEN: &str = "1;32";

fn color_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Info => "1;36",
    }
}

fn paint(text: &str, style: &str, color: bool) -> String {
    if color { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Text whose characters that act on a terminal, or that no one sees, are written as escapes.
fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            letter if is_unseen(letter) => out.extend(letter.escape_default()),
            letter => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// Control characters, and those that hide or turn around the text beside them.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
