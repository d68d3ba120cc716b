//! `# homelint: ignore <id>[, <id>] - reason` on or above a line, `ignore-file` in the first comment block. An id may end
//! in `*`.

use crate::resource::File;
use crate::source::Span;
use std::ops::Range;

/// What a comment of ours begins with.
const MARK: &str = "homelint:";

/// One rule that a comment silences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The rule's id, or the beginning of several and `*`; empty where the comment names none.
    pub rule: String,
    /// Where the id stands; the whole comment where it names none.
    pub span: Span,
    /// The line it holds for; `None` for the whole file.
    pub line: Option<u32>,
}

impl Suppression {
    /// Whether it silences a rule, on some line.
    pub fn is_of(&self, rule: &str) -> bool {
        self.rule.strip_suffix('*').map_or(self.rule == rule, |start| rule.starts_with(start))
    }
}

/// The suppressions in the comments of a file.
pub fn read(file: &File) -> Vec<Suppression> {
    let ours = file.parsed.comments.iter().filter(|comment| file.source.slice(comment.span).contains(MARK));
    let mut lines = Lines { file, content: None, below: 0..0 };
    ours.flat_map(|comment| in_comment(&mut lines, comment.span)).collect()
}

fn in_comment(lines: &mut Lines, span: Span) -> Vec<Suppression> {
    let file = lines.file;
    let source = &file.source;
    let text = source.slice(span);
    let Some(at) = text.find(MARK).map(|at| at + MARK.len()) else { return Vec::new() };
    let order = &text[at..];
    let Some(word) = order.split_whitespace().next() else { return Vec::new() };
    let own_line = source.line(span.start);
    let alone = is_comment(source.line_text(own_line));
    let line = match word {
        "ignore" if alone => Some(lines.next_content(own_line)),
        "ignore" => Some(own_line),
        "ignore-file" if own_line < lines.first_content() => None,
        "ignore-file" => return Vec::new(),
        // What other linters call it.
        _ if word.starts_with("disable") || word.starts_with("noqa") || word.starts_with("skip") => {
            return vec![Suppression { rule: String::new(), span, line: Some(own_line) }];
        }
        _ => return Vec::new(),
    };
    let from = at + order.find(word).unwrap_or(0) + word.len();
    let list = text[from..].split(" - ").next().unwrap_or("");
    let mut start = from;
    let mut found = Vec::new();
    for part in list.split(',') {
        let id = part.split_whitespace().next().unwrap_or("");
        if !id.is_empty() {
            let at = span.start as usize + start + part.find(id).unwrap_or(0);
            found.push(Suppression { rule: id.to_owned(), span: source.span(at..at + id.len()), line });
        }
        start += part.len() + 1;
    }
    if found.is_empty() {
        found.push(Suppression { rule: String::new(), span, line });
    }
    found
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', '/'])
}

/// Lines with content, each looked for once: a file may consist of comments.
struct Lines<'a> {
    file: &'a File,
    /// The first line with content, once it is known.
    content: Option<u32>,
    /// A run of comment lines that was walked last, up to the line with content below it.
    below: Range<u32>,
}

impl Lines<'_> {
    /// The line below a comment of its own line, over further comments.
    fn next_content(&mut self, from: u32) -> u32 {
        if !self.below.contains(&from) {
            let source = &self.file.source;
            let count = source.line_count();
            let below = (from + 1..=count).find(|line| !is_comment(source.line_text(*line)));
            self.below = from..below.unwrap_or(count + 1);
        }
        self.below.end
    }

    /// The first line that is neither comment nor blank nor `---`.
    fn first_content(&mut self) -> u32 {
        let source = &self.file.source;
        *self.content.get_or_insert_with(|| {
            let skipped = |line: &str| line.trim().is_empty() || line.trim() == "---" || is_comment(line);
            let count = source.line_count();
            (1..=count).find(|line| !skipped(source.line_text(*line))).unwrap_or(count + 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn suppressions(text: &str) -> Vec<(String, Option<u32>)> {
        let file = File::read(FileId(0), "a.yaml", Some(text.to_owned()));
        read(&file).into_iter().map(|suppression| (suppression.rule, suppression.line)).collect()
    }

    #[test]
    fn on_the_line_above_it_and_for_the_file() {
        assert_eq!(
            suppressions(
                "# homelint: ignore-file a/b - why\n# homelint: ignore c/d, e/f - why\na: 1\nb: 2 # homelint: ignore g/h\n"
            ),
            [("a/b".into(), None), ("c/d".into(), Some(3)), ("e/f".into(), Some(3)), ("g/h".into(), Some(4))]
        );
        assert_eq!(suppressions("a: 1\n# homelint: ignore-file a/b - too late\n"), []);
        assert_eq!(suppressions("a: 1 # homelint: ignore\n"), [(String::new(), Some(1))]);
        assert_eq!(suppressions("a: 1 # homelint: disable=a/b\n"), [(String::new(), Some(1))]);
        assert_eq!(suppressions("# homelint: is a linter\n"), []);
    }

    #[test]
    fn a_star_stands_for_the_rest() {
        let file = File::read(FileId(0), "a.yaml", Some("a: 1 # homelint: ignore yaml/*\n".to_owned()));
        let found = read(&file);
        assert!(found.iter().all(|one| one.is_of("yaml/syntax") && !one.is_of("image/no-tag")));
    }
}
