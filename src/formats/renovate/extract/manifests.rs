//! Managers of manifests: flux, kubernetes, helm-values and docker-compose.

use super::charts::{OCI, from_git, kustomize_image};
use super::docker::{DOCKER, image};
use super::settings::{Repository, Settings};
use super::{Found, documents};
use crate::formats::renovate::NAMES;
use crate::resource::{File, Tree};
use crate::yaml::Node;
use regex::Regex;
use smol_str::SmolStr;
use std::sync::LazyLock;

/// The datasource of API versions.
pub(super) const API: &str = "kubernetes-api";

/// Why Renovate cannot look a chart up.
const UNKNOWN_REGISTRY: &str = "its HelmRepository is in no file that the manager reads";

/// A line that names an image: <https://github.com/distribution/reference>.
static IMAGE_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let word = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
    let part = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    let (tag, digest) = (r"(?::\w[\w.-]{0,127})?", r"(?:@[A-Za-z0-9]+(?:[-_+.][A-Za-z0-9]+)*:[0-9a-fA-F]{32,})?");
    let reference = format!(r"(?:{word}(?:\.{word})*(?::[0-9]+)?/)?{part}(?:/{part})*{tag}{digest}");
    Regex::new(&format!(r#"^\s*-?\s*image:\s*['"]?({reference})"#)).ok()
});

/// What the kubernetes manager finds: images by line, and versions of APIs.
pub(super) fn kubernetes(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    let text = &file.source.text;
    if !text.contains("apiVersion") || !text.contains("kind") {
        return Vec::new();
    }
    let mut found = image_lines(settings, file);
    for document in documents(file).iter() {
        // What has no name is no object: a kustomization, say.
        let named = document.root.text_at(&["metadata", "name"]).is_some();
        let (kind, version) = (document.root.text_at(&["kind"]).filter(|_| named), document.root.get("apiVersion"));
        let (Some(kind), Some(version)) = (kind.filter(|kind| NAMES.api_kinds.contains(*kind)), version) else {
            continue;
        };
        let Some(value) = version.text() else { continue };
        let (name, value) = (kind.into(), Some(value.into()));
        found.push(Found { span: version.span, name, value, digest: None, datasource: API.into(), skipped: None });
    }
    found
}

fn image_lines(settings: &Settings, file: &File) -> Vec<Found> {
    let Some(pattern) = IMAGE_LINE.as_ref() else { return Vec::new() };
    let mut start = 0;
    let lines = file.source.text.split_inclusive('\n').filter_map(|line| {
        let at = start;
        start += line.len();
        let reference = pattern.captures(line.trim_end()).filter(|_| line.contains("image:"))?.get(1)?;
        let span = file.source.span(at + reference.start()..at + reference.end());
        Some(settings.kept(image(reference.as_str(), span)))
    });
    lines.collect()
}

/// What the helm-values manager finds: images in mappings and texts, wherever they stand.
pub(super) fn helm_values(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    let mut found = Vec::new();
    documents(file).iter().for_each(|document| images(&document.root, &mut found));
    found.into_iter().map(|found| settings.kept(found)).collect()
}

/// The images in values, by keys that end in `image`.
fn images(node: &Node, found: &mut Vec<Found>) {
    node.items().iter().for_each(|item| images(item, found));
    for entry in node.entries() {
        let key = entry.key.text().unwrap_or("");
        let end = key.len().checked_sub("image".len()).and_then(|at| key.get(at..));
        let is_image = end.is_some_and(|end| end.eq_ignore_ascii_case("image"));
        match mapping(&entry.value).filter(|_| is_image) {
            Some(image) => found.push(image),
            None => match entry.value.text().filter(|_| is_image) {
                Some(text) => found.push(image(text, entry.value.span)),
                None => images(&entry.value, found),
            },
        }
    }
}

/// An image in parts.
fn mapping(node: &Node) -> Option<Found> {
    let repository = node.get("repository").or_else(|| node.get("image"))?.text()?;
    let tag = node.get("tag").filter(|tag| !tag.is_null()).or_else(|| node.get("version"))?;
    let registry = node.text_at(&["registry"]).map(|registry| format!("{registry}/")).unwrap_or_default();
    Some(image(&format!("{registry}{repository}:{}", tag.text().unwrap_or("null")), tag.span))
}

/// What the flux manager finds: charts, sources and images of Flux's kinds.
pub(super) fn flux(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    if !file.source.text.contains(".fluxcd.io/") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for document in documents(file).iter() {
        let root = &document.root;
        let is_of = |group: &str| root.text_at(&["apiVersion"]).is_some_and(|version| version.starts_with(group));
        let source = is_of("source.toolkit.fluxcd.io/");
        match root.text_at(&["kind"]).unwrap_or("") {
            "HelmRelease" if is_of("helm.toolkit.fluxcd.io/") => {
                found.extend(root.at(&["spec", "chart", "spec"]).and_then(|chart| chart_of(settings, root, chart)));
                root.at(&["spec", "values"]).into_iter().for_each(|values| images(values, &mut found));
            }
            "HelmChart" if source => found.extend(root.get("spec").and_then(|spec| chart_of(settings, root, spec))),
            "GitRepository" if source => found.extend(git_repository(root)),
            "OCIRepository" if source => found.extend(oci_repository(root)),
            "Kustomization" if is_of("kustomize.toolkit.fluxcd.io/") => {
                found.extend(root.items_at(&["spec", "images"]).iter().filter_map(kustomize_image));
            }
            _ => {}
        }
    }
    found.into_iter().map(|found| settings.kept(found)).collect()
}

