//! `--cluster NAME`: which of the clusters of a repository are meant.

use super::Failure;
use homelint::flux::{Cluster, Fleet};
use homelint::model::repo::Repo;
use homelint::resource::Tree;
use homelint::source::nearest;

/// The option of the commands that look at clusters.
#[derive(clap::Args)]
pub struct Chosen {
    /// Only one cluster: the path that it syncs, or a part of that path that no other has
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
}

impl Chosen {
    /// The clusters that are meant, each with its index; all of them where none is named.
    pub fn of<'a>(&self, fleet: &'a Fleet) -> Result<Vec<(usize, &'a Cluster)>, Failure> {
        let all: Vec<(usize, &Cluster)> = fleet.clusters.iter().enumerate().collect();
        let Some(name) = self.cluster.as_deref().map(|name| name.trim_end_matches('/')) else { return Ok(all) };
        let named = |exact: bool| {
            let is_meant = |own: &str| own == name || !exact && own.split(['/', ':']).any(|part| part == name);
            all.iter().copied().filter(|(_, cluster)| is_meant(&cluster.name)).collect::<Vec<_>>()
        };
        let found = [true, false].into_iter().map(named).find(|found| !found.is_empty()).unwrap_or_default();
        match found.as_slice() {
            [_] => Ok(found),
            [] => Err(unknown(fleet, name)),
            several => {
                let names: Vec<String> = several.iter().map(|(_, cluster)| format!("`{}`", cluster.name)).collect();
                Err(Failure::new(format!("several clusters are called `{name}`"))
                    .help(format!("name one of {}", names.join(", "))))
            }
        }
    }
}

/// Where a cluster begins.
pub fn place(tree: &Tree, cluster: &Cluster) -> String {
    let span = cluster.entry.span;
    tree.file(span.file)
        .map_or_else(String::new, |file| format!("{}:{}", file.source.path, file.source.line(span.start)))
}

/// What a cluster is called above what it holds: by its name, where there are several.
pub fn title(repo: &Repo, cluster: &Cluster) -> String {
    let place = place(repo.tree(), cluster);
    match repo.fleet().clusters.len() {
        1 => format!("cluster at {place}"),
        _ => format!("cluster {} at {place}", cluster.name),
    }
}

fn unknown(fleet: &Fleet, name: &str) -> Failure {
    let failure = Failure::new(format!("there is no cluster `{name}`"));
    let names = || fleet.clusters.iter().map(|cluster| cluster.name.as_str());
    match nearest(name, names()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if fleet.clusters.is_empty() => failure.help("no Flux Kustomization is in sight"),
        None => failure.help(format!(
            "the clusters are {}",
            names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}
