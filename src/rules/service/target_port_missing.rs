use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::pod::{is_port_name, with_ports};
use crate::kubernetes::selector::Selector;
use crate::kubernetes::service::Service;
use crate::model::cluster::Cluster;
use crate::model::inventory::Member;
use crate::rule::Rule;
use crate::yaml::Node;

/// A port of a Service that leads to a port which none of its pods has.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.services().flat_map(|service| findings(cluster, service)).collect()
}

fn findings(cluster: &Cluster, service: &Member) -> Vec<Finding> {
    let targets = Service::of(&service.resource).target_ports();
    let named: Vec<&Node> = targets.filter(|target| target.known().is_some_and(is_port_name)).collect();
    let found = if named.is_empty() { None } else { ports_behind(cluster, service) };
    let Some(found) = found else { return Vec::new() };
    let finding = |target: &Node| {
        let missing = target.text().filter(|text| !found.iter().any(|port| port.text() == Some(text)))?;
        let message = format!("no pod behind `{}` has a port `{missing}`", service.resource.title());
        Some(with_ports(Finding::new(target.span, message), missing, &found))
    };
    named.into_iter().filter_map(finding).collect()
}

/// The ports of the pods that a Service selects, where there are any and all are known.
fn ports_behind<'a>(cluster: &Cluster<'a>, service: &Member) -> Option<Vec<&'a Node>> {
    let selector = Service::of(&service.resource).selector().filter(|_| service.whole)?;
    cluster.ports_of_pods(&Selector::of_labels(selector), &[service.resource.namespace()?])
}
