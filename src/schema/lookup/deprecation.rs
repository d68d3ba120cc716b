//! Which apiVersions are on their way out, from `schemas/api-versions.yaml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::releases::Version;
use crate::resource::Resource;
use crate::yaml::from_table;

/// A row of `schemas/api-versions.yaml`.
#[derive(Debug, Deserialize)]
pub struct Deprecation {
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

static DEPRECATIONS: LazyLock<Vec<Deprecation>> =
    LazyLock::new(|| from_table(include_str!("../../../schemas/api-versions.yaml")));

impl Deprecation {
    /// What the table says of the kind of a resource.
    pub fn find(resource: &Resource) -> Option<&'static Deprecation> {
        Deprecation::of(&resource.api_version, &resource.kind)
    }

    /// What the table says of a kind in an apiVersion.
    pub fn of(api_version: &str, kind: &str) -> Option<&'static Deprecation> {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        let has_kind = |row: &&Deprecation| row.kinds.iter().any(|known| known == kind);
        DEPRECATIONS.iter().filter(|row| row.version == version && row.group == group).find(has_kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_names_what_it_is_about() {
        let rows = include_str!("../../../schemas/api-versions.yaml").lines().filter(|line| line.starts_with("- {"));
        assert_eq!(DEPRECATIONS.len(), rows.count());
        assert!(DEPRECATIONS.iter().all(|row| !row.kinds.is_empty() && row.deprecated.is_some()));
    }
}
