//! Which versions an API group ever had, and which nobody could have released.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::yaml::from_table;
use serde::{Deserialize, Deserializer, de};

/// How stable an API is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Alpha,
    Beta,
    Stable,
}

/// `v2beta1` in its parts, ordered as such are released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    major: u32,
    stage: Stage,
    number: u32,
}

impl ApiVersion {
    fn read(text: &str) -> Option<ApiVersion> {
        let rest = text.strip_prefix('v')?;
        let (major, rest) = rest.split_at(rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len()));
        let major = major.parse().ok()?;
        let stages = [("alpha", Stage::Alpha), ("beta", Stage::Beta)];
        let staged = stages.into_iter().find_map(|(word, stage)| Some((stage, rest.strip_prefix(word)?)));
        match staged {
            Some((stage, number)) => Some(ApiVersion { major, stage, number: number.parse().ok()? }),
            None => rest.is_empty().then_some(ApiVersion { major, stage: Stage::Stable, number: 0 }),
        }
    }
}

impl<'de> Deserialize<'de> for ApiVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        ApiVersion::read(text).ok_or_else(|| de::Error::custom(format_args!("`{text}` is no version of an API")))
    }
}

static HISTORY: LazyLock<BTreeMap<String, Vec<ApiVersion>>> =
    LazyLock::new(|| from_table(include_str!("../../../schemas/api-history.yaml")));

/// The version in an apiVersion, ordered as such are released.
pub fn released(api_version: &str) -> Option<ApiVersion> {
    ApiVersion::read(api_version.rsplit_once('/').map_or(api_version, |(_, version)| version))
}

/// Whether every version that the kinds of a group ever had is known.
pub fn is_known(group: &str) -> bool {
    HISTORY.contains_key(group)
}

/// Whether no release of a kind had or could have a version: it is none of those that led to the newest apiVersion at
/// hand, and no near successor of that. A stable version follows others of its number.
pub fn is_impossible(newest: &str, version: &str) -> bool {
    let group = newest.rsplit_once('/').map_or("", |(group, _)| group);
    let (Some(known), Some(newest)) = (HISTORY.get(group), released(newest)) else { return false };
    let Some(asked) = ApiVersion::read(version) else { return true };
    let last = known.iter().filter(|known| (known.major, known.stage) == (asked.major, asked.stage)).max();
    match asked.cmp(&newest) {
        _ if known.contains(&asked) => false,
        Ordering::Less | Ordering::Equal => true,
        Ordering::Greater => {
            let leaps = asked.stage == Stage::Stable && known.iter().all(|known| known.major < asked.major);
            leaps || asked.major > newest.major + 1 || asked.number > last.map_or(0, |last| last.number) + 2
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Tree;
    use crate::schema::Schemas;

    #[test]
    fn no_version_at_hand_is_impossible() {
        let schemas = Schemas::new(&Tree::default(), crate::schema::Releases::default());
        let wrong = schemas.bundle().kinds().filter_map(|(api_version, _)| {
            let (_, version) = api_version.split_once('/')?;
            is_impossible(api_version, version).then_some(api_version)
        });
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn what_may_follow_is_possible() {
        assert!(is_impossible("helm.toolkit.fluxcd.io/v2", "v1"));
        assert!(is_impossible("helm.toolkit.fluxcd.io/v2", "v2beta3"));
        assert!(is_impossible("kustomize.toolkit.fluxcd.io/v1", "v3"));
        assert!(is_impossible("volsync.backube/v1alpha1", "v1alpha7"));
        assert!(is_impossible("helm.toolkit.fluxcd.io/v2", "v3"));
        assert!(is_impossible("v1", "v2"));
        assert!(is_impossible("cert-manager.io/v1", "v1beat1"));
        assert!(!is_impossible("cert-manager.io/v1", "v2alpha1"));
        assert!(!is_impossible("helm.toolkit.fluxcd.io/v2", "v2beta1"));
        assert!(!is_impossible("volsync.backube/v1alpha1", "v1"));
        assert!(!is_impossible("volsync.backube/v1alpha1", "v1beta1"));
        assert!(!is_impossible("scheduling.k8s.io/v1alpha3", "v1alpha4"));
        assert!(!is_impossible("lamps.example.org/v1", "v7"));
        assert!(is_impossible("apps/v1", "latest"));
    }
}
