//! homelint: the compiler for GitOps repositories.
//!
//! ```text
//! discover → parse → classify → link → expand → check → report
//!  reads     ─────────────────── pure ───────────────────  writes
//! ```
//!
//! The modules are declared in dependency order: each may use only those above it (`tests/architecture.rs`).

/// Rules × files in parallel; severities, suppressions, baseline.
pub mod check;
/// `.homelint.yaml`; its own mistakes are diagnostics with spans too.
pub mod config;
/// What is wrong, where, what else to look at, how to fix it: plain data.
pub mod diagnostic;
/// Disk and git: the only input and output of the library.
pub mod discover;
/// What a HelmRelease's values mean: the objects that its chart would create.
pub mod helm;
/// Everything a rule may know.
pub mod repo;
/// Nodes → Kubernetes resources and the other documents we know, in a tree of files.
pub mod resource;
/// What a rule is.
pub mod rule;
/// Which bytes of a file must never be shown.
pub mod secret;
/// Text, paths, byte ranges; knows nothing of YAML.
pub mod source;
/// Comments that silence a rule.
pub mod suppression;
/// Text → nodes with spans, comments, anchors, styles; never fails.
pub mod yaml;
