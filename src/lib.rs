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
/// `.homelint.yaml`; its own mistakes are diagnostics with spans too.
pub mod config;
/// Nodes → Kubernetes resources and the other documents we know, in a tree of files.
pub mod resource;
/// Label selectors: which objects they select.
pub mod selector;
/// Pods: what workloads run, with its containers, ports and probes.
pub mod pod;
/// What Kubernetes kinds look like: JSON Schemas by apiVersion and kind, from the binary or from the user.
pub mod schema;
/// Volumes, and the claims that can bind them.
pub mod volume;
/// Which bytes of a file must never be shown.
pub mod secret;
/// Host names of Services in texts.
pub mod host;
/// Container images: name, tag, digest, wherever they are written.
pub mod image;
/// A kustomization → its resources as built, every node keeping its span.
pub mod kustomize;
/// Which kinds refer to which, and which objects operators create.
pub mod links;
/// Entry points, Kustomizations, sources, parent patches, substitution: the repository as Flux deploys it.
pub mod flux;
/// What a HelmRelease's values mean: routes, services, claims, images.
pub mod helm;
/// Helmfiles: their releases and repositories.
pub mod helmfile;
/// Talos: machine configs, their patches, and talconfigs.
pub mod talos;
/// `.sops.yaml` and what SOPS leaves in a file.
pub mod sops;
/// makejinja projects: what their templates make, and whether an output comes from its template.
pub mod template;
/// Annotations that tell Renovate what a value is.
pub mod renovate;
/// Comments that silence a rule.
pub mod suppression;
/// What the schemas have against a repository.
pub mod verdict;
/// What one cluster holds: applied, made by charts, made by operators.
pub mod inventory;
/// Host names that routes claim, through which door, for which requests.
pub mod route;
/// What becomes of each file: applied by a cluster, read by somebody else, idle, set aside.
pub mod usage;
/// Everything a rule may know.
pub mod repo;
/// A cluster as a rule sees it.
pub mod deployed;
/// What a rule is.
pub mod rule;
/// One file a rule, `<group>/<name>.rs`.
pub mod rules;
/// Rules × files in parallel; severities, suppressions, baseline.
pub mod check;
/// Edits → new text.
pub mod fix;
/// Disk and git: the only input and output of the library.
pub mod discover;
/// Schemas on disk: those of a user's locations, and those that were fetched or imported.
pub mod store;
/// Diagnostics → text: human, concise, json, sarif, github, gitlab, junit, markdown.
pub mod report;
