use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::join;
use crate::yaml::Node;

/// A values file of a helmfile that does not exist.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let releases = file.helmfile_releases().filter(|release| release.get("missingFileHandler").is_none());
    let values = releases.flat_map(|release| release.items_at(&["values"]));
    values.filter_map(|path| finding(path, file, repo)).collect()
}

fn finding(path: &Node, file: &File, repo: &Repo) -> Option<Finding> {
    let text = path.literal().filter(|text| !text.contains("://") && !text.contains(['*', '{', '?']))?;
    let found = join(file.source.folder(), text);
    if text.starts_with('/') || found.as_deref().is_some_and(|path| repo.tree.find(path).is_some()) {
        return None;
    }
    let message = format!("values file `{text}` does not exist");
    Some(Finding::new(path.span, message).help("paths begin at the folder of the helmfile"))
}
