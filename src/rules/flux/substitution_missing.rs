use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::flux::substitute::is_disabled;
use crate::model::cluster::Cluster;
use crate::model::doubt::also;
use crate::rule::Rule;
use crate::source::Span;
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// A variable that others have substituted, in an object whose Kustomization substitutes nothing.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// Kustomizations that substitute nothing, with their names, by where they are written.
type Owners<'a> = BTreeMap<Span, &'a str>;

fn check(cluster: &Cluster) -> Vec<Finding> {
    let known: BTreeSet<&str> =
        cluster.kustomizations().flat_map(|applied| applied.variables.iter().map(|(name, _)| name.as_str())).collect();
    let mut places: BTreeMap<(Span, &str), Owners> = BTreeMap::new();
    for applied in cluster.kustomizations().filter(|applied| !applied.variables.is_active()) {
        for (span, name) in left(applied, &known) {
            places.entry((span, name)).or_default().insert(applied.resource.name_span(), applied.name());
        }
    }
    // What the same Kustomizations leave has one cause.
    let mut causes: BTreeMap<Owners, Vec<(Span, &str)>> = BTreeMap::new();
    places.into_iter().for_each(|(place, owners)| causes.entry(owners).or_default().push(place));
    causes.iter().filter_map(|(owners, places)| finding(owners, places)).collect()
}

/// The variables that stay as they are in what a Kustomization applies, and where.
fn left<'a>(applied: &'a Applied, known: &BTreeSet<&str>) -> Vec<(Span, &'a str)> {
    let mut found = Vec::new();
    // What a Kustomization says of another is substituted by neither: its values reach the other's objects.
    let objects =
        applied.resources.iter().filter(|resource| !is_disabled(resource) && !resource.is_flux_kustomization());
    for resource in objects {
        resource.node.walk(&mut |node| found.extend(variable(node, known).map(|name| (node.span, name))));
    }
    found
}

fn variable<'n>(node: &'n Node, known: &BTreeSet<&str>) -> Option<&'n str> {
    let text = node.known().filter(|text| !text.contains('\n'))?;
    let after = text.split("${").nth(1)?;
    after.split(['}', ':']).next().filter(|name| after.contains('}') && known.contains(name))
}

fn finding(owners: &Owners, places: &[(Span, &str)]) -> Option<Finding> {
    let (span, name) = places.first()?;
    let names = owners.values().map(|name| format!("`{name}`")).collect::<Vec<_>>();
    let message = match names.as_slice() {
        [only] => format!("`${{{name}}}` stays as it is: Kustomization {only} substitutes nothing"),
        _ => format!("`${{{name}}}` stays as it is: Kustomizations {} substitute nothing", names.join(", ")),
    };
    let finding = Finding::new(*span, message).help("add `postBuild` to the Kustomization, as others have it");
    let finding = owners.keys().fold(finding, |finding, owner| finding.related(*owner, "this Kustomization"));
    Some(also(finding, places.iter().map(|(span, _)| *span), "and this"))
}
