//! `sortOptions`: the order in which resources are written.

use super::context::Context;
use super::fault::{Fault, FaultKind};
use super::gvk::{FIRST, LAST};
use super::level::Level;
use crate::source::nearest;
use crate::yaml::Node;
use smol_str::SmolStr;

/// Brings the resources into the order that `sortOptions` asks for.
pub(super) fn sort(context: &mut Context, level: &mut Level, options: &Node) {
    let legacy_options = options.get("legacySortOptions").filter(|options| !options.is_null());
    match options.text_at(&["order"]) {
        Some("fifo") => {
            if let Some(legacy) = legacy_options {
                let message = "`legacySortOptions` needs `order: legacy`";
                context.fault(Fault::new(FaultKind::InvalidValue, legacy.span, message));
            }
        }
        Some("legacy") => legacy(level, legacy_options),
        other => {
            let node = options.get("order").unwrap_or(options);
            let text = other.unwrap_or_default();
            let fault = Fault::new(FaultKind::InvalidValue, node.span, "`order` must be `legacy` or `fifo`");
            context.fault(fault.suggest(nearest(text, ["legacy", "fifo"])));
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
    let or =
        |text: &SmolStr, absent: &'static str| if text.is_empty() { SmolStr::new_static(absent) } else { text.clone() };
    level.set.objects_mut().sort_by_cached_key(|object| {
        (object.id.gvk.rank(&first, &last), or(&object.id.namespace, "~X"), or(&object.id.name, "~N"))
    });
}
