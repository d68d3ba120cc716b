use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;

/// A claim that several nodes are to mount, of a class whose volumes one node mounts.
pub const RULE: Rule = Rule::cluster(Severity::Warning, check);

fn check(cluster: &Cluster) -> Vec<Finding> {
    let claims = cluster.inventory.members.iter().map(|member| &member.resource);
    let claims = claims.filter(|resource| resource.is("", "PersistentVolumeClaim"));
    claims.filter_map(|claim| finding(cluster, claim)).collect()
}

fn finding(cluster: &Cluster, claim: &Resource) -> Option<Finding> {
    let spec = claim.spec().filter(|spec| spec.get("volumeName").is_none())?;
    let class = spec.get("storageClassName")?;
    let name = class.literal().filter(|class| cluster.repo.links().is_never_shared(class))?;
    // A raw disk may be attached to several nodes.
    let raw = spec.get("volumeMode").is_some_and(|mode| mode.literal() != Some("Filesystem"));
    // Who asks for another mode besides may get that one.
    let [mode] = spec.items_at(&["accessModes"]) else { return None };
    let mode = Some(mode).filter(|mode| mode.literal() == Some("ReadWriteMany") && !raw)?;
    let message = format!("`{}` never gets a volume: class `{name}` has none that many nodes write to", claim.title());
    Some(Finding::new(mode.span, message).related(class.span, "the class"))
}
