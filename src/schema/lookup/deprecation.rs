//! Which apiVersions are on their way out, from `schemas/api-versions.yaml`.

use std::sync::LazyLock;

use super::releases::Version;
use crate::resource::Resource;
use crate::source::FileId;
use crate::yaml::{Node, parse};

/// A row of `schemas/api-versions.yaml`.
#[derive(Debug)]
pub struct Deprecation {
    api_version: String,
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

static DEPRECATIONS: LazyLock<Vec<Deprecation>> = LazyLock::new(|| {
    let parsed = parse(FileId(0), include_str!("../../../schemas/api-versions.yaml"));
    let rows = parsed.documents.first().map_or(&[][..], |document| document.root.items());
    rows.iter().filter_map(Deprecation::read).collect()
});

impl Deprecation {
    fn read(row: &Node) -> Option<Deprecation> {
        let version = |key: &str| row.text_at(&[key]).and_then(Version::read);
        Some(Deprecation {
            api_version: format!("{}/{}", row.text_at(&["group"])?, row.text_at(&["version"])?),
            kinds: row.items_at(&["kinds"]).iter().filter_map(|kind| Some(kind.text()?.to_owned())).collect(),
            of: row.text_at(&["of"])?.to_owned(),
            deprecated: version("deprecated"),
            removed: version("removed"),
            instead: row.text_at(&["instead"]).map(str::to_owned),
        })
    }

    /// What the table says of a kind in an apiVersion.
    pub fn find(resource: &Resource) -> Option<&'static Deprecation> {
        let kind = |row: &&Deprecation| row.kinds.iter().any(|kind| *kind == resource.kind);
        DEPRECATIONS.iter().filter(|row| row.api_version == resource.api_version.as_str()).find(kind)
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
