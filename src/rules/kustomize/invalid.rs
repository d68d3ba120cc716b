use crate::diagnostic::Finding;
use crate::kustomize::FaultKind;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A kustomization that kustomize refuses.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    repo.kustomize_faults(
        file,
        &[
            FaultKind::Unreadable,
            FaultKind::ManyKustomizations,
            FaultKind::Empty,
            FaultKind::UnknownField,
            FaultKind::InvalidValue,
            FaultKind::UnknownBehavior,
            FaultKind::GeneratorInvalid,
            FaultKind::GeneratorTarget,
            FaultKind::ReplacementFailed,
            FaultKind::VarFailed,
            FaultKind::AmbiguousReference,
            FaultKind::PluginInvalid,
        ],
    )
}