/// The chart that a HelmRelease or a HelmChart names.
fn chart_of(settings: &Settings, resource: &Node, chart: &Node) -> Option<Found> {
    let name = chart.text_at(&["chart"])?;
    let source = |key: &str| chart.text_at(&["sourceRef", key]);
    if name.starts_with("./") || source("kind") == Some("GitRepository") {
        return None;
    }
    let known = repositories_of(settings, resource).filter(|_| source("kind") == Some("HelmRepository"));
    let known = known.map_or_else(Vec::new, |(namespace, named)| {
        named.iter().filter(|repository| repository.namespace == namespace).collect()
    });
    let version = chart.get("version");
    Some(Found {
        span: version.map_or(chart.span, |version| version.span),
        name: name.into(),
        value: version.and_then(Node::text).map(SmolStr::new),
        digest: None,
        datasource: if known.iter().any(|repository| repository.oci) { DOCKER.into() } else { "helm".into() },
        skipped: known.is_empty().then_some(UNKNOWN_REGISTRY),
    })
}

fn git_repository(root: &Node) -> Option<Found> {
    let (url, reference) = (root.text_at(&["spec", "url"])?, root.at(&["spec", "ref"])?);
    let (name, span) = (root.text_at(&["metadata", "name"])?, reference.span);
    if let Some(commit) = reference.get("commit") {
        let digest = commit.text().map(SmolStr::new);
        let datasource = "git-refs".into();
        return Some(Found { span: commit.span, name: name.into(), value: None, digest, datasource, skipped: None });
    }
    let tag = reference.get("tag");
    Some(Found {
        span: tag.map_or(span, |tag| tag.span),
        name: name.into(),
        value: tag.and_then(Node::text).map(SmolStr::new),
        digest: None,
        datasource: from_git(url).into(),
        skipped: tag.is_none().then_some("it follows a branch"),
    })
}

fn oci_repository(root: &Node) -> Option<Found> {
    let url = root.get("spec")?.get("url")?;
    let name = url.text()?.trim_start_matches(OCI);
    let reference = |key: &str| root.at(&["spec", "ref", key]);
    let (tag, digest) = (reference("tag"), reference("digest"));
    let span = tag.or(digest).map_or(url.span, |node| node.span);
    let part = |mark: char, node: Option<&Node>| node.and_then(Node::text).map(|text| format!("{mark}{text}"));
    let reference = format!("{name}{}{}", part(':', tag).unwrap_or_default(), part('@', digest).unwrap_or_default());
    let found = image(&reference, span);
    let open = (found.value.is_none() && found.digest.is_none()).then_some("it names a range, or no version");
    Some(Found { skipped: found.skipped.or(open), ..found })
}

/// The namespace in which a release or a HelmChart looks for its HelmRepository, and those of that name.
pub(super) fn repositories_of<'a>(settings: &'a Settings, resource: &'a Node) -> Option<(&'a str, &'a [Repository])> {
    let chart = resource.at(&["spec", "chart", "spec"]).or_else(|| resource.get("spec"))?;
    let source = |key: &str| chart.text_at(&["sourceRef", key]);
    let namespace = source("namespace").or(resource.text_at(&["metadata", "namespace"])).unwrap_or("");
    let named = settings.repositories.get(source("name")?).filter(|_| source("kind") == Some("HelmRepository"))?;
    Some((namespace, named))
}

/// The HelmRepositories in a file.
pub(super) fn helm_repositories(file: &File) -> Vec<Repository> {
    if !file.source.text.contains("HelmRepository") {
        return Vec::new();
    }
    let repository = |root: &Node| {
        let name = root.at(&["metadata", "name"]).filter(|_| root.text_at(&["kind"]) == Some("HelmRepository"))?;
        Some(Repository {
            name: name.text()?.to_owned(),
            namespace: root.text_at(&["metadata", "namespace"]).unwrap_or("").to_owned(),
            span: name.span,
            oci: root.text_at(&["spec", "url"])?.starts_with(OCI),
        })
    };
    documents(file).iter().filter_map(|document| repository(&document.root)).collect()
}

/// What the docker-compose manager finds: the images of services.
pub(super) fn compose(_: &Tree, settings: &Settings, file: &File) -> Vec<Found> {
    let mut found = Vec::new();
    for document in documents(file).iter() {
        for service in document.root.entries_at(&["services"]) {
            let built = service.value.get("build").is_some();
            let named = service.value.get("image").filter(|_| !built);
            found.extend(named.and_then(|node| Some(settings.kept(image(node.text()?, node.span)))));
        }
    }
    found
}
