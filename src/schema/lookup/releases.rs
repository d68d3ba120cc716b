//! Which releases of Kubernetes, Flux and of operators a repository says it runs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

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

/// A row of `schemas/installers.yaml`: what installs the kinds of a part that schemas come from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Installer {
    part: String,
    by: Vec<String>,
    /// The release of the part by that of what is installed, from one to the next; without it they are the same.
    releases: Option<BTreeMap<Version, Version>>,
}

static INSTALLERS: LazyLock<Vec<Installer>> =
    LazyLock::new(|| from_table(include_str!("../../../schemas/installers.yaml")));

impl Installer {
    /// The release of the part that comes with one of what is installed.
    fn brings(&self, installed: Version) -> Option<Version> {
        let Some(releases) = &self.releases else { return Some(installed) };
        releases.range(..=installed).next_back().map(|(_, brought)| *brought)
    }
}

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

    /// The releases of a part that the repository installs, sorted.
    pub fn of_part(&self, part: &str) -> Vec<Version> {
        let installers = INSTALLERS.iter().filter(|installer| installer.part == part);
        let named = installers.flat_map(|installer| installer.by.iter().map(move |name| (installer, name)));
        let installed = named.filter_map(|(installer, name)| Some((installer, self.0.get(name)?)));
        let mut releases: Vec<Version> = installed
            .flat_map(|(installer, found)| found.iter().filter_map(|(version, _)| installer.brings(*version)))
            .collect();
        releases.sort();
        releases.dedup();
        releases
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
    fn a_chart_brings_a_part_in_a_release_of_its_own() {
        let installed = |name: &str, version| {
            let span = Span::new(crate::source::FileId(0), 0, 0);
            Releases(BTreeMap::from([(name.to_owned(), vec![(version, span)])]))
        };
        let gateway_api = |releases: Releases| releases.of_part("sigs.k8s.io/gateway-api");
        assert_eq!(gateway_api(installed("gateway-api", Version(1, 4))), [Version(1, 4)]);
        assert_eq!(gateway_api(installed("gateway-helm", Version(1, 9))), [Version(1, 6)]);
        assert_eq!(gateway_api(installed("gateway-helm", Version(1, 7))), [Version(1, 4)]);
        assert_eq!(gateway_api(installed("gateway-helm", Version(0, 3))), []);
        assert_eq!(gateway_api(installed("lamp", Version(1, 0))), []);
    }
}
