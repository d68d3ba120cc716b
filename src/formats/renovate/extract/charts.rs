//! Managers of charts: argocd, helmfile, helmv3 and kustomize.

use super::docker::{DOCKER, image};
use super::settings::Settings;
use super::{Found, documents};
use crate::resource::{File, Tree};
use crate::source::Span;
use crate::yaml::Node;
use smol_str::SmolStr;

/// What addresses of registries of images begin with.
pub(super) const OCI: &str = "oci://";

/// The datasource of a git repository's tags, by its address.
pub(super) fn from_git(url: &str) -> &'static str {
    let host = url.trim_start_matches("https://").trim_start_matches("ssh://").trim_start_matches("git@");
    match host.split(['/', ':']).next().unwrap_or("") {
        "github.com" => "github-tags",
        "gitlab.com" => "gitlab-tags",
        "bitbucket.org" => "bitbucket-tags",
        _ => "git-tags",
    }
}

/// A chart of a repository of charts, or of a registry of images.
fn chart(name: &str, version: Option<&Node>, oci: bool, span: Span) -> Found {
    Found {
        span: version.map_or(span, |version| version.span),
        name: name.into(),
        value: version.and_then(Node::text).map(SmolStr::new),
        digest: None,
        datasource: if oci { DOCKER.into() } else { "helm".into() },
        skipped: None,
    }
}

/// What the helmfile manager finds: the charts of releases.
pub(super) fn helmfile(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    let mut found = Vec::new();
    let mut repositories: Vec<(String, Option<String>, bool)> = Vec::new();
    for document in documents(file).iter() {
        let root = &document.root;
        if root.get("repositories").is_some() {
            repositories = root.items_at(&["repositories"]).iter().filter_map(repository).collect();
        }
        let releases = root.items_at(&["releases"]).iter();
        found.extend(releases.filter_map(|release| of_release(release, &repositories)));
    }
    found.into_iter().map(|found| settings.kept(found)).collect()
}

/// Name and address of a repository of a helmfile, and whether it is a registry of images.
fn repository(node: &Node) -> Option<(String, Option<String>, bool)> {
    let url = node.text_at(&["url"]).map(str::to_owned);
    Some((node.text_at(&["name"])?.to_owned(), url, node.get("oci").is_some_and(Node::is_true)))
}

fn of_release(release: &Node, repositories: &[(String, Option<String>, bool)]) -> Option<Found> {
    let (node, version) = (release.get("chart")?, release.get("version"));
    let written = node.text()?;
    if ["./", "../", "/"].iter().any(|local| written.starts_with(local)) {
        return None;
    }
    if let Some(name) = written.strip_prefix(OCI) {
        return Some(chart(name, version, true, node.span));
    }
    let (alias, name) = written.split_once('/').unwrap_or((written, written));
    let known = repositories.iter().find(|(name, ..)| name == alias);
    let found = chart(name, version, known.is_some_and(|(.., oci)| *oci), node.span);
    let lost = known.is_none_or(|(_, url, _)| url.is_none()).then_some("its repository is not in the helmfile");
    Some(Found { skipped: lost, ..found })
}

/// What the helmv3 manager finds: the dependencies of a chart.
pub(super) fn helmv3(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    let mut found = Vec::new();
    for document in documents(file).iter() {
        for dependency in document.root.items_at(&["dependencies"]) {
            let repository = dependency.text_at(&["repository"]).unwrap_or("");
            let name = dependency.text_at(&["name"]).filter(|_| !repository.is_empty());
            let Some(name) = name else { continue };
            let one = chart(name, dependency.get("version"), repository.starts_with(OCI), dependency.span);
            let local = repository.starts_with("file:").then_some("it lies in this repository");
            found.push(settings.kept(Found { skipped: local, ..one }));
        }
    }
    found
}

