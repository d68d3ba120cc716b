use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::FaultKind;

/// A value of the right type that the API server refuses.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let mut found = repo.schema_findings(file, FaultKind::InvalidValue);
    found.extend(repo.schema_findings(file, FaultKind::InvalidName));
    found
}
