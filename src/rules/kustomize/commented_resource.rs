use crate::diagnostic::Finding;
use crate::kustomize::{Target, target};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::source::Span;

/// An entry of `resources` that is commented out.
pub const RULE: Rule = Rule::info(check).off();

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let Some(root) = file.roots_of(Role::Kustomization).next() else { return Vec::new() };
    let entries = root.entries();
    let Some(at) = entries.iter().position(|entry| entry.key.text() == Some("resources")) else { return Vec::new() };
    let start = entries.get(at).map_or(0, |entry| entry.key.span.end);
    let end = entries.get(at + 1).map_or(u32::MAX, |entry| entry.key.span.start);
    let comments = file.parsed.comments.iter().map(|comment| comment.span);
    comments
        .filter(|span| start <= span.start && span.end <= end)
        .filter_map(|span| finding(file, repo, span))
        .collect()
}

fn finding(file: &File, repo: &Repo, span: Span) -> Option<Finding> {
    let entry = file.source.slice(span).trim_start_matches('#').trim().strip_prefix("- ")?;
    let path = entry.split(" #").next()?.trim().trim_matches(['"', '\'']);
    let looks_like_one = path.starts_with("./") || path.starts_with("../") || path.ends_with(".yaml");
    if !looks_like_one || path.contains([' ', ':']) {
        return None;
    }
    let manifest = match target(repo.tree(), file.source.folder(), path) {
        Target::File(manifest) => manifest,
        Target::Folder(folder) => repo.tree().kustomization(&folder)?,
        Target::Missing(_) => {
            let message = format!("`{path}` is commented out, and does not exist");
            return Some(Finding::new(span, message).help("delete the line"));
        }
        Target::Remote | Target::Outside => return None,
    };
    let message = format!("`{path}` is commented out: Flux does not apply it");
    let finding = Finding::new(span, message).help("uncomment it, or delete the line and what it names");
    (!repo.is_used(manifest)).then_some(finding)
}
