use crate::diagnostic::Finding;
use crate::formats::renovate::{Annotation, Fate, Repair};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A `# renovate:` comment that Renovate cannot use.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let fates = repo.renovate().fates(file);
    fates.iter().filter_map(|(annotation, fate)| finding(file, annotation, fate)).collect()
}

fn finding(file: &File, annotation: &Annotation, fate: &Fate) -> Option<Finding> {
    let Fate::Unread(repair) = fate else { return annotation.unknown_datasource() };
    let names = annotation.unknown_datasource().or_else(|| annotation.unknown_key());
    // A built-in manager reads the value without a comment.
    if names.is_some() || annotation.is_redundant(file) {
        return names;
    }
    unread(annotation, repair).or_else(|| without_version(file, annotation))
}

/// What would make a custom manager read a comment.
fn unread(annotation: &Annotation, repair: &Repair) -> Option<Finding> {
    let help = match repair {
        // Who disables it there does not want it to be read.
        _ if annotation.get("enabled").is_some() => return None,
        Repair::Without(keys) => format!("its pattern has no `{keys}` there: remove it, or add it to `matchStrings`"),
        Repair::Order(keys) => format!("write the keys in the order that its pattern has: `{keys}`"),
        Repair::NextLine => "put the comment on the line directly above the version".to_owned(),
        Repair::Other => return None,
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
