use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// An apiVersion that the cluster of the repository no longer serves.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    repo.deprecations(file)
        .filter_map(|(resource, row)| {
            let removed = row.removed?;
            let (running, place) =
                repo.validation().schemas.releases().oldest(&row.of).filter(|(running, _)| *running >= removed)?;
            let message = format!("`{}` is not served since {} {removed}", resource.api_version, row.of);
            let finding = Finding::new(resource.node.get("apiVersion")?.span, message);
            let finding = repo.renewed(finding, resource, row);
            Some(finding.related(place, format!("{} {running} runs here", row.of)))
        })
        .collect()
}
