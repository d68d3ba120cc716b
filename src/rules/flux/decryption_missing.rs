use crate::diagnostic::{Finding, Severity};
use crate::flux::Applied;
use crate::formats::sops::METADATA;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;

/// A Kustomization that applies an encrypted file without decrypting it.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    cluster.kustomizations().filter_map(finding).collect()
}

fn finding(applied: &Applied) -> Option<Finding> {
    let own = &applied.resource;
    if applied.spec().decryption_provider().is_some() {
        return None;
    }
    let encrypted = applied.resources.iter().find(|resource: &&Resource| resource.node.get(METADATA).is_some())?;
    let message =
        format!("Kustomization `{}` applies `{}` encrypted: it has no `decryption`", applied.name(), encrypted.title());
    let finding =
        Finding::new(own.name_span(), message).help("add `decryption: {provider: sops}` with the Secret of the key");
    Some(finding.related(encrypted.name_span(), "the encrypted object"))
}
