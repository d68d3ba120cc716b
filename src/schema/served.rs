//! Which apiVersions are on their way out, and which versions of their servers a repository names.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::Source;
use crate::resource::{Resource, Role, Tree};
use crate::source::Span;
use crate::yaml::{Node, from_table};
use serde::{Deserialize, Deserializer, de};

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

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        Version::read(text).ok_or_else(|| de::Error::custom(format_args!("`{text}` is not a version such as `1.37`")))
    }
}

/// A row of `schemas/api-versions.yaml`.
#[derive(Debug, Deserialize)]
pub struct Retired {
    group: String,
    version: String,
    kinds: Vec<String>,
    /// What serves it: `Kubernetes`, `Flux` or the name of a chart.
    pub of: String,
    /// The first release that advises against it.
    pub deprecated: Option<Version>,
    /// The first release without it.
    pub removed: Option<Version>,
    /// What to write now.
    pub instead: Option<String>,
}

static RETIRED: LazyLock<Vec<Retired>> = LazyLock::new(|| from_table(include_str!("../../schemas/api-versions.yaml")));

impl Retired {
    /// What the table says of a kind in an apiVersion.
    pub fn find(resource: &Resource) -> Option<&'static Retired> {
        let (group, version) = (resource.group(), resource.version());
        let kind = |row: &&Retired| row.kinds.iter().any(|kind| *kind == resource.kind);
        RETIRED.iter().filter(|row| row.version == version && row.group == group).find(kind)
    }
}

/// What installs the kinds of a package under its own version, by the package's name.
static INSTALLERS: LazyLock<BTreeMap<String, Vec<String>>> =
    LazyLock::new(|| from_table(include_str!("../../schemas/installers.yaml")));

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

    #[test]
    fn every_row_names_what_it_is_about() {
        let rows = include_str!("../../schemas/api-versions.yaml").lines().filter(|line| line.starts_with("- {"));
        assert_eq!(RETIRED.len(), rows.count());
        assert!(INSTALLERS.values().all(|names| !names.is_empty()));
        assert!(RETIRED.iter().all(|row| !row.kinds.is_empty() && row.deprecated.is_some()));
    }
}
