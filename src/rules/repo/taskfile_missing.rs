use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::{join, nearest};
use crate::yaml::Node;

/// A Taskfile that includes what does not exist.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let named = file.source.name().to_ascii_lowercase();
    if !matches!(named.as_str(), "taskfile.yaml" | "taskfile.yml" | "taskfile.dist.yaml" | "taskfile.dist.yml") {
        return Vec::new();
    }
    let included = file.root().map_or(&[][..], |root| root.entries_at(&["includes"]));
    included.iter().filter_map(|entry| finding(&entry.value, file, repo)).collect()
}

fn finding(included: &Node, file: &File, repo: &Repo) -> Option<Finding> {
    let place = if included.is_map() { included.get("taskfile")? } else { included };
    if included.get("optional").is_some_and(Node::is_true) {
        return None;
    }
    let path = place
        .literal()
        .filter(|path| !path.contains("://") && !path.starts_with(['/', '~', '$']) && !path.contains("git@"))?;
    let full = join(file.source.folder(), path.trim_end_matches('/'))?;
    let tree = repo.tree();
    if tree.find(&full).is_some() || tree.is_folder(&full) {
        return None;
    }
    let paths = || tree.folders().chain(tree.files().iter().map(|file| file.source.path.as_str()));
    let finding = Finding::new(place.span, format!("`{path}` does not exist: every task of this Taskfile fails"));
    // Some file systems take large letters for small ones.
    if let Some(same) = paths().find(|other| other.eq_ignore_ascii_case(&full)) {
        return Some(finding.help(did_you_mean(same)).at_most(Severity::Info));
    }
    Some(finding.maybe_help(nearest(&full, paths()).map(did_you_mean)))
}
