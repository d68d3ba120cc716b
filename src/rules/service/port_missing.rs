use crate::deployed::{Deployed, Spoken};
use crate::diagnostic::{Finding, Severity};
use crate::inventory::{Answer, Member};
use crate::rule::Rule;

/// A port in the address of a Service that the Service does not have.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    deployed.hosts.iter().filter_map(|spoken| finding(deployed, spoken)).collect()
}

fn finding(deployed: &Deployed, spoken: &Spoken) -> Option<Finding> {
    let host = &spoken.host;
    let port = host.port?;
    let Answer::Here(entries) = deployed.service(spoken) else { return None };
    let mut known = Vec::new();
    for entry in &entries {
        known.extend(ports(deployed.service_at(entry)?)?);
    }
    if known.contains(&port) {
        return None;
    }
    let message = format!("Service `{}` of namespace `{}` has no port {port}", host.name, host.namespace);
    let names: Vec<String> = known.iter().map(u16::to_string).collect();
    let finding = Finding::new(spoken.span, message).help(format!("it has {}", names.join(", ")));
    Some(finding.related(entries.first()?.span, "its definition"))
}

/// The ports of a Service where all of them are known: one without an address of its own has those of its pods.
fn ports(service: &Member) -> Option<Vec<u16>> {
    let spec = service.resource.spec().filter(|_| service.whole)?;
    let headless = spec.text_at(&["clusterIP"]) == Some("None") || spec.text_at(&["type"]) == Some("ExternalName");
    let ports = spec.items_at(&["ports"]);
    if headless || ports.is_empty() {
        return None;
    }
    ports.iter().map(|port| port.get("port")?.known()?.parse().ok()).collect()
}
