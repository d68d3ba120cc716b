use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::FaultKind;

/// A field that its object cannot have: the API server refuses or drops it.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let wrong = |kind: &FaultKind| match kind {
        FaultKind::UnknownField => true,
        FaultKind::UnexplainedField(name) => repo.uses_of_unexplained(name) == 1,
        _ => false,
    };
    let faults = repo.schema_faults(file).iter().filter(|fault| wrong(&fault.kind));
    faults.map(|fault| fault.finding.clone()).collect()
}
