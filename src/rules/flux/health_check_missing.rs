use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::model::cluster::Cluster;
use crate::model::inventory::Member;
use crate::rule::Rule;
use crate::yaml::Node;

/// A health check of an object that is not there, so that the Kustomization never becomes ready.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    // With `wait` Flux ignores them: that is the subject of `flux/health-checks-ignored`.
    let waits = |applied: &Applied| applied.resource.node.at(&["spec", "wait"]).is_some_and(Node::is_true);
    // What another cluster holds is not looked for here.
    let here = |applied: &Applied| applied.target == cluster.flux.remote;
    let asked = cluster.kustomizations().filter(|applied| applied.complete && here(applied) && !waits(applied));
    asked
        .flat_map(|applied| {
            let entries = applied.spec().health_checks().iter();
            entries.filter_map(|entry| finding(cluster, applied, entry)).collect::<Vec<_>>()
        })
        .collect()
}

fn finding(cluster: &Cluster, applied: &Applied, entry: &Node) -> Option<Finding> {
    let (name, kind) = (entry.get("name")?, entry.get("kind")?.literal()?);
    let namespace = entry.get("namespace").filter(|node| !node.is_null());
    let version = entry.text_at(&["apiVersion"])?;
    if namespace.is_none() && cluster.repo.is_namespaced(version, kind) {
        let message = format!("the health check of {kind} `{}` has no namespace", name.literal()?);
        let help = format!(
            "Flux looks for it outside of all namespaces and Kustomization `{}` never becomes ready",
            applied.name()
        );
        return Some(Finding::new(name.span, message).help(help));
    }
    // Only what Flux applies itself can be judged: charts and operators make the rest.
    if !matches!(kind, "HelmRelease" | "Kustomization") {
        return None;
    }
    let text = name.literal()?;
    let members = cluster.inventory.members.iter().map(|member: &Member| &member.resource);
    let named: Vec<_> = members.filter(|resource| resource.kind == kind && resource.name() == Some(text)).collect();
    let Some(first) = named.first() else {
        let message = format!("the health check names {kind} `{text}`, which does not exist");
        return Some(
            Finding::new(name.span, message)
                .help(format!("Kustomization `{}` waits for it until its timeout", applied.name())),
        );
    };
    let node = namespace?;
    let wanted = node.literal()?;
    if named.iter().any(|resource| resource.namespace() == Some(wanted) || resource.namespace().is_none()) {
        return None;
    }
    let real = first.namespace().filter(|real| !real.contains("${"))?;
    let message = format!("{kind} `{text}` is not in namespace `{wanted}`");
    Some(Finding::new(node.span, message).help(format!("it is in `{real}`")).related(first.name_span(), "here"))
}
