use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::flux::entry::{EntryKind, deployed, instance_spec};
use crate::flux::source::here;
use crate::flux::spec::Kustomization;
use crate::model::cluster::Cluster;
use crate::model::repo::Repo;
use crate::resource::{File, Resource};
use crate::rule::Rule;
use crate::source::{folder_of, nearest};
use crate::yaml::Node;

/// A path that Flux syncs and that holds nothing to apply.
pub const RULE: Rule = Rule::everywhere(Severity::Error, check, check_file);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let missing = cluster.applied().filter_map(|(_, resource)| missing(cluster.repo, resource));
    missing.chain(empty(cluster)).collect()
}

fn check_file(file: &File, repo: &Repo) -> Vec<Finding> {
    let found: Vec<Finding> = file.resources().iter().filter_map(|resource| missing(repo, resource)).collect();
    if found.is_empty() || repo.is_used(file) { Vec::new() } else { found }
}

fn missing(repo: &Repo, resource: &Resource) -> Option<Finding> {
    let sync = instance_spec(resource)?.get("sync").filter(|sync| sync.get("url").is_some())?;
    let node = sync.get("path")?;
    let path = here(node.literal()?)?;
    let begin = deployed(repo.tree(), resource)?;
    let (source, _) = begin.sources.first()?;
    if repo.tree().is_folder(&path) || !is_synced_from_here(repo, source) {
        return None;
    }
    let last = path.rsplit('/').next().unwrap_or(&path);
    let near = nearest(last, repo.tree().folders_in(folder_of(&path)).filter_map(|folder| folder.rsplit('/').next()));
    let near = near.map(|near| did_you_mean(path.replace(last, near)));
    let help = near.unwrap_or_else(|| "Flux applies nothing until it is there".to_owned());
    Some(Finding::new(node.span, format!("Flux syncs `{path}`, which is no folder of the repository")).help(help))
}

/// Whether Kustomizations of the repository find their paths here through the source that is synced.
fn is_synced_from_here(repo: &Repo, source: &str) -> bool {
    repo.resources().iter().filter(|resource| resource.is_flux_kustomization()).any(|resource| {
        let spec = Kustomization::of(resource);
        let path = spec.path().and_then(Node::text).and_then(here).filter(|path| !path.is_empty());
        spec.source() == Some(source) && path.is_some_and(|path| repo.tree().is_folder(&path))
    })
}

fn empty(cluster: &Cluster) -> Option<Finding> {
    let entry = &cluster.flux.entry;
    let begins = matches!(entry.kind, EntryKind::FluxInstance | EntryKind::Bootstrap);
    let root = cluster.flux.kustomizations.first().filter(|_| begins)?;
    let nothing = root.complete && root.resources.is_empty() && root.faults.is_empty();
    let message = "Flux syncs a folder that holds nothing to apply";
    nothing.then(|| Finding::new(entry.span, message).help("name the folder of the first Kustomizations"))
}
