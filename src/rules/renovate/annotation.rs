use crate::diagnostic::{Finding, did_you_mean};
use crate::formats::renovate::{Annotation, KNOWN, annotations};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;

/// A `# renovate:` comment that Renovate cannot follow.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    annotations(file).iter().flat_map(|annotation| findings(file, annotation)).collect()
}

fn findings(file: &File, annotation: &Annotation) -> Vec<Finding> {
    let mut found: Vec<Finding> = annotation
        .pairs
        .iter()
        .filter(|(key, ..)| !KNOWN.annotation_keys.contains(key))
        .filter_map(|(key, span, ..)| {
            let near = nearest(key, KNOWN.annotation_keys.iter().map(String::as_str))?;
            Some(Finding::new(*span, format!("unknown key `{key}` in a renovate comment")).help(did_you_mean(near)))
        })
        .collect();
    found.extend(datasource(annotation));
    // A house's own datasource needs no name to look up.
    let public = annotation.get("datasource").is_some_and(|(name, _)| !name.starts_with("custom."));
    let line = file.source.line_text(annotation.line);
    let has_version = line.bytes().any(|byte| byte.is_ascii_digit());
    if found.is_empty() && annotation.pairs.len() == 1 {
        // Above another line stands what a house's own pattern reads along with the lines after it.
        if public && has_version {
            let message = "this renovate comment does not say what to look up";
            found.push(Finding::new(annotation.span, message).help("add `depName=<name>`"));
        }
        return found;
    }
    if annotation.get("datasource").is_some() && !has_version {
        let message = "this renovate comment speaks of a line without a version";
        let finding = Finding::new(annotation.span, message).help("put it on the line directly above the version");
        found.push(finding.related(file.source.span(file.source.line_range(annotation.line)), "this line"));
    }
    found
}

fn datasource(annotation: &Annotation) -> Option<Finding> {
    let (name, span) = annotation.get("datasource")?;
    if name.starts_with("custom.") || KNOWN.datasources.contains(name) || name.contains(['{', '<']) {
        return None;
    }
    let near = nearest(name, KNOWN.datasources.iter().map(String::as_str));
    let help = near.map_or_else(|| "see Renovate's list of datasources".to_owned(), |near| did_you_mean(near));
    Some(Finding::new(span, format!("Renovate has no datasource `{name}`")).help(help))
}
