//! `postRenderers`: what kustomize makes of the objects of a chart before they are applied.

use super::objects::Objects;
use crate::kustomize::{Built, Fault, FaultKind, Kustomize, Overlay};
use crate::yaml::{Entry, Node};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What the post-renderers of a release ask kustomize for, in their order, and whether this is all that they ask.
pub(super) fn overlays(spec: &Node) -> (Vec<Overlay>, bool) {
    let renderers = spec.items_at(&["postRenderers"]);
    let overlay = |renderer: &Node| {
        let items = |field: &str| renderer.items_at(&["kustomize", field]).to_vec();
        Overlay { patches: items("patches"), images: items("images"), ..Overlay::default() }
    };
    let read = |entry: &Entry| matches!(entry.key.text(), Some("patches" | "images"));
    let complete = renderers.iter().all(|renderer| renderer.entries_at(&["kustomize"]).iter().all(read));
    (renderers.iter().map(overlay).collect(), complete)
}

/// The objects of a release after its post-renderers. Where a patch fits none of them, it may be for one that is not
/// known.
pub(super) fn render(objects: Objects, overlays: &[Overlay], kustomize: &Kustomize) -> Objects {
    overlays.iter().fold(objects, |mut objects, overlay| {
        let kinds: BTreeSet<SmolStr> = objects.resources.iter().map(|resource| resource.kind.clone()).collect();
        let resources = std::mem::take(&mut objects.resources);
        let Built { resources, faults, unchecked, incomplete, .. } = kustomize.render(resources, overlay);
        let fits = faults.is_empty() && unchecked.is_empty() && !incomplete;
        let known = objects.complete && objects.whole;
        objects.misfits.extend(faults.into_iter().filter(|fault| match fault.kind {
            FaultKind::PatchInvalid => true,
            FaultKind::TargetUnmatched | FaultKind::PatchFailed => known && is_for(fault, overlay, &kinds),
            _ => false,
        }));
        Objects { resources, complete: objects.complete && fits, whole: objects.whole && fits, ..objects }
    })
}

/// Whether a fault is of a patch for one of these kinds.
fn is_for(fault: &Fault, overlay: &Overlay, kinds: &BTreeSet<SmolStr>) -> bool {
    let mut patches = overlay.patches.iter().filter(|patch| patch.span.contains(fault.finding.span));
    patches.any(|patch| patch.text_at(&["target", "kind"]).is_some_and(|kind| kinds.contains(kind)))
}
