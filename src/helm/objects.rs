//! What a release would create.

use super::fault::Fault;
use crate::resource::Resource;
use crate::{kustomize, schema};

/// What a release would create.
#[derive(Debug, Default)]
pub struct Objects {
    /// The objects, each with Helm's two `meta.helm.sh` annotations.
    pub resources: Vec<Resource>,
    /// Whether these are all: when false, the chart may create more than we know.
    pub complete: bool,
    /// Whether each is known to its last field: of what a table tells, only some are.
    pub whole: bool,
    /// What in the values refers to nothing.
    pub faults: Vec<Fault>,
    /// What in the values the chart does not take.
    pub refused: Vec<schema::Fault>,
    /// Patches of post-renderers that fit nothing.
    pub misfits: Vec<kustomize::Fault>,
}
