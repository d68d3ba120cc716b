//! What Kubernetes means by the parts of its objects.

/// Label selectors: which objects they select.
pub mod selector;
/// Patterns as Go reads them: RE2.
pub mod pattern;
/// Quantities: `1500m`, `2Gi`, exact.
pub mod quantity;
/// Pods: what workloads run, with its containers, ports and probes.
pub mod pod;
/// Services: their ports, and the pods behind them.
pub mod service;
/// Volumes, and the claims that can bind them.
pub mod volume;
/// Host names of Services in texts.
pub mod host;
/// Host names of listeners and routes: which fit each other.
pub mod hostname;
/// Container images: name, tag, digest, wherever they are written.
pub mod image;
/// IP addresses and ranges of them.
pub mod network;
