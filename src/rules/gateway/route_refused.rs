use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::gateway::Listener;
use crate::model::route::Route;
use crate::rule::Rule;
use crate::yaml::Node;

/// A route that no listener of its Gateway lets in.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let parents = cluster.routes.iter().flat_map(|route| route.parents().map(move |parent| (route, parent)));
    parents.filter_map(|(route, parent)| finding(cluster, route, parent)).collect()
}

fn finding(cluster: &Cluster, route: &Route, parent: &Node) -> Option<Finding> {
    let gateway = cluster.gateway(route, parent)?;
    let (own, namespace) = (gateway.0.namespace()?, route.namespace?);
    let listeners = gateway.selected(parent)?;
    let stranger =
        |listener: &Listener| listener.admits(own, namespace, || cluster.namespace_labels(namespace)) == Some(false);
    let misfit = |listener: &Listener| route.kind.is_some_and(|kind| listener.takes(kind) == Some(false));
    if !listeners.iter().all(|listener| stranger(listener) || misfit(listener)) {
        return None;
    }
    let first = listeners.first()?;
    let (place, door) = (parent.get("sectionName").or(parent.get("name"))?, gateway.0.name()?);
    let message = match listeners.iter().find(|listener| stranger(listener)) {
        Some(_) => format!("Gateway `{door}` does not let routes of namespace `{namespace}` in here"),
        None => format!("Gateway `{door}` does not take a {} here", route.kind?),
    };
    let finding = Finding::new(place.span, message).help("name another listener, or change its `allowedRoutes`");
    let finding = finding.related(first.0.span, "the listener");
    // A label may come from elsewhere.
    let selects = |listener: &Listener| !misfit(listener) && listener.from() == Some("Selector");
    Some(if listeners.iter().any(selects) { finding.at_most(Severity::Warning) } else { finding })
}
