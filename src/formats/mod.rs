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
/// Go templates: the fields that they use.
pub mod go_template;
/// cloudflared: the rules of a Cloudflare tunnel.
pub mod cloudflared;
/// The network of a Talos cluster, and what charts tell of it.
pub mod cluster_network;
/// DNS records, and the programs that make them.
pub mod dns;
