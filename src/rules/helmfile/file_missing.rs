use crate::diagnostic::Finding;
use crate::formats::helmfile::Helmfile;
use crate::model::repo::Repo;
use crate::resource::{File, Tree};
use crate::rule::Rule;
use crate::source::{Span, join};
use crate::yaml::Node;
use std::collections::BTreeMap;

/// A release that reads values from a file that does not exist.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let missing = Helmfile::of(file).map(|helmfile| helmfile.missing_files(file, repo.tree()));
    let mut by_cause: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    for path in missing.into_iter().flatten() {
        let full = path.literal().and_then(|path| join(file.source.folder(), path)).unwrap_or_default();
        by_cause.entry(cause(repo.tree(), &full).to_owned()).or_default().push(path);
    }
    by_cause.iter().filter_map(|(cause, paths)| finding(cause, paths)).collect()
}

/// The first folder on the way to a file that does not exist, or the file itself.
fn cause<'p>(tree: &Tree, path: &'p str) -> &'p str {
    let mut folders = path.match_indices('/').map(|(at, _)| path.get(..at).unwrap_or(path));
    folders.find(|folder| !tree.is_folder(folder)).unwrap_or(path)
}

fn finding(cause: &str, paths: &[&Node]) -> Option<Finding> {
    let (first, others) = paths.split_first()?;
    let text = first.text().unwrap_or("");
    if others.is_empty() {
        let finding = Finding::new(first.span, format!("`{text}` does not exist"));
        return Some(finding.help("the path is relative to the folder of the helmfile"));
    }
    let message = format!("`{cause}` does not exist, so {} values files are missing", paths.len());
    let finding = Finding::new(first.span, message).help("the paths are relative to the folder of the helmfile");
    let others = others.iter().map(|path| path.span);
    Some(others.fold(finding, |finding, span: Span| finding.related(span, "missing too")))
}
