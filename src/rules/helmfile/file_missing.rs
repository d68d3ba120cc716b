use crate::diagnostic::Finding;
use crate::formats::helmfile::{Helmfile, forgives};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::join;
use crate::yaml::Node;

/// A release that reads values from a file that does not exist.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let Some(helmfile) = Helmfile::of(file).filter(|helmfile| !helmfile.forgives) else { return Vec::new() };
    let insisting = helmfile.releases.iter().filter(|release| !forgives(release));
    let values = insisting.flat_map(|release| release.items_at(&["values"]));
    values.filter_map(|path| finding(path, file, repo)).collect()
}

fn finding(path: &Node, file: &File, repo: &Repo) -> Option<Finding> {
    let text = path.literal()?;
    if text.contains(['*', '?', '[', '{'])
        || text.contains("://")
        || text.contains("::")
        || text.starts_with(['/', '~'])
    {
        return None;
    }
    let full = join(file.source.folder(), text)?;
    if repo.tree().find(&full).is_some() {
        return None;
    }
    let finding = Finding::new(path.span, format!("`{text}` does not exist"));
    Some(finding.help("the path is relative to the folder of the helmfile"))
}
