use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::pod::with_ports;
use crate::kubernetes::selector::Selector;
use crate::kubernetes::service::Service;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::yaml::Node;

/// A ServiceMonitor or PodMonitor of a port that nothing it selects has.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    // The monitors of a chart are judged with its values.
    let written = cluster.inventory.members.iter().filter(|member| !member.from_chart).map(|member| &member.resource);
    let monitors = written.filter(|resource| resource.group() == "monitoring.coreos.com");
    monitors.flat_map(|monitor| findings(cluster, monitor)).collect()
}

fn findings(cluster: &Cluster, monitor: &Resource) -> Vec<Finding> {
    let field = match monitor.kind.as_str() {
        "ServiceMonitor" => "endpoints",
        "PodMonitor" => "podMetricsEndpoints",
        _ => return Vec::new(),
    };
    let Some(ports) = ports(cluster, monitor) else { return Vec::new() };
    let wanted = monitor.node.items_at(&["spec", field]).iter().filter_map(|endpoint| endpoint.get("port"));
    let finding = |port: &Node| {
        let missing = port.known().filter(|text| !ports.iter().any(|port| port.text() == Some(text)))?;
        let message = format!("nothing that `{}` selects has a port `{missing}`", monitor.title());
        Some(with_ports(Finding::new(port.span, message), missing, &ports))
    };
    wanted.filter_map(finding).collect()
}

/// The names of the ports of everything that a monitor selects, where there is any and all of it is known.
fn ports<'a>(cluster: &Cluster<'a>, monitor: &Resource) -> Option<Vec<&'a Node>> {
    let spec = monitor.spec()?;
    let selector = Selector::of(spec.get("selector")?);
    let named = spec.items_at(&["namespaceSelector", "matchNames"]);
    let namespaces: Option<Vec<&str>> = match spec.get("namespaceSelector") {
        Some(_) if named.is_empty() => None,
        Some(_) => named.iter().map(Node::known).collect(),
        None => Some(vec![monitor.namespace()?]),
    };
    if monitor.kind == "PodMonitor" {
        return cluster.ports_of_pods(&selector, &namespaces?);
    }
    let services = cluster.selected_services(&selector, &namespaces?)?;
    let names = services
        .iter()
        .flat_map(|service| Service::of(service).port_names())
        .map(|name| name.known().map(|_| name))
        .collect();
    if services.is_empty() { None } else { names }
}
