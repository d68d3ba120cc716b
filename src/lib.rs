//! homelint: the compiler for GitOps repositories.
//!
//! ```text
//! discover → parse → classify → link → expand → check → report
//!  reads     ─────────────────── pure ───────────────────  writes
//! ```
//!
//! The modules are declared in dependency order: each may use only those above it (`tests/architecture.rs`).

/// Text, paths, byte ranges; knows nothing of YAML.
pub mod source;
/// What is wrong, where, what else to look at, how to fix it: plain data.
pub mod diagnostic;
/// Text → nodes with spans, comments, anchors, styles; never fails.
pub mod yaml;
/// Jinja templates as text: their tags, and what is left of one where its data is not known.
pub mod jinja;
/// Nodes → Kubernetes resources and the other documents we know, in a tree of files.
pub mod resource;
/// Which bytes of a file must never be shown.
pub mod secret;
/// Pods, selectors, volumes, images, host names, quantities: what Kubernetes means by them.
pub mod kubernetes;
/// What Kubernetes kinds look like: JSON Schemas by apiVersion and kind, from the binary or from the user.
pub mod schema;
/// Which kinds refer to which, and which objects operators create: tables in `schemas/`.
pub mod links;
/// `.homelint.yaml`; its own mistakes are diagnostics with spans too.
pub mod config;
/// A kustomization → its resources as built, every node keeping its span.
pub mod kustomize;
/// Entry points, Kustomizations, sources, parent patches, substitution: the repository as Flux deploys it.
pub mod flux;
/// What a HelmRelease's values mean: routes, services, claims, images.
pub mod helm;
/// SOPS, Talos, Renovate, helmfiles: the other files of such a repository.
pub mod formats;
/// makejinja projects: what their templates make, and whether an output comes from its template.
pub mod template;
/// Inputs → the repository and its clusters with what they hold: the questions that rules ask.
pub mod model;
/// What a rule is.
pub mod rule;
/// One file a rule, `<group>/<name>.rs`.
pub mod rules;
/// Rules × files in parallel; severities, suppressions, baseline, fixes.
pub mod check;
/// Disk and git → inputs; new text → disk: the only input and output of the library.
pub mod discover;
/// Diagnostics → text: human, concise, json, sarif, github, gitlab, junit, markdown.
pub mod report;
