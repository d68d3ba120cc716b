//! Entry points, Kustomizations, sources, parent patches, substitution: the repository as Flux deploys it.

pub mod envsubst;
pub mod substitute;
