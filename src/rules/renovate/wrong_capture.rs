use crate::diagnostic::Finding;
use crate::formats::renovate::{Annotation, Fate};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::Span;

/// A `# renovate:` comment of which a custom manager takes something else for the version.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let fates = repo.renovate().fates(file);
    let read = fates.iter().filter_map(|(annotation, fate)| match fate {
        Fate::Read(version) => finding(file, annotation, (*version)?),
        _ => None,
    });
    read.collect()
}

fn finding(file: &File, annotation: &Annotation, version: Span) -> Option<Finding> {
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
