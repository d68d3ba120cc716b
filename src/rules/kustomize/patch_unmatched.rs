use crate::diagnostic::Finding;
use crate::kustomize::FaultKind;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A patch that matches nothing.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    repo.kustomize_faults(file, &[FaultKind::PatchUnmatched, FaultKind::ReplicasUnmatched])
}
