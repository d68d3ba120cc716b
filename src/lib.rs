//! homelint: the compiler for GitOps repositories.
//!
//! The modules are declared in dependency order: each may use only those above it (`tests/architecture.rs`).

/// Text, paths, byte ranges; knows nothing of YAML.
pub mod source;
/// Text → nodes with spans, comments, anchors, styles; never fails.
pub mod yaml;
/// Nodes → Kubernetes resources and the other documents we know, in a tree of files.
pub mod resource;
/// Which kinds refer to which, and which objects operators create: read from tables, not written in code.
pub mod links;
/// Entry points, Kustomizations, sources, parent patches, substitution: the repository as Flux deploys it.
pub mod flux;
