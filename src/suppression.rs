//! `# homelint: ignore <id>[, <id>] - reason` on or above a line, `ignore-file` in the first comment block.

use crate::resource::File;
use crate::source::Span;

/// One rule that a comment silences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The rule's id.
    pub rule: String,
    /// Where the id stands.
    pub span: Span,
    /// The line it holds for; `None` for the whole file.
    line: Option<u32>,
}

impl Suppression {
    /// Whether it silences this rule on this line.
    pub fn covers(&self, rule: &str, line: u32) -> bool {
        self.rule == rule && self.line.is_none_or(|own| own == line)
    }
}

/// The suppressions in the comments of a file.
pub fn read(file: &File) -> Vec<Suppression> {
    file.parsed.comments.iter().flat_map(|comment| in_comment(file, comment.span)).collect()
}

fn in_comment(file: &File, span: Span) -> Vec<Suppression> {
    let source = &file.source;
    let text = source.slice(span);
    let Some(at) = text.find("homelint:").map(|at| at + "homelint:".len()) else { return Vec::new() };
    let order = &text[at..];
    let Some(word) = order.split_whitespace().next() else { return Vec::new() };
    let own_line = source.line(span.start);
    let alone = source.line_text(own_line).trim_start().starts_with(['#', '/']);
    let line = match word {
        "ignore" if alone => Some(next_content_line(file, own_line)),
        "ignore" => Some(own_line),
        "ignore-file" if in_first_block(file, own_line) => None,
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
    found
}

/// The line below a comment of its own line, over further comments.
fn next_content_line(file: &File, from: u32) -> u32 {
    let comment = |line: u32| file.source.line_text(line).trim_start().starts_with(['#', '/']);
    (from + 1..=file.source.line_count()).find(|line| !comment(*line)).unwrap_or(from + 1)
}

/// Whether only comments, blank lines and `---` stand above a line.
fn in_first_block(file: &File, line: u32) -> bool {
    (1..line).all(|line| {
        let text = file.source.line_text(line).trim();
        text.is_empty() || text == "---" || text.starts_with(['#', '/'])
    })
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
    }
}
