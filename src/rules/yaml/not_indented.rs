use crate::diagnostic::{Edit, Finding, Fix};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// An empty key whose content stands beside it instead of below it.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for resource in file.resources() {
        resource.node.walk(&mut |node| found.extend(finding(file, node)));
    }
    // A schema says of the same keys that they are unknown.
    let known: Vec<Span> = repo.validation().faults(file).iter().map(|fault| fault.finding.span).collect();
    found.retain(|finding: &Finding| !finding.related.iter().any(|related| known.contains(&related.span)));
    found
}

fn finding(file: &File, map: &Node) -> Option<Finding> {
    let entries = map.entries();
    let starts = |pair: &[Entry]| matches!(pair, [empty, next] if empty.value.is_absent() && belongs(empty, next));
    let at = entries.windows(2).position(starts)?;
    let (empty, rest) = entries.get(at..)?.split_first()?;
    let count = rest.iter().take_while(|entry| belongs(empty, entry)).count();
    let rest = rest.get(..count)?;
    let first = rest.first()?;
    let (key, next) = (empty.key.text()?, first.key.text()?);
    let message = format!("`{key}` is empty: `{next}` below it is not indented");
    let finding =
        Finding::new(empty.key.span, message).related(first.key.span, "this is a key beside it, not below it");
    let finding = finding.help(format!("indent what belongs to `{key}`"));
    Some(Finding { fix: indented(file, rest), ..finding })
}

/// Whether a key can only be below another: `app.kubernetes.io/name` or `LOG_LEVEL`, which no field is called.
fn belongs(empty: &Entry, next: &Entry) -> bool {
    let (Some(above), Some(key)) = (empty.key.text(), next.key.text()) else { return false };
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    match above {
        "annotations" | "labels" | "matchLabels" | "nodeSelector" => {
            key.split_once('/').is_some_and(|(domain, name)| domain.contains('.') && !name.is_empty())
        }
        "env" => key.len() > 1 && key.bytes().all(upper),
        _ => false,
    }
}

/// Moves the lines of entries two columns to the right.
fn indented(file: &File, entries: &[Entry]) -> Option<Fix> {
    let (first, last) = (entries.first()?, entries.last()?);
    let lines = file.source.line(first.key.span.start)..=file.source.line(last.value.span.end);
    let starts = lines.map(|line| file.source.line_range(line)).filter(|range| !range.is_empty());
    let edits = starts.map(|range| Edit { span: file.source.span(range.start..range.start), text: "  ".to_owned() });
    Some(Fix { title: "indent them".to_owned(), safe: false, edits: edits.collect() })
}
