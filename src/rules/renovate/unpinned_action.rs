use crate::diagnostic::Finding;
use crate::model::doubt::is_convention;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// An action that is named by a tag where the others are pinned to a commit.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let own: Vec<&Node> = file.roots_of(Role::Workflow).flat_map(actions).filter(|action| !is_pinned(action)).collect();
    if own.is_empty() {
        return Vec::new();
    }
    let all: Vec<&Node> = repo.documents(Role::Workflow).flat_map(|(_, root)| actions(root)).collect();
    let pinned = all.iter().filter(|action| is_pinned(action)).count();
    let finding = |action: &Node| {
        let message = format!("action `{}` is not pinned to a commit", action.text().unwrap_or(""));
        let help = format!("write the commit with the version as a comment, as {pinned} of {} do", all.len());
        Finding::new(action.span, message).help(help)
    };
    if is_convention(pinned, all.len()) { own.into_iter().map(finding).collect() } else { Vec::new() }
}

/// The actions of others that a workflow uses.
fn actions(workflow: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    workflow.walk_entries(&mut |entry| {
        let is_action = |text: &str| text.contains('@') && !text.starts_with("./") && !text.contains("://");
        if entry.key.text() == Some("uses") && entry.value.text().is_some_and(is_action) {
            found.push(&entry.value);
        }
    });
    found
}

/// Whether an action is named by the hash of a commit.
fn is_pinned(action: &Node) -> bool {
    let commit = action.text().and_then(|text| text.rsplit_once('@')).map_or("", |(_, commit)| commit);
    commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
}
