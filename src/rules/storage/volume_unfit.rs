use crate::diagnostic::{Finding, Severity};
use crate::kubernetes::volume::misfit;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::Span;
use std::collections::BTreeMap;

/// A claim of a volume that it can never bind.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let whole = cluster.inventory.members.iter().filter(|member| member.whole).map(|member| &member.resource);
    let volumes: Vec<&Resource> = whole.clone().filter(|resource| resource.is("", "PersistentVolume")).collect();
    if volumes.is_empty() {
        return Vec::new();
    }
    let default = cluster.default_class();
    let mut owners: BTreeMap<Span, &Resource> = BTreeMap::new();
    let claims = whole.filter(|resource| resource.is("", "PersistentVolumeClaim"));
    let finding = |claim| {
        let volume = cluster.volume_of(claim, &volumes)?;
        let (title, name) = (claim.title(), volume.title());
        if let Some(misfit) = misfit(claim, volume, default) {
            let message = format!("`{title}` never binds `{name}`: {}", misfit.reason);
            return Some(Finding::new(misfit.wanted, message).related(misfit.found, "the volume has this"));
        }
        let place = claim.node.at(&["spec", "volumeName"])?.span;
        let first = *owners.entry(volume.name_span()).or_insert(claim);
        if (first.namespace(), first.name()) == (claim.namespace(), claim.name()) {
            return None;
        }
        let finding = Finding::new(place, format!("`{title}` never binds `{name}`: another claim has it"));
        let finding = finding.related(first.name_span(), "this one names it, too");
        Some(finding.help("a volume is for one claim: give each its own"))
    };
    claims.filter_map(finding).collect()
}
