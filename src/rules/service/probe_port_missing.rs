use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::pod::{Container, with_ports};
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;

/// A probe that asks a container at a port which the container does not name.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let pods = cluster.workloads().filter(|(member, _)| member.whole);
    pods.flat_map(|(_, pod)| pod.containers()).flat_map(findings).collect()
}

fn findings(container: Container) -> Vec<Finding> {
    let mut references = container.port_references().peekable();
    let Some(ports) = references.peek().and_then(|_| container.ports()) else { return Vec::new() };
    let name = container.name().and_then(Node::text).unwrap_or("");
    let finding = |(asking, port): (&str, &Node)| {
        let missing = port.text().filter(|text| !ports.iter().any(|port| port.text() == Some(text)))?;
        let message = format!("container `{name}` has no port `{missing}`, where its {asking} asks");
        Some(with_ports(Finding::new(port.span, message), missing, &ports))
    };
    references.filter_map(finding).collect()
}
