use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::resource::File;
use crate::rule::Rule;
use std::collections::BTreeMap;

/// A manifest beside a kustomization that does not list it, so that Flux does not apply it.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let repo = cluster.repo;
    let mut names: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let manifests = repo.tree().files().iter().filter(|file| !file.resources().is_empty());
    let (used, orphans): (Vec<&File>, Vec<&File>) = manifests.partition(|file| repo.is_used(file));
    used.iter().for_each(|file| names.entry(file.source.name()).or_default().0 += 1);
    orphans.iter().for_each(|file| names.entry(file.source.name()).or_default().1 += 1);
    // A name that the house lists nowhere, again and again, is not forgotten.
    let forgotten = |file: &&&File| {
        names.get(file.source.name()).is_none_or(|(used, orphans)| *orphans < 5 || orphans * 5 < (used + orphans) * 4)
    };
    orphans.iter().filter(forgotten).filter_map(|file| finding(cluster, file)).collect()
}

fn finding(cluster: &Cluster, file: &File) -> Option<Finding> {
    // What runs once is started by hand.
    if file.resources().iter().all(|resource| matches!(resource.kind.as_str(), "Job" | "Pod")) {
        return None;
    }
    let kustomization = cluster.repo.kustomization_above(file)?;
    let here = kustomization.source.folder();
    let path = file.source.path.strip_prefix(here)?.trim_start_matches('/');
    // What is commented out is switched off on purpose, unless something still asks for it.
    if kustomization.source.text.contains(path) {
        return commented(cluster, file, path, kustomization);
    }
    let listed = kustomization.root()?.get("resources")?;
    // A nested file counts where the kustomization lists others of its name.
    let alike = |entry: &str| entry.rsplit('/').next() == Some(file.source.name()) && entry.contains('/');
    if path.contains('/') && !listed.items().iter().filter_map(|entry| entry.text()).any(alike) {
        return None;
    }
    let resource = file.resources().first()?;
    let message = format!("`{path}` is listed in no kustomization: Flux does not apply it");
    let finding = Finding::new(resource.name_span(), message);
    Some(match cluster.serves_already(resource, kustomization) {
        Some((owner, place)) => finding
            .help(format!("delete it: Kustomization `{}` applies what it is for", owner.name()))
            .related(place, "applied already"),
        None => finding
            .help(format!("add `./{path}` to `{}`", kustomization.source.path))
            .related(listed.span.before(), "the resources that are listed"),
    })
}

fn commented(cluster: &Cluster, file: &File, path: &str, kustomization: &File) -> Option<Finding> {
    let wanted = |resource| Some((resource, cluster.wants(resource)?));
    let (resource, (member, reference, _)) = file.resources().iter().find_map(wanted)?;
    let (kind, name) = (&reference.kinds.first()?.kind, reference.name.text()?);
    let asks = format!("`{}` needs {kind} `{name}`", member.resource.title());
    let message = format!("`{path}` is commented out, but {asks}");
    let finding = Finding::new(resource.name_span(), message);
    let mut comments = kustomization.parsed.comments.iter().map(|comment| comment.span);
    let entry = comments.find(|span| kustomization.source.slice(*span).contains(path))?;
    let finding = finding.help("uncomment it, or remove the reference");
    Some(finding.related(entry, "commented out here").related(reference.name.span, asks))
}
