use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::resource::File;
use crate::rule::Rule;

/// A manifest beside a kustomization that does not list it, so that Flux does not apply it.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let manifests = cluster.repo.tree().files().iter().filter(|file| !file.resources().is_empty());
    let (used, orphans): (Vec<&File>, Vec<&File>) = manifests.partition(|file| cluster.repo.is_used(file));
    // A name that is listed nowhere, again and again, is not forgotten.
    let count = |files: &[&File], name: &str| files.iter().filter(|file| file.source.name() == name).count();
    let is_forgotten = |file: &File| {
        let (listed, left) = (count(&used, file.source.name()), count(&orphans, file.source.name()));
        left < 5 || left * 5 < (listed + left) * 4
    };
    orphans.iter().filter_map(|file| finding(cluster, file).filter(|_| is_forgotten(file))).collect()
}

fn finding(cluster: &Cluster, file: &File) -> Option<Finding> {
    // What runs once is started by hand.
    if file.resources().iter().all(|resource| matches!(resource.kind.as_str(), "Job" | "Pod")) {
        return None;
    }
    let kustomization = cluster.repo.kustomization_above(file)?;
    let path = file.source.path.strip_prefix(kustomization.source.folder())?.trim_start_matches('/');
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
    Some(match cluster.serves_already(resource, kustomization) {
        Some((owner, place)) => Finding::new(resource.name_span(), message)
            .help(format!("delete it: Kustomization `{}` applies what it is for", owner.name()))
            .related(place, "applied already"),
        None => Finding::new(resource.name_span(), message)
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
    let finding = Finding::new(resource.name_span(), message).help("uncomment it, or remove the reference");
    let mut comments = kustomization.parsed.comments.iter().map(|comment| comment.span);
    let entry = comments.find(|span| kustomization.source.slice(*span).contains(path))?;
    Some(finding.related(entry, "commented out here").related(reference.name.span, asks))
}
