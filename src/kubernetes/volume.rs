//! Volumes, and the claims that can bind them.

use super::quantity::Quantity;
use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::Node;

/// Why a claim can never bind a volume.
#[derive(Debug)]
pub struct Misfit {
    /// What the claim asks for, or its name.
    pub wanted: Span,
    /// What the volume has.
    pub found: Span,
    /// The reason, as the end of a sentence about the claim.
    pub reason: String,
}

/// Why a claim can never bind a volume, as far as both are known; `default` is the class of claims that name none.
pub fn misfit(claim: &Resource, volume: &Resource, default: Option<&str>) -> Option<Misfit> {
    let (request, found) = (claim.spec()?, volume.spec()?);
    let misfit = |request: Option<&Node>, found: Option<&Node>, reason: String| Misfit {
        wanted: request.map_or(claim.name_span(), |node| node.span),
        found: found.map_or(volume.name_span(), |node| node.span),
        reason,
    };
    if let Some(kept) = found.get("claimRef") {
        let (namespace, name) = (kept.get("namespace")?.known()?, kept.get("name")?.known()?);
        // What is kept for this claim is bound, whatever it is like.
        let same = claim.namespace()? == namespace && claim.name()? == name;
        let reason = || format!("the volume is kept for claim `{name}` of namespace `{namespace}`");
        return (!same).then(|| misfit(request.get("volumeName"), Some(kept), reason()));
    }
    let (wanted, class) = (request.get("storageClassName"), found.get("storageClassName"));
    let name = |node: Option<&'_ Node>| node.map_or(Some(String::new()), |node| node.known().map(str::to_owned));
    let (wants, has) = (wanted.map_or(default.map(str::to_owned), |_| name(wanted)), name(class));
    if let Some((wants, has)) = wants.zip(has).filter(|(wants, has)| wants != has) {
        return Some(misfit(wanted, class, format!("it is of class `{wants}`, the volume of class `{has}`")));
    }
    let mode = |spec: &Node| spec.get("volumeMode").map_or(Some("Filesystem".to_owned()), |mode| name(Some(mode)));
    if let Some((wants, has)) = mode(request).zip(mode(found)).filter(|(wants, has)| wants != has) {
        return Some(misfit(
            request.get("volumeMode"),
            found.get("volumeMode"),
            format!("it asks for `{wants}`, the volume is for `{has}`"),
        ));
    }
    let modes = found.get("accessModes")?;
    let offered: Option<Vec<&str>> = modes.items().iter().map(Node::known).collect();
    let offered = offered?;
    let missing = |mode: &&Node| mode.known().is_some_and(|mode| !offered.contains(&mode));
    if let Some(mode) = request.items_at(&["accessModes"]).iter().find(missing) {
        let (wants, has) = (mode.text().unwrap_or(""), offered.join("`, `"));
        return Some(misfit(Some(mode), Some(modes), format!("it asks for `{wants}`, the volume has `{has}`")));
    }
    let (size, capacity) = (request.at(&["resources", "requests", "storage"])?, found.at(&["capacity", "storage"])?);
    let (wants, has) = (size.known()?, capacity.known()?);
    let small = Quantity::read(wants)? > Quantity::read(has)?;
    small.then(|| misfit(Some(size), Some(capacity), format!("it asks for `{wants}`, the volume has `{has}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::parse;

    fn reason(claim: &str, volume: &str, default: Option<&str>) -> Option<String> {
        let read = |kind: &str, name: &str, spec: &str| {
            let head = format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: home}}\n");
            let parsed = parse(FileId(0), &format!("{head}spec: {{{spec}}}\n"));
            Resource::new(parsed.documents.into_iter().next()?.root)
        };
        let (claim, volume) = (read("PersistentVolumeClaim", "data", claim)?, read("PersistentVolume", "nas", volume)?);
        misfit(&claim, &volume, default).map(|misfit| misfit.reason)
    }

    #[test]
    fn a_claim_binds_what_it_asks_for() {
        let of = |class: &str, mode: &str, size: &str| {
            let claim = format!("accessModes: [{mode}], resources: {{requests: {{storage: {size}}}}}{class}");
            let volume = "storageClassName: nas, accessModes: [ReadWriteMany, ReadOnlyMany], capacity: {storage: 1Ti}";
            reason(&claim, volume, None)
        };
        let nas = ", storageClassName: nas";
        assert_eq!(of(nas, "ReadWriteMany", "1Ti"), None);
        assert_eq!(of(nas, "ReadOnlyMany", "500G"), None);
        // What is not said is the default class, which nobody sees here.
        assert_eq!(of("", "ReadWriteMany", "1Ti"), None);
        assert!(of(nas, "ReadWriteMany", "1025Gi").is_some_and(|reason| reason.contains("1025Gi")));
        assert!(of(nas, "ReadWriteOnce", "1Ti").is_some_and(|reason| reason.contains("ReadWriteOnce")));
        assert!(of(", storageClassName: ''", "ReadWriteMany", "1Ti").is_some_and(|reason| reason.contains("class")));
    }

    #[test]
    fn a_volume_is_kept_for_its_claim() {
        let kept = |name: &str| format!("claimRef: {{namespace: home, name: {name}}}, capacity: {{storage: 1Gi}}");
        let claim = "volumeName: nas, resources: {requests: {storage: 2Gi}}";
        assert_eq!(reason(claim, &kept("data"), Some("fast")), None);
        assert!(reason(claim, &kept("other"), None).is_some_and(|reason| reason.contains("`other`")));
        assert!(reason(claim, "capacity: {storage: 2Gi}", Some("fast")).is_some_and(|reason| reason.contains("fast")));
    }
}
