use crate::diagnostic::{Finding, did_you_mean};
use crate::formats::talos::patches;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::source::{join, nearest};
use crate::yaml::Node;

/// A patch file of a talconfig that does not exist.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let patches = file.roots_of(Role::Talconfig).flat_map(patches);
    // Under a condition of a template a file may be one that the user brings along.
    patches.filter(|patch| !file.is_conditional(patch.span)).filter_map(|patch| finding(patch, file, repo)).collect()
}

fn finding(patch: &Node, file: &File, repo: &Repo) -> Option<Finding> {
    let path = patch.literal()?.strip_prefix('@')?;
    let full = join(file.source.folder(), path)?;
    if repo.tree().find(&full).is_some() {
        return None;
    }
    let finding = Finding::new(patch.span, format!("`{path}` does not exist"));
    let near = nearest(&full, repo.tree().files().iter().map(|file| file.source.path.as_str()));
    Some(finding.maybe_help(near.map(did_you_mean)))
}
