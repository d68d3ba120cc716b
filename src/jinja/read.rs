//! A template read as the YAML that it makes.

use super::Delimiters;
use super::skeleton::{Conditions, Skeleton, UNKNOWN};
use crate::source::FileId;
use crate::yaml::{Node, Parsed, ProblemKind, Value, parse};

/// What a template makes, whatever its data; every span is one of the template. `None` where that cannot be said.
pub fn read(file: FileId, template: &str, delimiters: &Delimiters) -> Option<(Parsed, Conditions)> {
    let skeleton = Skeleton::of(template, delimiters)?;
    let mut parsed = parse(file, &skeleton.text);
    if is_broken(&parsed) {
        // A mistake only where the first branches alone do not fit together either.
        parsed = parse(file, &skeleton.first_branches());
        if skeleton.has_unknown_lines || !is_broken(&parsed) {
            return None;
        }
    }
    if parsed.documents.iter().any(|document| document.root.text().is_some_and(|text| text.contains(UNKNOWN))) {
        return None;
    }
    let conditions = &skeleton.conditions;
    parsed.problems.retain(|problem| match problem.kind {
        ProblemKind::DuplicateKey => {
            let same = skeleton.text.get(problem.span.start as usize..problem.span.end as usize);
            let known = same.is_some_and(|text| !text.contains(UNKNOWN));
            known && problem.related.iter().all(|(first, _)| conditions.agree(problem.span, *first))
        }
        ProblemKind::AliasUndefined => !skeleton.has_unknown_lines,
        _ => true,
    });
    for document in &mut parsed.documents {
        reveal(&mut document.root, template, &skeleton);
    }
    Some((parsed, skeleton.conditions))
}

fn is_broken(parsed: &Parsed) -> bool {
    parsed.problems.iter().any(|problem| matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Template))
}

/// Marks scalars that hold a value or depend on a condition as unknown, and lets them say what the template says.
fn reveal(node: &mut Node, template: &str, skeleton: &Skeleton) {
    let span = node.span;
    match &mut node.value {
        Value::Scalar(scalar) => {
            let holds = scalar.text.contains(UNKNOWN);
            scalar.unknown |= holds || skeleton.conditions.split(span);
            if holds {
                scalar.text = revealed(&scalar.text, template, skeleton, span.start as usize, span.end as usize).into();
            }
        }
        Value::Map(_) => {
            for entry in node.entries_mut().into_iter().flatten() {
                reveal(&mut entry.key, template, skeleton);
                reveal(&mut entry.value, template, skeleton);
            }
        }
        Value::Seq(_) => {
            node.items_mut().into_iter().flatten().for_each(|item| reveal(item, template, skeleton));
        }
    }
}

fn revealed(text: &str, template: &str, skeleton: &Skeleton, start: usize, end: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    let first = skeleton.holes.partition_point(|hole| hole.start < start);
    for hole in skeleton.holes.iter().skip(first).take_while(|hole| hole.end <= end) {
        let Some(at) = rest.find(UNKNOWN) else { break };
        out.push_str(&rest[..at]);
        out.push_str(&template[hole.clone()]);
        rest = rest.get(at + hole.len()..).unwrap_or("");
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiters() -> Delimiters {
        let pair = |start: &str, end: &str| (start.to_owned(), end.to_owned());
        Delimiters { block: pair("#%", "%#"), variable: pair("#{", "}#"), comment: pair("#|", "#|") }
    }

    fn read(template: &str) -> Option<(Parsed, Conditions)> {
        super::read(FileId(0), template, &delimiters())
    }

    fn root(template: &str) -> Node {
        read(template).unwrap().0.documents.remove(0).root
    }

    #[test]
    fn values_are_unknown_and_say_what_is_written() {
        let node = root("a: \"x-#{ b | lower }#-y\"\nc: d\n#{ e }#: f\n");
        assert_eq!(node.text_at(&["a"]), Some("x-#{ b | lower }#-y"));
        assert!(node.get("a").unwrap().is_unknown());
        assert_eq!(node.at(&["c"]).unwrap().known(), Some("d"));
        assert!(node.entries()[2].key.is_unknown());
    }

    #[test]
    fn every_branch_is_taken() {
        let template = "a:\n  #% if x %#\n  b: 1\n  #% else %#\n  b: 2\n  c: 3\n  #% endif %#\nlist:\n  #% for i in is %#\n  - #{ i }#\n  #% endfor %#\n";
        let (parsed, _) = read(template).unwrap();
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let node = &parsed.documents[0].root;
        assert_eq!(node.text_at(&["a", "c"]), Some("3"));
        assert_eq!(node.items_at(&["list"]).len(), 1);
        let span = node.at(&["a", "c"]).unwrap().span;
        assert_eq!(&template[span.start as usize..span.end as usize], "3");
        let twice = read("#% if x %#\na: 1\n#% endif %#\n#% if y %#\na: 2\n#% endif %#\n").unwrap().0;
        assert_eq!(twice.problems.len(), 1);
    }

    #[test]
    fn conditions_within_a_line_are_values() {
        let node = root(
            "a: [#% for i in is %#\"#{ i }#\"#% if not loop.last %#, #% endif %##% endfor %#]\nb: #% if c %#d#% else %#e#% endif %#\n",
        );
        assert!(node.items_at(&["a"])[0].is_unknown());
        assert!(node.get("b").unwrap().is_unknown());
    }

    #[test]
    fn mistakes_are_those_of_every_rendering() {
        assert!(is_broken(&read("a: \"1\nb: \"2\"\n").unwrap().0));
        assert!(read("a:\n  #% if x %#\n  - b\n  #% else %#\n  c: d\n  #% endif %#\n").is_none());
        assert!(read("a: 1\n#{ more }#\n").is_none());
        assert!(read("#% if x %#\na: 1\n").is_none());
        assert!(read("#% call x %#\n").is_none());
    }
}
