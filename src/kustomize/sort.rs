//! `sortOptions`: the order in which resources are written.

use super::accumulate::{Level, Run};
use super::fault::{Fault, FaultKind};
use crate::source::nearest;
use crate::yaml::Node;
use smol_str::SmolStr;

/// Kinds that come first in the legacy order.
const FIRST: [&str; 22] = [
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

/// Kinds that come last in the legacy order.
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

impl Run<'_> {
    /// Brings the resources into the order that `sortOptions` asks for.
    pub(super) fn sort(&mut self, level: &mut Level, options: &Node) {
        let legacy_options = options.get("legacySortOptions").filter(|options| !options.is_null());
        match options.text_at(&["order"]) {
            Some("fifo") => {
                if let Some(legacy) = legacy_options {
                    let message = "`legacySortOptions` needs `order: legacy`";
                    self.fault(Fault::fatal(FaultKind::InvalidValue, legacy.span, message));
                }
            }
            Some("legacy") => legacy(level, legacy_options),
            other => {
                let node = options.get("order").unwrap_or(options);
                let text = other.unwrap_or_default();
                let fault = Fault::fatal(FaultKind::InvalidValue, node.span, "`order` must be `legacy` or `fifo`");
                self.fault(fault.suggest(nearest(text, ["legacy", "fifo"])));
            }
        }
    }
}

/// kustomize's order of old: by kind, then by namespace and name.
pub(super) fn legacy(level: &mut Level, options: Option<&Node>) {
    let list = |field: &str, default: &[&'static str]| -> Vec<SmolStr> {
        match options {
            Some(options) => options.items_at(&[field]).iter().filter_map(Node::text).map(SmolStr::new).collect(),
            None => default.iter().copied().map(SmolStr::new_static).collect(),
        }
    };
    let (first, last) = (list("orderFirst", &FIRST), list("orderLast", &LAST));
    let rank = |kind: &str| {
        let at = |list: &[SmolStr]| list.iter().position(|name| name == kind);
        match (at(&last), at(&first)) {
            (Some(at), _) => (2, at),
            (None, Some(at)) => (0, at),
            (None, None) => (1, 0),
        }
    };
    let or =
        |text: &SmolStr, absent: &'static str| if text.is_empty() { SmolStr::new_static(absent) } else { text.clone() };
    level.set.objects_mut().sort_by_cached_key(|object| {
        let gvk = &object.id.gvk;
        let kind = format!("{}_{}_{}", or(&gvk.group, "~G"), or(&gvk.version, "~V"), gvk.kind);
        (rank(&gvk.kind), kind, or(&object.id.namespace, "~X"), or(&object.id.name, "~N"))
    });
}
