//! How the parts of a deployment hang together: sources, Kustomizations, releases, routes, gateways.

use super::{Applied, Cluster, namespace};
use crate::links::{Links, Place};
use crate::resource::Resource;
use crate::source::Span;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The graph of one cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// In order of kinds, namespaces and names.
    pub nodes: Vec<GraphNode>,
    /// In order of their ends.
    pub edges: Vec<Edge>,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphNode {
    /// `kind`
    pub kind: SmolStr,
    /// The namespace; empty where there is none.
    pub namespace: SmolStr,
    /// The name.
    pub name: SmolStr,
    /// Where it is written; `None` for one that is only referred to.
    pub span: Option<Span>,
}

/// A relation between two nodes, by their indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Where it starts.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it says.
    pub relation: Relation,
}

/// What an edge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// A source provides a Kustomization or a release.
    Provides,
    /// A Kustomization applies an object.
    Applies,
    /// An object waits for another.
    DependsOn,
    /// A route hangs on a gateway.
    AttachesTo,
}

type Key = (SmolStr, SmolStr, SmolStr);

/// The graph of a cluster; `made` is what charts make, each with its release.
pub fn graph<'a>(cluster: &Cluster, made: impl Iterator<Item = (&'a Resource, &'a Resource)>, links: &Links) -> Graph {
    let mut spans: BTreeMap<Key, Option<Span>> = BTreeMap::new();
    let mut edges: BTreeSet<(Key, Key, Relation)> = BTreeSet::new();
    let concerns = |applied: &&Applied| [&applied.home, &applied.target].contains(&&cluster.remote);
    for applied in cluster.kustomizations.iter().filter(concerns) {
        let owner = key(&applied.resource);
        spans.insert(owner.clone(), Some(applied.resource.name_span()));
        relate(&applied.resource, links, &mut spans, &mut edges);
        for resource in applied.resources.iter().filter(|resource| is_shown(resource.group(), &resource.kind)) {
            let own = key(resource);
            spans.insert(own.clone(), Some(resource.name_span()));
            if own != owner {
                edges.insert((owner.clone(), own, Relation::Applies));
            }
            relate(resource, links, &mut spans, &mut edges);
        }
    }
    for (release, resource) in made.filter(|(_, resource)| is_shown(resource.group(), &resource.kind)) {
        let own = key(resource);
        spans.insert(own.clone(), Some(resource.name_span()));
        edges.insert((key(release), own, Relation::Applies));
        relate(resource, links, &mut spans, &mut edges);
    }
    let index: BTreeMap<&Key, usize> = spans.keys().enumerate().map(|(index, key)| (key, index)).collect();
    let edge = |(from, to, relation): &(Key, Key, Relation)| {
        Some(Edge { from: *index.get(from)?, to: *index.get(to)?, relation: *relation })
    };
    let edges = edges.iter().filter_map(edge).collect();
    let node = |((kind, namespace, name), span): (&Key, &Option<Span>)| GraphNode {
        kind: kind.clone(),
        namespace: namespace.clone(),
        name: name.clone(),
        span: *span,
    };
    Graph { nodes: spans.iter().map(node).collect(), edges }
}

fn relate(
    resource: &Resource,
    links: &Links,
    spans: &mut BTreeMap<Key, Option<Span>>,
    edges: &mut BTreeSet<(Key, Key, Relation)>,
) {
    let own = key(resource);
    for reference in links.references(resource) {
        let (Some(kind), Some(name)) = (reference.kinds.first(), reference.name.known()) else { continue };
        let Some(relation) = relation(resource, &kind.group, &kind.kind) else { continue };
        let place = match &reference.place {
            Place::Namespace(namespace) => namespace.clone(),
            _ => SmolStr::new(namespace(resource)),
        };
        let other = (kind.kind.clone(), place, SmolStr::new(name));
        spans.entry(other.clone()).or_insert(None);
        edges.insert(match relation {
            Relation::Provides => (other, own.clone(), relation),
            _ => (own.clone(), other, relation),
        });
    }
}

/// What it says that a resource refers to an object of this kind; nothing for kinds that are not shown.
fn relation(resource: &Resource, group: &str, kind: &str) -> Option<Relation> {
    match kind {
        _ if group == "source.toolkit.fluxcd.io" => Some(Relation::Provides),
        "Kustomization" | "HelmRelease" | "ResourceSet" if resource.kind == kind => Some(Relation::DependsOn),
        "Gateway" => Some(Relation::AttachesTo),
        _ => None,
    }
}

fn is_shown(group: &str, kind: &str) -> bool {
    match group {
        "source.toolkit.fluxcd.io" | "helm.toolkit.fluxcd.io" | "kustomize.toolkit.fluxcd.io" => true,
        "fluxcd.controlplane.io" => kind == "ResourceSet",
        "gateway.networking.k8s.io" => kind == "Gateway" || kind.ends_with("Route"),
        _ => false,
    }
}

fn key(resource: &Resource) -> Key {
    (resource.kind.clone(), SmolStr::new(namespace(resource)), SmolStr::new(resource.name().unwrap_or("")))
}
