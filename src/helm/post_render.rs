//! `postRenderers`: what kustomize makes of the objects of a chart before they are applied.

use super::Objects;
use crate::kustomize::{Built, Kustomize, Overlay};
use crate::yaml::{Entry, Node};

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
    overlays.iter().fold(objects, |objects, overlay| {
        let Built { resources, faults, unchecked, incomplete, .. } = kustomize.render(objects.resources, overlay);
        let fits = faults.is_empty() && unchecked.is_empty() && !incomplete;
        Objects { resources, complete: objects.complete && fits, whole: objects.whole && fits, ..objects }
    })
}
