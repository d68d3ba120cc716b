use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Syntax};
use crate::rule::Rule;
use crate::yaml::{Node, Style};

/// Curly quotes around a value, or an invisible character at its edge.
pub const RULE: Rule = Rule::warning(check);

/// Characters that cannot be seen, or look like a space.
const INVISIBLE: [char; 8] =
    ['\u{a0}', '\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{202f}', '\u{2060}', '\u{feff}'];

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    if file.syntax != Syntax::Yaml || file.source.text.is_ascii() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for document in file.documents() {
        document.root.walk(&mut |node| found.extend(finding(node)));
    }
    found
}

fn finding(node: &Node) -> Option<Finding> {
    let scalar = node.as_scalar().filter(|scalar| !matches!(scalar.style, Style::Literal | Style::Folded))?;
    let text = scalar.text.as_str();
    if let Some(letter) =
        [text.chars().next(), text.chars().next_back()].into_iter().flatten().find(|letter| INVISIBLE.contains(letter))
    {
        let message = format!("this value begins or ends with an invisible character, U+{:04X}", u32::from(letter));
        return Some(Finding::new(node.span, message).help("delete the character"));
    }
    let inner =
        text.strip_prefix(['“', '”', '„', '‘', '’']).and_then(|rest| rest.strip_suffix(['“', '”', '‘', '’']))?;
    if scalar.style != Style::Plain || inner.contains(['“', '”', '‘', '’']) {
        return None;
    }
    let finding = Finding::new(node.span, "curly quotes are part of the value").help("use straight quotes");
    let plain = !inner.contains(['"', '\\', '\n']) && (node.span.end - node.span.start) as usize == text.len();
    Some(if plain { finding.unsafe_fix("use straight quotes", node.span, format!("\"{inner}\"")) } else { finding })
}
