//! References to images, as Renovate splits them.

use super::Found;
use crate::source::Span;
use smol_str::SmolStr;

/// The datasource of images, and of charts in a registry of images.
pub(super) const DOCKER: &str = "docker";

/// The image that a reference names.
pub(super) fn image(reference: &str, span: Span) -> Found {
    let (rest, digest) = match reference.split_once('@') {
        Some((rest, digest)) => (rest, Some(SmolStr::new(digest))),
        None => (reference, None),
    };
    // A colon before the last slash separates the registry's port.
    let (name, value) = match rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
        Some((name, tag)) => (name, Some(SmolStr::new(tag)).filter(|tag| !tag.is_empty())),
        None => (rest, None),
    };
    let skipped = reference.contains('$').then_some("it contains a variable");
    Found { span, name: name.into(), value, digest, datasource: DOCKER.into(), skipped }
}
