use crate::diagnostic::Finding;
use crate::kustomize::FaultKind;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A resource that its kustomization already has.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    repo.kustomize_faults(file, &[FaultKind::DuplicateResource])
}
