//! A kind as a person names it: `HelmRelease`, `Certificate.cert-manager.io`, `apps/v1/Deployment`, with fields behind.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::schemas::Schemas;
use crate::source::nearest;

/// A kind, with fields behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindPath {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// The fields behind it.
    pub fields: Vec<String>,
}

/// Why a name leads to no one kind.
#[derive(Debug, PartialEq, Eq)]
pub enum NoKind {
    /// No kind has it; the nearest one that has another.
    Unknown(Option<String>),
    /// Kinds of several groups have it: names that tell them apart.
    Several(Vec<String>),
}

impl Schemas {
    /// The kind that a name leads to, the newest version where it names none. Of several groups `prefers` may choose.
    ///
    /// # Errors
    /// When no kind has the name, or several have it.
    pub fn resolve(&self, name: &str, prefers: impl Fn(&str, &str) -> bool) -> Result<KindPath, NoKind> {
        let kinds = self.kinds();
        let (wanted, rest) = match name.rsplit_once('/') {
            Some((api_version, rest)) => (Some(api_version), rest),
            None => (None, name),
        };
        let (kind, rest) = rest.split_once('.').unwrap_or((rest, ""));
        let same_kind = |known: &&(&str, &str)| known.1.eq_ignore_ascii_case(kind);
        let mut found: Vec<(&str, &str)> = kinds.iter().filter(same_kind).copied().collect();
        found.retain(|(api_version, _)| {
            wanted.is_none_or(|wanted| *api_version == wanted || group(api_version) == wanted)
        });
        let named = found.iter().map(|(api_version, _)| group(api_version)).filter(|group| begins_with(rest, group));
        let named = named.max_by_key(|group| group.len());
        let fields = named.map_or(rest, |group| rest.get(group.len()..).unwrap_or("").trim_start_matches('.'));
        found.retain(|(api_version, _)| named.is_none_or(|named| group(api_version) == named));
        let groups: BTreeSet<&str> = found.iter().map(|(api_version, _)| group(api_version)).collect();
        if groups.len() > 1 {
            found.retain(|(api_version, kind)| prefers(group(api_version), kind));
        }
        let left: BTreeSet<&str> = found.iter().map(|(api_version, _)| group(api_version)).collect();
        if groups.len() > 1 && left.len() != 1 {
            return Err(NoKind::Several(groups.iter().map(|group| full_name(kind, group)).collect()));
        }
        let Some((api_version, kind)) = found.into_iter().max_by_key(|(api_version, _)| age(api_version)) else {
            let near = nearest(kind, kinds.iter().map(|(_, kind)| *kind));
            return Err(NoKind::Unknown(near.map(str::to_owned)));
        };
        let fields = fields.split('.').map(|field| field.trim_end_matches("[]")).filter(|field| !field.is_empty());
        Ok(KindPath {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            fields: fields.map(str::to_owned).collect(),
        })
    }
}

fn group(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// Whether the parts between dots begin with a group; the core group has no name.
fn begins_with(rest: &str, group: &str) -> bool {
    let after = rest.strip_prefix(group).filter(|_| !group.is_empty());
    after.is_some_and(|after| after.is_empty() || after.starts_with('.'))
}

fn full_name(kind: &str, group: &str) -> String {
    if group.is_empty() { format!("v1/{kind}") } else { format!("{kind}.{group}") }
}

/// Orders versions as Kubernetes prefers them: `v2` after `v1` after `v1beta2` after `v1alpha1`.
fn age(api_version: &str) -> (bool, bool, Reverse<bool>, u32, u32) {
    let version = api_version.rsplit('/').next().unwrap_or(api_version);
    let mut numbers = version.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let (alpha, beta) = (version.contains("alpha"), version.contains("beta"));
    (!alpha && !beta, beta, Reverse(alpha), major, minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Tree;

    #[test]
    fn names_lead_to_one_kind() {
        let schemas = Schemas::new(&Tree::default(), crate::schema::Releases::default());
        let resolved = |name: &str| {
            let found = schemas.resolve(name, |_, _| false);
            found.map(|path| format!("{} {} {}", path.api_version, path.kind, path.fields.join("/")))
        };
        let is = |name: &str, expected: &str| assert_eq!(resolved(name).as_deref(), Ok(expected), "{name}");
        is("helmrelease", "helm.toolkit.fluxcd.io/v2 HelmRelease ");
        is("Deployment.spec.template", "apps/v1 Deployment spec/template");
        is("Certificate.cert-manager.io.spec", "cert-manager.io/v1 Certificate spec");
        is("helm.toolkit.fluxcd.io/v2beta1/HelmRelease.spec", "helm.toolkit.fluxcd.io/v2beta1 HelmRelease spec");
        is("v1/Service.spec.ports[].port", "v1 Service spec/ports/port");
        assert_eq!(resolved("HelmRelese"), Err(NoKind::Unknown(Some("HelmRelease".to_owned()))));
        let several = resolved("Kustomization.spec");
        assert!(
            matches!(several, Err(NoKind::Several(names)) if names.contains(&"Kustomization.kustomize.toolkit.fluxcd.io".to_owned()))
        );
        let used = schemas.resolve("Kustomization.spec", |group, _| group == "kustomize.toolkit.fluxcd.io");
        assert_eq!(used.map(|path| path.api_version).as_deref(), Ok("kustomize.toolkit.fluxcd.io/v1"));
    }

    #[test]
    fn stable_versions_are_newest() {
        let mut versions = ["v1beta1", "v1", "v2alpha1", "v2", "v1beta2"];
        versions.sort_by_key(|version| age(version));
        assert_eq!(versions, ["v2alpha1", "v1beta1", "v1beta2", "v1", "v2"]);
    }
}
