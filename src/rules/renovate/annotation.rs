use crate::diagnostic::Finding;
use crate::formats::renovate::{Annotation, Fate, KNOWN, Repair};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::{Span, nearest};

/// A `# renovate:` comment that Renovate cannot follow.
pub const RULE: Rule = Rule::warning(check);

/// What the built-in managers read without a comment.
const BUILT_IN: [&str; 6] = ["repository:", "image:", "uses:", "repo:", "rev:", "FROM "];

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let fates = repo.renovate().fates(file);
    fates.iter().flat_map(|(annotation, fate)| findings(file, annotation, fate)).collect()
}

fn findings(file: &File, annotation: &Annotation, fate: &Fate) -> Vec<Finding> {
    let found: Vec<Finding> = unknown_keys(annotation).chain(datasource(annotation)).collect();
    if !found.is_empty() {
        return found;
    }
    let line = file.source.line_text(annotation.line);
    let built_in = BUILT_IN.iter().any(|key| line.trim_start().trim_start_matches("- ").starts_with(key));
    let finding = match fate {
        Fate::Read(version) => version.and_then(|version| not_a_version(file, annotation, version)),
        Fate::Ignored => None,
        Fate::Unread(repair) => unread(annotation, repair).or_else(|| without_version(file, annotation)),
        Fate::Unknown => without_version(file, annotation),
    };
    let passed = matches!(fate, Fate::Read(_)) || !built_in;
    finding.filter(|_| passed).into_iter().collect()
}

fn unknown_keys(annotation: &Annotation) -> impl Iterator<Item = Finding> {
    let unknown = annotation.pairs.iter().filter(|(key, ..)| !KNOWN.annotation_keys.contains(key));
    unknown.filter_map(|(key, span, ..)| {
        let near = nearest(key, KNOWN.annotation_keys.iter().map(String::as_str))?;
        let message = format!("unknown key `{key}` in a `# renovate:` comment");
        Some(Finding::new(*span, message).help(format!("did you mean `{near}`?")))
    })
}

fn datasource(annotation: &Annotation) -> Option<Finding> {
    let (name, span) = annotation.get("datasource")?;
    if name.starts_with("custom.") || KNOWN.datasources.contains(name) || name.contains(['{', '<']) {
        return None;
    }
    let near = nearest(name, KNOWN.datasources.iter().map(String::as_str));
    let help =
        near.map_or_else(|| "see Renovate's list of datasources".to_owned(), |near| format!("did you mean `{near}`?"));
    Some(Finding::new(span, format!("Renovate has no datasource `{name}`")).help(help))
}

/// What a custom manager takes for the version, and is none.
fn not_a_version(file: &File, annotation: &Annotation, version: Span) -> Option<Finding> {
    let text = file.source.slice(version);
    if text.len() > 1 && text.starts_with(['"', '\'']) {
        let message = format!("the custom manager takes `{text}` for the version, with its quotes");
        return Some(Finding::new(version, message).help("remove the quotes, or match them outside of `currentValue`"));
    }
    let wrong = text.contains('/') && !text.contains(['$', '{']) && !text.bytes().any(|byte| byte.is_ascii_digit());
    // Where it takes part of a comment, the one above that is the one it begins with.
    if !wrong || annotation.span.contains(version) || annotation.get("datasource").is_none() {
        return None;
    }
    let message = format!("the custom manager takes `{}` for the version", text.trim());
    let finding = Finding::new(annotation.span, message).related(version, "this is taken for the version");
    Some(finding.help(if file.source.line(version.start) == annotation.line {
        "put the comment on the line directly above the version"
    } else {
        "let `currentValue` of its pattern match the version alone"
    }))
}

/// What would make a custom manager read a comment.
fn unread(annotation: &Annotation, repair: &Repair) -> Option<Finding> {
    let help = match repair {
        // Who disables it there does not want it to be read.
        _ if annotation.get("enabled").is_some() => return None,
        Repair::Without(keys) => format!("its pattern has no `{keys}` there: remove it, or add it to `matchStrings`"),
        Repair::Order(keys) => format!("write the keys in the order that its pattern has: `{keys}`"),
        Repair::NextLine => "put the comment on the line directly above the version".to_owned(),
        Repair::Pattern | Repair::File => return None,
    };
    Some(Finding::new(annotation.span, "no custom manager reads this comment as it is").help(help))
}

/// What is wrong with a comment whatever the patterns are that read it.
fn without_version(file: &File, annotation: &Annotation) -> Option<Finding> {
    // A datasource of the repository's own needs no name to look up.
    let (name, _) = annotation.get("datasource")?;
    let has_version = file.source.line_text(annotation.line).bytes().any(|byte| byte.is_ascii_digit());
    match (annotation.pairs.len(), has_version) {
        // Above another line it may be what a pattern reads along with the lines after it.
        (1, true) if !name.starts_with("custom.") => {
            let message = "this `# renovate:` comment does not say what to look up";
            Some(Finding::new(annotation.span, message).help("add `depName=<name>`"))
        }
        (1, _) | (_, true) => None,
        (_, false) => {
            let finding = Finding::new(annotation.span, "the line below this `# renovate:` comment has no version");
            let line = file.source.span(file.source.line_range(annotation.line));
            Some(finding.help("put the comment on the line directly above the version").related(line, "this line"))
        }
    }
}
