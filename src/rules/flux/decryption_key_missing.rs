use crate::diagnostic::{Finding, Severity};
use crate::flux::spec::Kustomization;
use crate::links::Reference;
use crate::model::cluster::Cluster;
use crate::model::inventory::Answer;
use crate::rule::Rule;

/// A Secret for decryption that holds no key which Flux takes for one.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let references = cluster.references.iter().filter(|(member, reference, _)| {
        let secret = Kustomization::of(&member.resource).decryption_secret();
        member.resource.is_flux_kustomization() && secret.is_some_and(|name| name.span == reference.name.span)
    });
    references.filter_map(|(_, reference, answer)| finding(reference, answer)).collect()
}

fn finding(reference: &Reference, answer: &Answer) -> Option<Finding> {
    let Answer::Here(entries) = answer else { return None };
    let mut keys = Vec::new();
    for entry in entries {
        keys.extend(entry.keys.as_ref()?.iter().map(|key| key.as_str()));
    }
    let is_key = |key: &&str| key.ends_with(".agekey") || key.ends_with(".asc") || key.starts_with("sops.");
    if keys.iter().any(is_key) {
        return None;
    }
    let message = format!("Secret `{}` holds no key for decryption", reference.name.literal()?);
    let names = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let help = format!("Flux reads the keys `*.agekey`, `*.asc` and `sops.*`, but the Secret has {names}");
    Some(Finding::new(reference.name.span, message).help(help).related(entries.first()?.span, "the Secret"))
}
