//! Which releases of Kubernetes, Flux and of operators a repository says it runs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use crate::resource::{Resource, Role, Tree};
use crate::schema::model::Source;
use crate::source::{FileId, Span};
use crate::yaml::{Node, parse};

/// Major and minor number of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32);

impl Version {
    /// The first two numbers of `v1.31.2`; `None` for a range.
    pub fn read(text: &str) -> Option<Version> {
        let mut numbers = text.trim().trim_start_matches('v').split(['.', '-', '+']);
        Some(Version(numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.0, self.1)
    }
}

/// What installs the kinds of a package under its own version, by the package's name.
static INSTALLERS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let parsed = parse(FileId(0), include_str!("../../../schemas/installers.yaml"));
    let rows = parsed.documents.first().map_or(&[][..], |document| document.root.entries());
    let names = |row: &Node| row.items().iter().filter_map(|name| Some(name.text()?.to_owned())).collect();
    rows.iter().filter_map(|row| Some((row.key.text()?.to_owned(), names(&row.value)))).collect()
});

/// Releases that a repository says it runs, by what is released, each with the place that says so.
#[derive(Debug, Default)]
pub struct Releases(BTreeMap<String, Vec<(Version, Span)>>);

impl Releases {
    /// Reads them from talhelper's files, Flux's own sources and the charts of releases.
    pub fn new(tree: &Tree) -> Self {
        let mut releases = Releases::default();
        for file in tree.files() {
            for root in file.roots_of(Role::Talenv).chain(file.roots_of(Role::Talconfig)) {
                releases.add("Kubernetes", root.get("kubernetesVersion"));
            }
            for root in file.roots_of(Role::Kustomization) {
                root.items_at(&["resources"]).iter().for_each(|resource| releases.read_address(resource));
            }
            file.resources().iter().for_each(|resource| releases.read(resource));
        }
        releases
    }

    /// Those of a repository that says itself what a cluster runs.
    pub fn stated(mut self, of: &str, stated: Option<(Version, Span)>) -> Self {
        if let Some(stated) = stated {
            self.0.insert(of.to_owned(), vec![stated]);
        }
        self
    }

    /// The oldest release that is named, and where: what it lacks, some cluster lacks.
    pub fn oldest(&self, of: &str) -> Option<(Version, Span)> {
        self.0.get(of)?.iter().min().copied()
    }

    /// Whether something that installs the kinds of a package is said to be of a newer release than the schemas at hand.
    /// An older one knows what these know, or less; `0.0.0` is what a build of a branch is called.
    pub fn are_newer(&self, source: &Source) -> bool {
        let names = INSTALLERS.get(source.name).into_iter().flatten();
        let mut running = names.filter_map(|name| self.0.get(name)).flatten().map(|(version, _)| *version);
        let known = Version::read(source.version);
        running.any(|version| version == Version(0, 0) || Some(version) > known)
    }

    /// The repository and the version in `https://github.com/owner/name/releases/download/v1.2.0/file.yaml`.
    fn read_address(&mut self, resource: &Node) {
        let Some((_, path)) = resource.known().and_then(|address| address.split_once("://")) else { return };
        let mut parts = path.split(['/', '?', '=', '&']).skip(2);
        let name = parts.next().unwrap_or("").trim_end_matches(".git");
        if let Some(version) = parts.find_map(Version::read) {
            self.0.entry(name.to_owned()).or_default().push((version, resource.span));
        }
    }

    fn add(&mut self, of: &str, node: Option<&Node>) {
        let Some(node) = node else { return };
        if let Some(version) = node.known().and_then(Version::read) {
            self.0.entry(of.to_owned()).or_default().push((version, node.span));
        }
    }

    fn read(&mut self, resource: &Resource) {
        let node = &resource.node;
        match resource.kind.as_str() {
            "KubernetesUpgrade" => self.add("Kubernetes", node.at(&["spec", "kubernetes", "version"])),
            "FluxInstance" => self.add("Flux", node.at(&["spec", "distribution", "version"])),
            "HelmRelease" => {
                if let Some(chart) = node.text_at(&["spec", "chart", "spec", "chart"]) {
                    self.add(chart, node.at(&["spec", "chart", "spec", "version"]));
                }
            }
            "OCIRepository" | "GitRepository" => {
                let url = node.text_at(&["spec", "url"]).unwrap_or_default();
                let of = match url.trim_end_matches(".git").rsplit('/').next().unwrap_or_default() {
                    "flux-manifests" | "flux2" => "Flux",
                    chart => chart,
                };
                self.add(of, node.at(&["spec", "ref", "tag"]));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_where_they_are_one() {
        assert_eq!(Version::read("v1.31.2"), Some(Version(1, 31)));
        assert_eq!(Version::read("0.17"), Some(Version(0, 17)));
        assert_eq!(Version::read("2.x"), None);
        assert_eq!(Version::read(">=1.2"), None);
        assert!(Version(0, 9) < Version(0, 17));
    }
}
