use crate::diagnostic::{Finding, did_you_mean};
use crate::formats::helmfile::Helmfile;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::{join, nearest};
use crate::yaml::Node;

/// A release whose chart comes from a repository that the helmfile does not declare.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let Some(helmfile) = Helmfile::of(file).filter(|helmfile| !helmfile.is_open) else { return Vec::new() };
    let names: Option<Vec<&str>> =
        helmfile.repositories.iter().map(|repository| repository.get("name").and_then(Node::literal)).collect();
    // Without any of its own, a helmfile relies on those that helm was told of before.
    let Some(names) = names.filter(|names| !names.is_empty()) else { return Vec::new() };
    let charts = helmfile.releases.iter().filter_map(|release| release.get("chart"));
    charts.filter_map(|chart| finding(chart, &names, file, repo)).collect()
}

fn finding(chart: &Node, names: &[&str], file: &File, repo: &Repo) -> Option<Finding> {
    let text = chart.literal()?;
    let (name, rest) = text.split_once('/')?;
    let remote = name.is_empty() || name.starts_with('.') || name.contains(':') || rest.contains('/');
    if remote
        || names.contains(&name)
        || join(file.source.folder(), text).is_some_and(|path| repo.tree().is_folder(&path))
    {
        return None;
    }
    let finding = Finding::new(chart.span, format!("`repositories` has no `{name}`"));
    Some(match nearest(name, names.iter().copied()) {
        Some(near) => finding.help(did_you_mean(format_args!("{near}/{rest}"))),
        None => finding.help("add it to `repositories` with its `url`"),
    })
}
