use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::flux::substitute::is_disabled;
use crate::model::cluster::Cluster;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// A variable that others have substituted, in an object whose Kustomization substitutes nothing.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let known: BTreeSet<&str> =
        cluster.kustomizations().flat_map(|applied| applied.variables.iter().map(|(name, _)| name.as_str())).collect();
    let bare = cluster.kustomizations().filter(|applied| !applied.variables.is_active());
    bare.flat_map(|applied| findings(applied, &known)).collect()
}

fn findings(applied: &Applied, known: &BTreeSet<&str>) -> Vec<Finding> {
    let mut found = Vec::new();
    // What a Kustomization says of another is substituted by neither: its values reach the other's objects.
    let objects =
        applied.resources.iter().filter(|resource| !is_disabled(resource) && !resource.is_flux_kustomization());
    for resource in objects {
        resource.node.walk(&mut |node| found.extend(finding(applied, node, known)));
    }
    found
}

fn finding(applied: &Applied, node: &Node, known: &BTreeSet<&str>) -> Option<Finding> {
    let text = node.known().filter(|text| !text.contains('\n'))?;
    let after = text.split("${").nth(1)?;
    let name = after.split(['}', ':']).next().filter(|name| after.contains('}') && known.contains(name))?;
    let message = format!("`${{{name}}}` stays as it is: Kustomization `{}` substitutes nothing", applied.name());
    let finding = Finding::new(node.span, message).help("add `postBuild` to the Kustomization, as others have it");
    Some(finding.related(applied.resource.name_span(), "this Kustomization"))
}
