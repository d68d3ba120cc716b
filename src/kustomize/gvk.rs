//! Group, version and kind, and the order in which kustomize sorts kinds.

use crate::yaml::Node;
use smol_str::SmolStr;

/// Kinds that come first in kustomize's order of old.
pub(super) const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last in kustomize's order of old.
pub(super) const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Group, version and kind; as a selector an empty part matches any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Gvk {
    pub group: SmolStr,
    pub version: SmolStr,
    pub kind: SmolStr,
}

impl Gvk {
    /// From `apiVersion` and `kind`.
    pub fn of(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Gvk { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// Where kustomize sorts this kind, when some kinds come first and some last.
    pub fn rank(&self, first: &[impl AsRef<str>], last: &[impl AsRef<str>]) -> (usize, usize, String) {
        let (group, at) = match (position(last, &self.kind), position(first, &self.kind)) {
            (Some(at), _) => (2, at),
            (None, Some(at)) => (0, at),
            (None, None) => (1, 0),
        };
        let or = |part: &'_ SmolStr, absent: &'static str| if part.is_empty() { absent.into() } else { part.clone() };
        let text = format!("{}_{}_{}", or(&self.group, "~G"), or(&self.version, "~V"), or(&self.kind, "~K"));
        (group, at, text)
    }

    /// Whether `selector` allows this kind.
    pub fn selected_by(&self, selector: &Gvk) -> bool {
        let allows = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        allows(&selector.kind, &self.kind)
            && allows(&selector.group, &self.group)
            && allows(&selector.version, &self.version)
    }
}

fn position(kinds: &[impl AsRef<str>], kind: &str) -> Option<usize> {
    kinds.iter().position(|name| name.as_ref() == kind)
}

/// `group`, `version` and `kind` of a mapping.
pub(super) fn gvk_of(node: &Node) -> Gvk {
    let text = |key: &str| SmolStr::new(node.text_at(&[key]).unwrap_or_default());
    Gvk { group: text("group"), version: text("version"), kind: text("kind") }
}
