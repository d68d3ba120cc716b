use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Role, Syntax};
use crate::rule::Rule;
use crate::source::Span;
use crate::yaml::Node;

/// A backslash that JSON drops, so that a pattern matches something else.
pub const RULE: Rule = Rule::warning(check);

/// What a backslash in a string of JSON5 gives a meaning, or needs none.
const ESCAPED: &[u8] = b"\\\"'/bfnrtv0ux\n\r";

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    if file.syntax != Syntax::Json {
        return Vec::new();
    }
    let mut found = Vec::new();
    for root in file.roots_of(Role::Renovate) {
        root.walk(&mut |node| found.extend(finding(file, node)));
    }
    found
}

fn finding(file: &File, node: &Node) -> Option<Finding> {
    node.text()?;
    let text = file.source.slice(node.span);
    let (at, lost) = lost(text)?;
    let start = node.span.start as usize + at;
    let span = Span::new(node.span.file, start, start + 2);
    let message = format!("this backslash is lost: JSON reads `\\{lost}` as `{lost}`");
    Some(Finding::new(span, message).help(format!("write `\\\\{lost}` for a pattern with `\\{lost}`")))
}

/// The first backslash before a character that it means nothing to.
fn lost(text: &str) -> Option<(usize, char)> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        if byte != b'\\' {
            continue;
        }
        let (_, escaped) = bytes.next()?;
        if escaped.is_ascii_graphic() && !ESCAPED.contains(&escaped) {
            return Some((at, escaped.into()));
        }
    }
    None
}
