use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::pod::is_port_name;
use crate::kubernetes::service::Service;
use crate::model::cluster::Cluster;
use crate::model::inventory::Answer;
use crate::rule::Rule;
use crate::source::Span;

/// A port, in the address of a Service or beside its name, that the Service does not have.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let used = cluster.hosts.iter().filter_map(|used| {
        let port = used.host.port?.to_string();
        let finding = finding(cluster, &used.host.name, (used.span, &port), &cluster.service(used))?;
        // Nobody knows whether a program reads what is in a ConfigMap.
        Some(if used.member.resource.is("", "ConfigMap") { finding.at_most(Severity::Warning) } else { finding })
    });
    // A port that the values of the same release lack is told with them.
    let told = |span: Span| cluster.inventory.faults.iter().any(|fault| fault.finding.span == span);
    let named = cluster.references.iter().filter_map(|(_, reference, answer)| {
        let port = reference.port.filter(|port| !told(port.span))?;
        finding(cluster, reference.name.known()?, (port.span, port.known()?), answer)
    });
    used.chain(named).collect()
}

fn finding(cluster: &Cluster, name: &str, (span, port): (Span, &str), answer: &Answer) -> Option<Finding> {
    let Answer::Here(entries) = answer else { return None };
    let mut known = Vec::new();
    for entry in entries {
        let service = cluster.service_at(name, entry).filter(|service| service.whole)?;
        known.extend(Service::of(&service.resource).served(is_port_name(port))?);
    }
    let first = entries.first().filter(|_| !known.iter().any(|known| known == port))?;
    let message = format!("Service `{name}` of namespace `{}` has no port {port}", first.place.namespace()?);
    let help = Some(known.join(", ")).filter(|known| !known.is_empty()).map(|known| format!("its ports are {known}"));
    let finding = Finding::new(span, message).maybe_help(help);
    Some(finding.related(first.span, "its definition"))
}
