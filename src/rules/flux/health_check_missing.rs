use crate::deployed::Deployed;
use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::inventory::Member;
use crate::rule::Rule;
use crate::yaml::Node;

/// A health check of an object that is not there, so that the Kustomization never becomes ready.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(deployed: &Deployed) -> Vec<Finding> {
    let complete = deployed.kustomizations().filter(|applied| applied.complete);
    complete
        .flat_map(|applied| {
            let entries = applied.resource.node.items_at(&["spec", "healthChecks"]).iter();
            entries.filter_map(|entry| finding(deployed, applied, entry)).collect::<Vec<_>>()
        })
        .collect()
}

fn finding(deployed: &Deployed, applied: &Applied, entry: &Node) -> Option<Finding> {
    let (name, kind) = (entry.get("name")?, entry.get("kind")?.literal()?);
    // Only what Flux applies itself can be judged: charts and operators make the rest.
    if !matches!(kind, "HelmRelease" | "Kustomization") {
        return None;
    }
    let text = name.literal()?;
    let members = deployed.inventory.members.iter().map(|member: &Member| &member.resource);
    let named: Vec<_> = members.filter(|resource| resource.kind == kind && resource.name() == Some(text)).collect();
    let Some(first) = named.first() else {
        let message = format!("health check of {kind} `{text}`, which does not exist");
        return Some(
            Finding::new(name.span, message)
                .help(format!("Kustomization `{}` waits for it until its timeout", applied.name())),
        );
    };
    let namespace = entry.get("namespace").filter(|node| !node.is_null());
    let wanted = match namespace {
        Some(node) => node.literal()?,
        None => "",
    };
    if named.iter().any(|resource| resource.namespace() == Some(wanted) || resource.namespace().is_none()) {
        return None;
    }
    let real = first.namespace().filter(|real| !real.contains("${"))?;
    let (span, message) = match namespace {
        Some(node) => (node.span, format!("{kind} `{text}` is not in namespace `{wanted}`")),
        None => (name.span, format!("the health check of {kind} `{text}` has no namespace")),
    };
    Some(Finding::new(span, message).help(format!("it is in `{real}`")).related(first.name_span(), "here"))
}