/// What the argocd manager finds: the charts and git sources of Applications.
pub(super) fn argocd(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    let mut found = Vec::new();
    for document in documents(file).iter() {
        let root = &document.root;
        let spec = match root.text_at(&["kind"]) {
            Some("Application") => root.get("spec"),
            Some("ApplicationSet") => root.at(&["spec", "template", "spec"]),
            _ => None,
        };
        let sources = spec.into_iter().flat_map(|spec| spec.items_at(&["sources"]).iter().chain(spec.get("source")));
        found.extend(sources.filter_map(argo_source).map(|found| settings.kept(found)));
    }
    found
}

fn argo_source(source: &Node) -> Option<Found> {
    let (url, revision) = (source.text_at(&["repoURL"])?, source.get("targetRevision")?);
    let is_url = url.contains("://") && !url.starts_with(OCI);
    let Some(name) = source.text_at(&["chart"]) else {
        let name = url.trim_start_matches(OCI);
        let datasource = if url.starts_with(OCI) { DOCKER } else { from_git(url) };
        let found = chart(name, Some(revision), url.starts_with(OCI), revision.span);
        return Some(Found { datasource: datasource.into(), ..found });
    };
    let registry = url.trim_start_matches(OCI).trim_end_matches('/');
    let name = if is_url { name.to_owned() } else { format!("{registry}/{name}") };
    Some(chart(&name, Some(revision), !is_url, revision.span))
}

/// What the kustomize manager finds: images, charts, and what comes from git.
pub(super) fn kustomize(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    let mut found = Vec::new();
    for document in documents(file).iter() {
        let root = &document.root;
        if !matches!(root.text_at(&["kind"]), None | Some("Kustomization" | "Component")) {
            continue;
        }
        let paths = ["bases", "resources", "components"].iter().flat_map(|key| root.items_at(&[key]));
        found.extend(paths.filter_map(remote));
        found.extend(root.items_at(&["images"]).iter().filter_map(kustomize_image));
        let charts = root.items_at(&["helmCharts"]).iter();
        found.extend(charts.filter_map(|node| {
            let oci = node.text_at(&["repo"]).is_some_and(|repo| repo.starts_with(OCI));
            Some(chart(node.text_at(&["name"])?, node.get("version"), oci, node.span))
        }));
    }
    found.into_iter().map(|found| settings.kept(found)).collect()
}

/// A base in another repository: `https://github.com/owner/name//path?ref=v1`.
fn remote(node: &Node) -> Option<Found> {
    let (address, query) = node.text()?.split_once("?ref=")?;
    let plain = address.trim_start_matches("git::").trim_start_matches("https://").trim_start_matches("ssh://git@");
    let mut parts = plain.split(['/', ':']);
    let (host, owner, name) = (parts.next()?, parts.next()?, parts.next()?);
    let name = format!("{owner}/{}", name.trim_end_matches(".git"));
    let datasource = from_git(host);
    let name = if datasource == "git-tags" { format!("{host}/{name}") } else { name };
    let value = query.split('&').next().map(SmolStr::new);
    Some(Found {
        span: node.span,
        name: name.into(),
        value,
        digest: None,
        datasource: datasource.into(),
        skipped: None,
    })
}

/// An entry of `images`.
pub(super) fn kustomize_image(node: &Node) -> Option<Found> {
    let name = node.text_at(&["newName"]).or(node.text_at(&["name"]))?;
    let (tag, digest) = (node.get("newTag"), node.get("digest"));
    match (tag, digest) {
        (Some(tag), None) => Some(image(&format!("{name}:{}", tag.text()?), tag.span)),
        (None, Some(digest)) => Some(image(&format!("{name}@{}", digest.text()?), digest.span)),
        (Some(tag), Some(digest)) => {
            let found = image(&format!("{name}:{}@{}", tag.text()?, digest.text()?), tag.span);
            Some(Found { skipped: Some("kustomize ignores `newTag` beside `digest`"), ..found })
        }
        (None, None) => node.get("newName").map(|node| image(name, node.span)),
    }
}
