use crate::diagnostic::{Finding, Severity};
use crate::links::Kind;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use std::collections::BTreeMap;

/// A Secret that two objects make.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let mut makers: BTreeMap<(String, String), Vec<&Resource>> = BTreeMap::new();
    for (_, resource) in cluster.applied().filter(|(_, resource)| owns_its_secret(resource)) {
        for secret in cluster.repo.links().creates(resource).into_iter().filter(|created| is_secret(&created.kind)) {
            let known = |text: &&str| !text.contains("${");
            let place = (secret.place.namespace().filter(known), secret.name.as_deref().filter(known));
            if let (Some(namespace), Some(name)) = place {
                makers.entry((namespace.to_owned(), name.to_owned())).or_default().push(resource);
            }
        }
    }
    makers.iter().flat_map(|((_, name), makers)| findings(name, makers)).collect()
}

fn is_secret(kind: &Kind) -> bool {
    kind.group.is_empty() && kind.kind == "Secret"
}

/// Whether it writes the whole of its Secret, and not only some keys of another's.
fn owns_its_secret(resource: &Resource) -> bool {
    let policy = resource.node.text_at(&["spec", "target", "creationPolicy"]).unwrap_or("Owner");
    resource.is("external-secrets.io", "ExternalSecret") && policy == "Owner"
        || resource.is("cert-manager.io", "Certificate")
}

fn findings(name: &str, makers: &[&Resource]) -> Vec<Finding> {
    let [first, rest @ ..] = makers else { return Vec::new() };
    let others = rest.iter().filter(|maker| maker.name_span() != first.name_span() && maker.title() != first.title());
    let message =
        |maker: &Resource| format!("Secret `{name}` is created by `{}` and by `{}`", first.title(), maker.title());
    let help = "give each a Secret of its own: the second is refused, or each overwrites what the other wrote";
    let finding = |maker: &&Resource| {
        Finding::new(maker.name_span(), message(maker))
            .help(help)
            .related(first.name_span(), "it creates the same Secret")
    };
    others.map(finding).collect()
}
