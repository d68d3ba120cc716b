use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::pod::is_port_name;
use crate::model::cluster::Cluster;
use crate::model::inventory::{Answer, Member};
use crate::rule::Rule;
use crate::source::Span;

/// A port, in the address of a Service or beside its name, that the Service does not have.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let spoken = cluster.hosts.iter().filter_map(|spoken| {
        let port = spoken.host.port?.to_string();
        finding(cluster, &spoken.host.name, (spoken.span, &port), &cluster.service(spoken))
    });
    // A port that the values of the same release lack is told with them.
    let told = |span: Span| cluster.inventory.faults.iter().any(|fault| fault.finding.span == span);
    let named = cluster.references.iter().filter_map(|(_, reference, answer)| {
        let port = reference.port.filter(|port| !told(port.span))?;
        finding(cluster, reference.name.known()?, (port.span, port.known()?), answer)
    });
    spoken.chain(named).collect()
}

fn finding(cluster: &Cluster, name: &str, (span, port): (Span, &str), answer: &Answer) -> Option<Finding> {
    let Answer::Here(entries) = answer else { return None };
    let field = if is_port_name(port) { "name" } else { "port" };
    let mut known = Vec::new();
    for entry in entries {
        known.extend(ports(cluster.service_at(name, entry)?, field)?);
    }
    let first = entries.first().filter(|_| !known.iter().any(|known| known == port))?;
    let message = format!("Service `{name}` of namespace `{}` has no port {port}", first.place.namespace()?);
    let help = Some(known.join(", ")).filter(|known| !known.is_empty()).map(|known| format!("it has {known}"));
    let finding = Finding::new(span, message).maybe_help(help);
    Some(finding.related(first.span, "its definition"))
}

/// The ports of a Service where all of them are known: one without an address of its own has those of its pods.
fn ports(service: &Member, field: &str) -> Option<Vec<String>> {
    let spec = service.resource.spec().filter(|_| service.whole)?;
    let headless = spec.text_at(&["clusterIP"]) == Some("None") || spec.text_at(&["type"]) == Some("ExternalName");
    let ports = spec.get("ports").filter(|ports| !headless && !ports.items().is_empty())?;
    ports.items().iter().filter_map(|port| port.get(field)).map(|port| port.known().map(str::to_owned)).collect()
}
