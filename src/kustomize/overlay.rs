//! What Flux adds to a kustomization.

use crate::yaml::Node;

/// What a Flux Kustomization adds to the kustomization of its folder, as nodes of its own `spec`.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    /// `targetNamespace`
    pub namespace: Option<Node>,
    /// `namePrefix`
    pub name_prefix: Option<Node>,
    /// `nameSuffix`
    pub name_suffix: Option<Node>,
    /// `components`
    pub components: Vec<Node>,
    /// `patches`, those of parents included
    pub patches: Vec<Node>,
    /// `patchesStrategicMerge` of the first API versions
    pub patches_strategic_merge: Vec<Node>,
    /// `patchesJson6902` of the first API versions
    pub patches_json6902: Vec<Node>,
    /// `buildMetadata`
    pub build_metadata: Vec<Node>,
    /// `images`; one of the same name replaces that of the kustomization
    pub images: Vec<Node>,
}
