use crate::diagnostic::{Finding, did_you_mean};
use crate::formats::renovate::{Preset, preset};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A preset of the repository itself that does not exist.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let extended: Vec<&Node> = file.roots_of(Role::Renovate).flat_map(|config| config.items_at(&["extends"])).collect();
    // The repository is the one whose other presets are here.
    let mut own: Vec<&str> = Vec::new();
    for text in extended.iter().filter_map(|node| node.text()) {
        let place = text.split_once('>').and_then(|(_, rest)| rest.split_once("//"));
        let is_here = matches!(preset(repo.tree(), file, text), Preset::Here(_));
        own.extend(place.filter(|_| is_here).map(|(repository, _)| repository));
    }
    let missing = extended.iter().filter_map(|node| {
        let text = node.text().filter(|text| !text.contains(['#', '{']))?;
        match preset(repo.tree(), file, text) {
            Preset::Elsewhere(repository, path) if !path.is_empty() => {
                (repository.is_empty() || own.contains(&repository)).then_some((*node, path))
            }
            _ => None,
        }
    });
    let finding = |(node, path): (&Node, &str)| {
        let here = repo.documents(Role::Renovate).map(|(file, _)| file.source.path.as_str());
        let help = nearest(path, here).map_or_else(|| "create it, or remove the entry".to_owned(), did_you_mean);
        Finding::new(node.span, format!("preset `{path}` does not exist in this repository")).help(help)
    };
    missing.map(finding).collect()
}
