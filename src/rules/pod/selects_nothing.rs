use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::kubernetes::selector::Selector;
use crate::model::cluster::{Cluster, Labels};
use crate::resource::Resource;
use crate::rule::Rule;

/// A policy, monitor or affinity with a misspelt label, which selects nothing.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let members = cluster.inventory.members.iter().map(|member| &member.resource);
    let mut selecting: Vec<(&Resource, Selector)> =
        members.filter_map(|resource| Some((resource, selector(resource)?))).collect();
    for (member, pod) in cluster.workloads() {
        selecting.extend(pod.related().map(|selector| (&member.resource, Selector::of(selector))));
    }
    if selecting.is_empty() {
        return Vec::new();
    }
    let labels = cluster.labels();
    let mut found: Vec<Finding> =
        selecting.iter().flat_map(|(resource, selector)| findings(resource, selector, &labels)).collect();
    // Several workloads of a release may have it from one place.
    found.sort_by_key(|finding| finding.span);
    found.dedup_by_key(|finding| finding.span);
    found
}

/// What an object selects in its own namespace.
fn selector(resource: &Resource) -> Option<Selector<'_>> {
    let field = match (resource.group(), resource.kind.as_str()) {
        ("policy", "PodDisruptionBudget") => "selector",
        ("networking.k8s.io", "NetworkPolicy") => "podSelector",
        ("cilium.io", "CiliumNetworkPolicy") => "endpointSelector",
        ("monitoring.coreos.com", "ServiceMonitor" | "PodMonitor") => "selector",
        _ => return None,
    };
    let spec = resource.spec().filter(|spec| spec.get("namespaceSelector").is_none())?;
    spec.get(field).map(Selector::of)
}

fn findings(resource: &Resource, selector: &Selector, labels: &Labels) -> Vec<Finding> {
    let finding = |label| {
        let (near, place) = labels.meant(resource.namespace()?, label)?;
        let (value, title) = (label.value.text()?, resource.title());
        let message = format!("`{title}` selects nothing: nothing else here has `{}: {value}`", label.key.text()?);
        let finding = Finding::new(label.value.span, message).help(did_you_mean(near));
        Some(finding.related(place, format!("`{near}` is here")))
    };
    selector.labels().iter().filter_map(finding).collect()
}
