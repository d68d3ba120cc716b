use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A chart of a repository that the helmfile does not define.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let repositories = file.documents().flat_map(|document| document.root.items_at(&["repositories"]));
    let known: Vec<&str> = repositories.filter_map(|repository| repository.text_at(&["name"])).collect();
    // Without any, those that the machine knows are meant.
    if known.is_empty() || file.has_helmfile_parts() {
        return Vec::new();
    }
    file.helmfile_releases().filter_map(|release| finding(release.get("chart")?, &known, file, repo)).collect()
}

fn finding(chart: &Node, known: &[&str], file: &File, repo: &Repo) -> Option<Finding> {
    let text = chart.literal().filter(|text| !text.contains("://") && !text.starts_with('.'))?;
    let (name, rest) = text.split_once('/')?;
    let local = crate::source::join(file.source.folder(), text).is_some_and(|path| repo.tree.is_folder(&path));
    if known.contains(&name) || rest.contains('/') || local {
        return None;
    }
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "add it to `repositories`".to_owned(),
    };
    Some(Finding::new(chart.span, format!("this helmfile defines no repository `{name}`")).help(help))
}
