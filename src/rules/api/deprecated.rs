use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// An apiVersion that still works, or may, but will not for long.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    repo.deprecations(file)
        .filter_map(|(resource, row)| {
            let running = repo.validation().schemas.releases().oldest(&row.of).map(|(running, _)| running);
            let gone = running.zip(row.removed).is_some_and(|(running, removed)| running >= removed);
            let young = running.zip(row.deprecated).is_some_and(|(running, deprecated)| running < deprecated);
            // Of a release that is not named, only what was taken away long ago is certain.
            if gone || young || repo.validation().is_idle(resource) || (running.is_none() && row.removed.is_none()) {
                return None;
            }
            let since = row.deprecated.map(|since| format!(" since {} {since}", row.of)).unwrap_or_default();
            let until = row.removed.map(|until| format!(" and gone in {until}")).unwrap_or_default();
            let message = format!("`{}` is deprecated{since}{until}", resource.api_version);
            Some(repo.renewed(Finding::new(resource.node.get("apiVersion")?.span, message), resource, row))
        })
        .collect()
}
