use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A kind that its API does not have, where the one that was meant is plain.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let schemas = &repo.verdicts().schemas;
    let wrong = file.resources().iter().filter_map(|resource| {
        let meant = schemas.meant(&resource.api_version, &resource.kind)?;
        let at = resource.node.get(if meant.kind == resource.kind { "apiVersion" } else { "kind" })?;
        let message = format!("`{}` has no kind `{}`", resource.api_version, resource.kind);
        Some(Finding::new(at.span, message).help(format!("did you mean `{}` of `{}`?", meant.kind, meant.api_version)))
    });
    wrong.collect()
}
