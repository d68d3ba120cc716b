//! Snippets of source with what is wrong drawn beside them. The only module that knows `miette`.

use super::{BOLD, Context, DIM, color_of, paint, printable, wrapped};
use crate::check::Diagnostic;
use crate::diagnostic::{Fix, Severity};
use crate::secret::{Shown, ShownFile};
use crate::source::{FileId, SourceFile, Span};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteSpanContents, SourceCode, SpanContents};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// Lines shown above and below what a label points at.
const AROUND: u32 = 1;
/// Other places that are drawn; more would bury the first.
const PLACES: usize = 6;

pub(super) fn render(context: &Context<'_>) -> String {
    let drawn = |(id, file): (&FileId, &ShownFile)| (*id, SourceFile::new(*id, &*file.path, visible(&file.text)));
    let texts: BTreeMap<FileId, SourceFile> = context.report.sources.par_iter().map(drawn).collect();
    context.diagnostics.par_iter().map(|one| diagnostic(context, &texts, one)).collect()
}

/// What is drawn: the place of the finding without a text of its own, then the related ones.
fn places(diagnostic: &Diagnostic) -> impl Iterator<Item = (Span, Option<&str>)> {
    let related = diagnostic.finding.related.iter().map(|related| (related.span, Some(&*related.message)));
    std::iter::once((diagnostic.finding.span, None)).chain(related.take(PLACES))
}

fn diagnostic(context: &Context<'_>, texts: &BTreeMap<FileId, SourceFile>, diagnostic: &Diagnostic) -> String {
    let (color, width) = (context.options.color, context.options.width);
    let finding = &diagnostic.finding;
    let severity = paint(diagnostic.severity.name(), color_of(diagnostic.severity), color);
    let rule = paint(&format!("[{}]", diagnostic.rule), DIM, color);
    let indent = diagnostic.severity.name().len() + diagnostic.rule.len() + 4;
    let lines = wrapped(&printable(&finding.message), width, indent, 2);
    let message: Vec<String> = lines.iter().map(|line| paint(line, BOLD, color)).collect();
    let mut out = format!("{severity}{rule}: {}\n", message.join("\n  "));
    for (file, labels) in by_file(diagnostic) {
        let Some(file) = texts.get(&file) else { continue };
        // The file itself is meant: its name, or that it exists.
        if file.text.is_empty() || labels.iter().all(|label| label.end == 0) {
            let _ = writeln!(out, "   ╶─[{}]", printable(&file.path));
            continue;
        }
        for excerpt in excerpts(file, labels, width) {
            excerpt.draw(&mut out, diagnostic.severity, color);
        }
    }
    let more = finding.related.len().saturating_sub(PLACES);
    if more > 0 {
        note(&mut out, "note", &format!("and {more} more places"), context);
    }
    if let Some(help) = &finding.help {
        note(&mut out, "help", help, context);
    }
    if let Some(fix) = &finding.fix {
        note(&mut out, "fix", &offer(fix), context);
    }
    out.push('\n');
    out
}

fn offer(fix: &Fix<Shown>) -> String {
    let option = if fix.safe { "--fix" } else { "--fix --unsafe-fixes" };
    format!("{} ({option})", fix.title)
}

/// A line `  help: …`, wrapped below its own text.
fn note(out: &mut String, word: &str, text: &str, context: &Context<'_>) {
    let indent = word.len() + 4;
    let parts = text.lines().flat_map(|line| wrapped(&printable(line), context.options.width, indent, indent));
    let lines: Vec<String> = parts.collect();
    let word = paint(word, color_of(Severity::Info), context.options.color);
    let _ = writeln!(out, "  {word}: {}", lines.join(&format!("\n{}", " ".repeat(indent))));
}

/// Places grouped by file: that of the finding first, the others in the order in which they are named.
fn by_file(diagnostic: &Diagnostic) -> Vec<(FileId, Vec<Label<'_>>)> {
    let mut files: Vec<(FileId, Vec<Label<'_>>)> = Vec::new();
    for (span, text) in places(diagnostic) {
        let label = Label { start: span.start, end: span.end, text };
        match files.iter_mut().find(|(file, _)| *file == span.file) {
            Some((_, labels)) => labels.push(label),
            None => files.push((span.file, vec![label])),
        }
    }
    files
}

/// A byte range to be underlined; the finding's own has no text, the message above speaks of it.
#[derive(Debug, Clone, Copy)]
struct Label<'a> {
    start: u32,
    end: u32,
    text: Option<&'a str>,
}

/// Some lines of a file that stand together.
struct Excerpt<'a> {
    /// `path:line:column` of what it is about.
    name: String,
    text: String,
    /// Number of the first line, from 0.
    line: usize,
    /// Ranges of `text`.
    labels: Vec<(usize, usize, Option<&'a str>)>,
}

