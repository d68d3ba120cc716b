use crate::diagnostic::Finding;
use crate::kustomize::FaultKind;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A patch, or a file that a generator reads, that does not exist.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    repo.kustomize_faults(file, &[FaultKind::PatchMissing, FaultKind::GeneratorSourceMissing])
}
