//! Clusters that Flux reaches from another one, through `spec.kubeConfig`.

use super::entry::{Entry, EntryKind};
use super::{Applied, Cluster, Id, namespace};
use crate::resource::Resource;
use crate::yaml::Node;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The kubeconfig through which a Kustomization or HelmRelease reaches another cluster.
fn kube_config(resource: &Resource) -> Option<&Node> {
    let reference = |kind: &str| resource.node.at(&["spec", "kubeConfig", kind, "name"]);
    reference("secretRef").or_else(|| reference("configMapRef"))
}

/// What the cluster is called to which a Kustomization or HelmRelease applies, where it is another one.
pub fn of(resource: &Resource) -> Option<SmolStr> {
    let name = kube_config(resource)?.text()?;
    Some(SmolStr::new(format!("{}/{name}", namespace(resource))))
}

/// A cluster, and those that its Kustomizations reach: each holds what is applied to it.
pub(super) fn apart(mut cluster: Cluster) -> Vec<Cluster> {
    let targets: BTreeSet<SmolStr> = cluster.kustomizations.iter().filter_map(|one| one.target.clone()).collect();
    let mut clusters: Vec<Cluster> = targets.into_iter().filter_map(|target| reached(&cluster, target)).collect();
    cluster.kustomizations.iter_mut().filter(|one| one.target.is_some()).for_each(|one| {
        one.resources.clear();
        one.files.clear();
        one.complete = true;
    });
    cluster.by_name = by_name(&cluster.kustomizations, None);
    clusters.insert(0, cluster);
    clusters
}

fn reached(hub: &Cluster, target: SmolStr) -> Option<Cluster> {
    let here = |applied: &Applied| applied.target.as_ref() == Some(&target);
    let first = hub.kustomizations.iter().find(|applied| here(applied))?;
    let span = kube_config(&first.resource).map_or(first.resource.name_span(), |name| name.span);
    let kustomizations: Vec<Applied> =
        hub.kustomizations.iter().map(|applied| if here(applied) { applied.clone() } else { bare(applied) }).collect();
    let open =
        hub.resources().any(|(_, resource)| resource.is_helm_release() && of(resource).as_ref() == Some(&target));
    let entry = Entry {
        kind: EntryKind::Remote,
        folder: String::new(),
        span,
        roots: Vec::new(),
        sources: Vec::new(),
        made: Vec::new(),
        patches: Vec::new(),
    };
    Some(Cluster {
        name: format!("{}:{target}", hub.name),
        entry,
        by_name: by_name(&kustomizations, Some(&target)),
        kustomizations,
        made: Vec::new(),
        by_hand: Vec::new(),
        remote: Some(target),
        open,
    })
}

/// A Kustomization without what it applies.
fn bare(applied: &Applied) -> Applied {
    Applied {
        resource: applied.resource.clone(),
        parent: applied.parent,
        home: applied.home.clone(),
        target: applied.target.clone(),
        location: applied.location.clone(),
        resources: Vec::new(),
        variables: applied.variables.clone(),
        uses: Vec::new(),
        refusals: Vec::new(),
        faults: Vec::new(),
        unchecked: Vec::new(),
        complete: true,
        files: BTreeSet::new(),
    }
}

/// The Kustomizations that are objects of one cluster; of several with one name, the first.
fn by_name(kustomizations: &[Applied], home: Option<&SmolStr>) -> BTreeMap<Id, usize> {
    let mut names = BTreeMap::new();
    let own = kustomizations.iter().enumerate().filter(|(_, applied)| applied.home.as_ref() == home);
    for (index, applied) in own {
        let resource = &applied.resource;
        let id = (resource.kind.clone(), SmolStr::new(applied.namespace()), SmolStr::new(applied.name()));
        names.entry(id).or_insert(index);
    }
    names
}
