use crate::diagnostic::{Finding, Severity, listed};
use crate::model::cluster::Cluster;
use crate::model::gateway::Listener;
use crate::model::route::Route;
use crate::rule::Rule;
use crate::yaml::Node;

/// A host name of a route that no listener serves.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.routes.iter().flat_map(|route| findings(cluster, route)).collect()
}

fn findings(cluster: &Cluster, route: &Route) -> Vec<Finding> {
    let selected = |parent| cluster.gateway(route, parent)?.selected(parent);
    let parents = route.spec.items_at(&["parentRefs"]);
    let listeners: Option<Vec<Vec<Listener>>> = parents.iter().map(selected).collect();
    let Some(listeners) = listeners.map(|listeners| listeners.concat()) else { return Vec::new() };
    let Some(first) = listeners.iter().find_map(|listener| listener.host()) else { return Vec::new() };
    let names = || listed(listeners.iter().filter_map(|listener| listener.host()?.text()));
    let unserved =
        route.hosts().iter().filter(|host| listeners.iter().all(|listener| listener.serves(host) == Some(false)));
    let finding = |host: &Node| {
        let message = format!("no listener of the route serves host `{}`", host.text()?);
        let finding = Finding::new(host.span, message).help(format!("its listeners serve {}", names()));
        Some(finding.related(first.span, "the listener"))
    };
    unserved.filter_map(finding).collect()
}
