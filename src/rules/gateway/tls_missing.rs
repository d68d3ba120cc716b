use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::gateway::Listener;
use crate::rule::Rule;

/// A listener that ends TLS without a certificate.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let gateways = cluster.gateways.iter().filter(|gateway| !gateway.is_managed());
    let listeners = gateways.flat_map(|gateway| gateway.listeners());
    listeners.filter_map(finding).collect()
}

fn finding(listener: Listener) -> Option<Finding> {
    let (name, protocol) = (listener.name()?, listener.0.get("protocol")?);
    let message = format!("listener `{name}` speaks {} and has no certificate", protocol.text()?);
    listener
        .lacks_tls()
        .then(|| Finding::new(protocol.span, message).help("add `tls` with `certificateRefs`, or `mode: Passthrough`"))
}
