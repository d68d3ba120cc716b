use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::FaultKind;

/// A field that its object cannot have: the API server refuses or drops it.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    repo.schema_findings(file, FaultKind::UnknownField)
}