/// Cuts what the labels point at out of a file: near ones together, long lines around their labels.
fn excerpts<'a>(file: &SourceFile, labels: Vec<Label<'a>>, width: usize) -> Vec<Excerpt<'a>> {
    let mut labels: Vec<(u32, Label<'a>)> = labels.into_iter().map(|label| on_one_line(file, label)).collect();
    labels.sort_by_key(|(line, label)| (*line, label.start, label.end));
    let near = |a: &(u32, Label<'a>), b: &(u32, Label<'a>)| b.0 - a.0 <= 2 * AROUND + 1;
    labels.chunk_by(near).map(|group| excerpt(file, group, width)).collect()
}

/// The line of a label, and its range within that line: a collection is known by its first line.
fn on_one_line<'a>(file: &SourceFile, label: Label<'a>) -> (u32, Label<'a>) {
    let line = file.line(label.start).clamp(1, file.line_count().max(1));
    let range = file.line_range(line);
    let text = file.line_text(line);
    let (from, to) = (range.start as u32, (range.start + text.trim_end().len()) as u32);
    let start = label.start.clamp(from, to.max(from));
    (line, Label { start, end: label.end.clamp(start, to.max(start)), ..label })
}

fn excerpt<'a>(file: &SourceFile, labels: &[(u32, Label<'a>)], width: usize) -> Excerpt<'a> {
    let lines = labels.iter().map(|(line, _)| *line);
    let first = lines.clone().min().unwrap_or(1).saturating_sub(AROUND).max(1);
    let last = (lines.max().unwrap_or(1) + AROUND).min(file.line_count().max(1));
    // Blank lines at the edges explain nothing.
    let blank = |line: u32| file.line_text(line).trim().is_empty() && labels.iter().all(|(own, _)| *own != line);
    let first = if blank(first) { first + 1 } else { first };
    let last = if blank(last) { last - 1 } else { last };
    let room = width.saturating_sub(6 + last.to_string().len()).max(40);
    let mut out = Excerpt { name: String::new(), text: String::new(), line: first as usize - 1, labels: Vec::new() };
    for line in first..=last {
        let range = file.line_range(line);
        let own = labels.iter().filter(|(of, _)| *of == line).map(|(_, label)| label);
        let from = own.clone().map(|label| label.start as usize - range.start).min().unwrap_or(0);
        let window = window(file.line_text(line), from, room);
        let before = if window.start > 0 { "…" } else { "" };
        let at = out.text.len() + before.len();
        // The one behind the text belongs to the line break; any other would overwrite the line on a terminal.
        let piece = file.line_text(line).get(window.clone()).unwrap_or("").replace('\r', "?");
        let after = if window.end < range.len() { "…" } else { "" };
        out.text.push_str(&format!("{before}{piece}{after}\n"));
        out.labels.extend(own.map(|label| {
            let place = |offset: usize| at + (offset - range.start).clamp(window.start, window.end) - window.start;
            (place(behind_indent(file, label)), place(label.end as usize), label.text)
        }));
    }
    let main = labels.iter().find(|(_, label)| label.text.is_none()).or(labels.first());
    let start = file.position(main.map_or(0, |(_, label)| label.start));
    out.name = format!("{}:{}:{}", printable(&file.path), start.line, start.column);
    out
}

/// Where the underline begins: indentation is nothing to look at, unless it is all there is.
fn behind_indent(file: &SourceFile, label: &Label<'_>) -> usize {
    let (start, end) = (label.start as usize, label.end as usize);
    let text = file.text.get(start..end).unwrap_or("");
    let indent = text.len() - text.trim_start().len();
    if indent < text.len() { start + indent } else { start }
}

/// The part of a line that fits into `room` characters and shows what starts at `from`.
fn window(text: &str, from: usize, room: usize) -> std::ops::Range<usize> {
    if text.len() <= room {
        return 0..text.len();
    }
    let back = |at: usize, by: usize| text.get(..at).unwrap_or("").char_indices().rev().nth(by).map_or(0, |(at, _)| at);
    let start = if from + room / 4 < room { 0 } else { back(from, room / 3) };
    let rest = text.get(start..).unwrap_or("");
    start..rest.char_indices().nth(room - 2).map_or(text.len(), |(at, _)| start + at)
}

/// Text of the same length in bytes without characters that act on a terminal or that no one sees.
fn visible(text: &str) -> String {
    if !text.contains(unseen) {
        return text.to_owned();
    }
    let stand_in = |letter: char| match letter.len_utf8() {
        _ if !unseen(letter) => letter.to_string(),
        1 => "?".to_owned(),
        2 => "¿".to_owned(),
        3 => "\u{fffd}".to_owned(),
        _ => "\u{fffd}?".to_owned(),
    };
    text.chars().map(stand_in).collect()
}

fn unseen(letter: char) -> bool {
    !matches!(letter, '\n' | '\r' | '\t') && super::is_unseen(letter)
}

