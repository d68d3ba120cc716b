//! homelint: the compiler for GitOps repositories.
//!
//! The modules are declared in dependency order: each may use only those above it (`tests/architecture.rs`).

/// Nodes → Kubernetes resources and the other documents we know, in a tree of files.
pub mod resource;
/// JSON Schemas by apiVersion and kind, from the binary or from the user.
pub mod schema;
/// Text, paths, byte ranges; knows nothing of YAML.
pub mod source;
/// Text → nodes with spans, comments, anchors, styles; never fails.
pub mod yaml;
