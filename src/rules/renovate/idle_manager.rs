use crate::diagnostic::Finding;
use crate::formats::renovate::{Manager, regex_managers};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// A custom manager that finds nothing in the files that it reads.
pub const RULE: Rule = Rule::info(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    file.roots_of(Role::Renovate).flat_map(regex_managers).filter_map(|node| finding(node, repo)).collect()
}

fn finding(node: &Node, repo: &Repo) -> Option<Finding> {
    let manager = Manager::new(node);
    let strings = node.get("matchStrings").filter(|_| manager.is_sound())?;
    let mut covered = repo.tree().files().iter().filter(|file| manager.covers(&file.source.path)).peekable();
    covered.peek()?;
    // What is not at hand may hold it.
    if covered.any(|file| file.source.text.is_empty() || manager.finds(&file.source.text)) {
        return None;
    }
    let help = "change the pattern, or remove the custom manager";
    Some(Finding::new(strings.span, "this custom manager finds nothing in the files that it reads").help(help))
}