impl Excerpt<'_> {
    fn draw(&self, out: &mut String, severity: Severity, color: bool) {
        let mut theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        if color {
            theme.styles = miette::ThemeStyles::ansi();
        }
        let own = match severity {
            Severity::Error => theme.styles.error,
            Severity::Warning => theme.styles.warning,
            Severity::Info => theme.styles.advice,
        };
        let other = theme.styles.help;
        theme.styles.highlights =
            self.labels.iter().map(|(_, _, text)| if text.is_some() { other } else { own }).collect();
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_context_lines(AROUND as usize)
            .without_primary_span_start()
            .tab_width(2)
            .without_syntax_highlighting();
        let mut drawn = String::new();
        if handler.render_report(&mut drawn, self).is_ok() {
            // miette begins with the message; ours stands above all excerpts.
            let snippet = drawn.lines().skip(1);
            snippet.for_each(|line| out.extend([line.trim_end(), "\n"]));
        }
    }
}

impl fmt::Debug for Excerpt<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt<'_> {}

impl miette::Diagnostic for Excerpt<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |(start, end, text): &(usize, usize, Option<&str>)| {
            LabeledSpan::new(text.map(|text| printable(text).into_owned()), *start, end - start)
        };
        Some(Box::new(self.labels.iter().map(label)))
    }
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        _: &miette::SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, miette::MietteError> {
        let whole = (0, self.text.len()).into();
        let lines = self.text.lines().count();
        let contents =
            MietteSpanContents::new_named(self.name.clone(), self.text.as_bytes(), whole, self.line, 0, lines);
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::report;
    use crate::diagnostic::Finding;
    use crate::model::inputs::Inputs;
    use crate::model::repo::Repo;
    use crate::report::{Format, Options, render};
    use crate::resource::File;

    fn repo(texts: &[&str]) -> Repo {
        let file = |(index, text): (usize, &&str)| {
            File::read(FileId(index as u32), format!("{index}.txt"), Some((*text).to_owned()))
        };
        Repo::new(Inputs::of(texts.iter().enumerate().map(file).collect(), &[]))
    }

    fn drawn(repo: &Repo, findings: Vec<Finding>, width: usize) -> String {
        let mut report = report(repo, "a/b", &findings.iter().collect::<Vec<_>>());
        report.diagnostics.iter_mut().for_each(|one| one.severity = Severity::Warning);
        let options = Options { color: false, width, info: true, elapsed: 0 };
        render(&report, &[], Format::Human, &options)
    }

    fn span(file: u32, start: usize, end: usize) -> Span {
        Span::new(FileId(file), start, end)
    }

    #[test]
    fn other_files_get_a_snippet_of_their_own_and_far_lines_too() {
        let repo = repo(&["one\n\nthree\n4\n5\n6\n7\n8\nnine\n", "x: y\n"]);
        let finding =
            Finding::new(span(0, 0, 3), "wrong").related(span(0, 21, 25), "here").related(span(1, 3, 4), "there");
        let expected = "\
warning[a/b]: wrong
   ╭─[0.txt:1:1]
 1 │ one
   · ───
   ╰────
   ╭─[0.txt:9:1]
 8 │ 8
 9 │ nine
   · ──┬─
   ·   ╰── here
   ╰────
   ╭─[1.txt:1:4]
 1 │ x: y
   ·    ┬
   ·    ╰── there
   ╰────

";
        assert_eq!(drawn(&repo, vec![finding], 80), expected);
    }

    #[test]
    fn long_lines_are_cut_around_their_label() {
        let text = format!("{}needle{}\n", "a".repeat(500), "b".repeat(500));
        let out = drawn(&repo(&[&text]), vec![Finding::new(span(0, 500, 506), "m")], 60);
        assert!(out.lines().all(|line| line.chars().count() <= 60), "{out}");
        let at = |line: &str, what| line.chars().position(|letter| letter == what);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(at(lines[2], 'n'), at(lines[3], '─'), "{out}");
    }

    #[test]
    fn what_acts_on_a_terminal_is_shown_and_not_sent() {
        let out = drawn(&repo(&["a\u{1b}[31m\u{202e}b\rc\r\nd\r\n"]), vec![Finding::new(span(0, 0, 1), "\u{7}")], 80);
        assert!(!out.contains(['\u{1b}', '\u{202e}', '\r', '\u{7}']), "{out:?}");
        assert!(out.contains(" 1 │ a?[31m\u{fffd}b?c\n"), "{out}");
    }

    /// Spans that no rule should make: the drawing library must not be able to stop a run.
    #[test]
    fn no_span_makes_it_panic() {
        let texts = ["", "\n", "a", "ä\u{200b}\t日本\r\n\r\n \n\u{1f600}x", "no break\nat the end\n   "];
        let repo = repo(&texts);
        let mut seed = 7usize;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let findings = (0..3000).map(|_| {
            let mut some = || (next(6), next(30), next(30));
            let at = |(file, start, length): (usize, usize, usize)| span(file as u32, start, start + length);
            Finding::new(at(some()), "m").related(at(some()), "r").related(at(some()), "s\nt").help("h")
        });
        assert!(drawn(&repo, findings.collect(), 30).lines().count() > 3000);
    }
}
