//! Kustomizations that nothing in the repository applies: somebody did, once, by hand.

use super::entry::{Entry, EntryKind};
use super::follow::{Flux, Growing};
use super::namespace;
use super::source::Location;
use crate::links::Created;
use crate::resource::Resource;
use crate::source::Span;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

impl Flux<'_> {
    /// Kustomizations that no other applies, where no entry point explains them: one entry for each cluster.
    pub fn unowned(&self, written: &[Resource], clusters: &[Growing]) -> Vec<Entry> {
        let mut covered: BTreeSet<Span> = BTreeSet::new();
        let mut folders: Vec<&str> = Vec::new();
        for applied in clusters.iter().flat_map(|growing| &growing.cluster.kustomizations) {
            covered.insert(identity(&applied.resource));
            if let Location::Here(folder) = &applied.location {
                folders.push(folder);
            }
        }
        let path =
            |resource: &Resource| self.tree.file(resource.node.span.file).map_or("", |file| file.source.path.as_str());
        let below = |path: &str, folder: &str| {
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        // What lies in a folder that is deployed, and is not applied, was left out on purpose.
        let left: Vec<&Resource> = written
            .iter()
            .filter(|resource| resource.is_flux_kustomization() && !covered.contains(&identity(resource)))
            // Without a source it is a patch of one.
            .filter(|resource| resource.node.at(&["spec", "sourceRef"]).is_some())
            .filter(|resource| !folders.iter().any(|folder| below(path(resource), folder)))
            .filter(|resource| self.tree.file(resource.node.span.file).is_some_and(|file| !file.is_set_aside()))
            .collect();
        let applies: Vec<BTreeSet<Span>> = left
            .par_iter()
            .map(|resource| {
                let built = self.resources_of(resource);
                let children = built.iter().filter(|child| child.is_flux_kustomization()).map(identity);
                children.filter(|child| *child != identity(resource)).collect()
            })
            .collect();
        let owned: BTreeSet<Span> = applies.iter().flatten().copied().collect();
        let mut roots: Vec<&Resource> = left
            .iter()
            .zip(&applies)
            // Beside an entry point, what applies no Kustomization is no entry point but something put away.
            .filter(|(resource, children)| {
                !owned.contains(&identity(resource)) && (clusters.is_empty() || !children.is_empty())
            })
            .map(|(resource, _)| *resource)
            .collect();
        if roots.is_empty() && clusters.is_empty() {
            // They all apply one another: any of them is the beginning.
            roots.extend(left.first());
        }
        let entry = |(folder, roots): (String, Vec<&Resource>)| {
            Some(Entry {
                kind: EntryKind::Unowned,
                folder,
                span: roots.first()?.name_span(),
                made: roots.iter().flat_map(|root| self.made_with(root)).collect(),
                roots: roots.into_iter().cloned().collect(),
                sources: Vec::new(),
                patches: Vec::new(),
            })
        };
        group(&roots, path).into_iter().filter_map(entry).collect()
    }

    /// What whoever applies a root applies along with it, and the source without which it could not begin.
    fn made_with(&self, root: &Resource) -> Vec<Created> {
        let Some(file) = self.tree.file(root.node.span.file) else { return Vec::new() };
        let folder = file.source.folder();
        let built = self.tree.kustomization(folder).map(|_| self.kustomize.build(folder).resources);
        let built = built.filter(|built| built.iter().any(|resource| identity(resource) == identity(root)));
        let beside = built.as_deref().unwrap_or(file.resources());
        let made = beside.iter().flat_map(|resource| self.links.brings(resource));
        made.chain(self.sources.missing(root)).collect()
    }
}

/// One cluster, unless two roots have the same name: then one for each of the folders that hold them, where their paths
/// begin to differ.
fn group<'a, 'r>(roots: &[&'r Resource], path: impl Fn(&Resource) -> &'a str) -> BTreeMap<String, Vec<&'r Resource>> {
    let mut named: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for root in roots {
        named.entry((namespace(root), root.name().unwrap_or(""))).or_default().push(path(root));
    }
    let alike =
        named.values().flat_map(|paths| paths.windows(2)).filter_map(|pair| Some((pair.first()?, pair.last()?)));
    let shared =
        |(one, other): (&&str, &&str)| one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).count();
    let depth = alike.map(shared).min();
    let mut groups: BTreeMap<String, Vec<&Resource>> = BTreeMap::new();
    for root in roots {
        let folder =
            depth.map_or(String::new(), |depth| path(root).split('/').take(depth + 1).collect::<Vec<_>>().join("/"));
        groups.entry(folder).or_default().push(root);
    }
    groups
}

/// Where a resource is written, however it was patched.
fn identity(resource: &Resource) -> Span {
    resource.node.span
}
