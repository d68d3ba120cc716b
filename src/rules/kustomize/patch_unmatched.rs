use crate::diagnostic::Finding;
use crate::kustomize::FaultKind;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::join;
use crate::yaml::Node;

/// A patch that matches nothing.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    // A listed file without any text is written later, as `flux bootstrap` writes its own components.
    let listed = file.root().map_or(&[][..], |root| root.items_at(&["resources"]));
    let is_blank = |path: &Node| {
        let listed = path.text().and_then(|path| repo.tree().find(&join(file.source.folder(), path)?));
        listed.is_some_and(|file| file.documents().all(|document| document.root.is_null()))
    };
    if listed.iter().any(is_blank) {
        return Vec::new();
    }
    let mut kinds = vec![FaultKind::PatchUnmatched, FaultKind::ReplicasUnmatched];
    // A component serves many, and not each of them has all that it patches.
    if file.root().and_then(|root| root.text_at(&["kind"])) != Some("Component") {
        kinds.push(FaultKind::TargetUnmatched);
    }
    repo.kustomize_faults(file, &kinds)
}
