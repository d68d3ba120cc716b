//! The other files of such a repository.

/// `.sops.yaml` and what SOPS leaves in a file.
pub mod sops;
/// Talos: machine configs, their patches, and talconfigs.
pub mod talos;
/// talhelper's `talconfig.yaml`: the machines of a cluster.
pub mod talconfig;
/// Renovate: its configuration, and the comments that tell it what a value is.
pub mod renovate;
/// Helmfiles: their releases and repositories.
pub mod helmfile;
