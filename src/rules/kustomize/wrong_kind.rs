use crate::diagnostic::Finding;
use crate::kustomize::FaultKind;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A component among the resources, or the other way round.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    repo.kustomize_faults(file, &[FaultKind::WrongKind])
}
