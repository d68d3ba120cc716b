//! Which kind was meant by one that does not exist.

use super::deprecation::Deprecation;
use super::history::{is_impossible, is_known, released};
use super::schemas::Schemas;
use crate::schema::check::same_letters;
use crate::source::{is_slip, nearest};

/// The kind that a name was meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion {
    /// `apps/v1`
    pub api_version: &'static str,
    /// `Deployment`
    pub kind: &'static str,
}

impl Schemas {
    /// The kind that was meant by an unknown one: a typo in its name, or another apiVersion of the same family.
    pub fn suggestion(&self, api_version: &str, kind: &str) -> Option<Suggestion> {
        // What existed once has a rule of its own.
        if self.find(api_version, kind).is_some() || Deprecation::of(api_version, kind).is_some() {
            return None;
        }
        let all: Vec<(&'static str, &'static str)> = self.bundle().kinds().collect();
        let siblings: Vec<(&'static str, &'static str)> =
            all.iter().filter(|(known, _)| *known == api_version).copied().collect();
        let Some((known, sibling)) = siblings.first() else {
            return self.other_version(api_version, kind).or_else(|| self.misspelt_group(api_version, kind));
        };
        let names = siblings.iter().map(|(_, kind)| *kind);
        if let Some(near) = same_letters(kind, names.clone())
            .or_else(|| nearest(kind, names).filter(|near| alike(kind, near) || is_slip(kind, near)))
        {
            return Some(Suggestion { api_version: known, kind: near });
        }
        // Kubernetes' own APIs are all known, and have no kind of another's name.
        let is_own = |(api_version, kind): &(&'static str, &'static str)| {
            self.kind(api_version, kind).is_some_and(|kind| kind.minors.is_some())
        };
        let mut homes: Vec<(&'static str, &'static str)> =
            all.into_iter().filter(|(_, known)| *known == kind).collect();
        let of_group = |(home, _): &(&'static str, &'static str)| group(home) == group(known);
        if homes.iter().any(of_group) {
            homes.retain(of_group);
        } else if is_own(&(known, sibling)) && homes.iter().any(is_own) {
            homes.retain(is_own);
        }
        // A new kind of an operator may have any name, but hardly that of the only kind which others know by it.
        let (api_version, kind) = homes.iter().copied().max_by_key(|(api_version, _)| released(api_version))?;
        let alone = homes.iter().all(|(home, _)| group(home) == group(api_version)) && is_known(group(api_version));
        (is_own(&(known, sibling)) || alone && is_known(group(known))).then_some(Suggestion { api_version, kind })
    }

    /// The newest version of a kind, where its group never had the one that is asked for.
    fn other_version(&self, api_version: &str, kind: &str) -> Option<Suggestion> {
        let version = api_version.rsplit('/').next()?;
        let homes = self.bundle().kinds().filter(|(_, known)| *known == kind);
        let own = homes.filter(|(known, _)| group(known) == group(api_version));
        let newest = own.max_by_key(|(known, _)| released(known));
        let (api_version, kind) = newest.filter(|(known, _)| is_impossible(known, version))?;
        Some(Suggestion { api_version, kind })
    }

    /// A group that differs by a letter or two from one that has the kind.
    fn misspelt_group(&self, api_version: &str, kind: &str) -> Option<Suggestion> {
        let (group, version) = api_version.rsplit_once('/')?;
        let homes = self.bundle().kinds().filter(|(_, known)| *known == kind);
        let same_version = homes.filter_map(|(known, kind)| {
            let (home, served) = known.rsplit_once('/')?;
            (served == version && group.len().abs_diff(home.len()) <= 2).then_some((known, home, kind))
        });
        let candidates: Vec<(&'static str, &'static str, &'static str)> = same_version.collect();
        let near = nearest(group, candidates.iter().map(|(_, home, _)| *home))?;
        let (api_version, _, kind) = candidates.into_iter().find(|(_, home, _)| *home == near)?;
        Some(Suggestion { api_version, kind })
    }
}

/// The group of an apiVersion, empty for the core group.
fn group(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// Whether two names begin and end the same way, as a name and its misspelling mostly do.
fn alike(left: &str, right: &str) -> bool {
    let ends =
        |text: &str| (text.get(..2).map(str::to_owned), text.get(text.len().saturating_sub(2)..).map(str::to_owned));
    ends(left) == ends(right) && left.len().abs_diff(right.len()) <= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Tree;

    #[test]
    fn what_was_meant_is_plain_or_nothing_is_said() {
        let schemas = Schemas::new(&Tree::default(), crate::schema::Releases::default());
        let suggested = |api_version: &str, kind: &str| {
            schemas.suggestion(api_version, kind).map(|found| (found.api_version, found.kind))
        };
        assert_eq!(suggested("v1", "Deployment"), Some(("apps/v1", "Deployment")));
        assert_eq!(suggested("app/v1", "Deployment"), Some(("apps/v1", "Deployment")));
        assert_eq!(suggested("v1", "Configmap"), Some(("v1", "ConfigMap")));
        assert_eq!(
            suggested("helm.toolkit.fluxcd.io/v2", "HelmRelase"),
            Some(("helm.toolkit.fluxcd.io/v2", "HelmRelease"))
        );
        assert_eq!(suggested("helm.toolkit.fluxcd.io/v3beta1", "HelmRelease"), None);
        assert_eq!(suggested("v2", "Namespace"), Some(("v1", "Namespace")));
        assert_eq!(
            suggested("source.toolkit.fluxcd.io/v1", "HelmRelease"),
            Some(("helm.toolkit.fluxcd.io/v2", "HelmRelease"))
        );
        assert_eq!(suggested("networking.k8s.io/v1", "HTTPRoute"), Some(("gateway.networking.k8s.io/v1", "HTTPRoute")));
        assert_eq!(
            suggested("helm.toolkit.fluxcd.io/v1", "HelmRelease"),
            Some(("helm.toolkit.fluxcd.io/v2", "HelmRelease"))
        );
        assert_eq!(suggested("gateway.networking.k8s.io/v1", "QUICRoute"), None);
        assert_eq!(suggested("example.org/v1", "Deployment"), None);
        assert_eq!(suggested("v1", "Namespace"), None);
    }
}
