use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::{Cluster, Generated};
use crate::rule::Rule;
use crate::source::Span;
use crate::yaml::Node;

/// A release that names a generated object without the hash which kustomize adds to it.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut found = Vec::new();
    for generated in cluster.generated() {
        let beside = generated.applied.resources.iter();
        let releases =
            beside.filter(|other| other.is_helm_release() && other.namespace() == generated.resource.namespace());
        for release in releases {
            release.node.walk(&mut |node| found.extend(name(node, &generated).map(|span| finding(&generated, span))));
        }
    }
    found
}

fn finding(generated: &Generated, name: Span) -> Finding {
    let (kind, real) = (&generated.resource.kind, generated.resource.name().unwrap_or(""));
    let message = format!("kustomize calls this {kind} `{real}`, and does not change the name in a HelmRelease");
    let finding =
        Finding::new(name, message).help("set `disableNameSuffixHash: true` under `options` of the generator");
    finding.related(generated.resource.name_span(), "generated here")
}

/// The name of the object in a mapping whose words say that it is the name of such a thing.
fn name(map: &Node, generated: &Generated) -> Option<Span> {
    let kind = generated.resource.kind.to_ascii_lowercase();
    let says = |text: Option<&str>| text.is_some_and(|text| text.to_ascii_lowercase().contains(&kind));
    let typed = ["type", "kind"].iter().any(|field| says(map.text_at(&[field])));
    let mut values = map.entries().iter().filter_map(|entry| match entry.key.text() {
        Some("name") if typed => Some(&entry.value),
        key if says(key) => Some(entry.value.get("name").unwrap_or(&entry.value)),
        _ => None,
    });
    values.find(|value| value.text() == Some(generated.name)).map(|value| value.span)
}
