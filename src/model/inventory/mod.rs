//! What one cluster holds: what Flux applies, what charts and operators make of it. Answers whether a name exists.

mod answer;
mod contents;
mod opaque;

use crate::flux::source::Location;
use crate::flux::{Applied, Cluster};
use crate::helm::{self, Charts, Release};
use crate::kustomize;
use crate::links::{Created, Kind, Links, Place};
use crate::resource::{Resource, Tree};
use crate::schema;
use crate::source::Span;
use contents::{Contents, Reader};
use opaque::Opaque;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

pub use answer::{Answer, Near};
pub use contents::source_id;

/// An object as it will be in the cluster.
#[derive(Debug, Clone)]
pub struct Member {
    /// The object.
    pub resource: Resource,
    /// Index of the Kustomization that applies it, or that applies the release which makes it.
    pub applied: usize,
    /// Whether a chart makes it.
    pub from_chart: bool,
    /// Whether it is known to its last field.
    pub whole: bool,
}

impl Member {
    /// An object that a Kustomization applies.
    pub fn applied(resource: Resource, applied: usize) -> Self {
        Member { resource, applied, from_chart: false, whole: true }
    }
}

/// Something with a name, and where it comes from.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Where it lives.
    pub place: Place,
    /// The keys of its data; `None` where they are not known.
    pub keys: Option<Vec<SmolStr>>,
    /// Where it is written.
    pub span: Span,
    /// Index of the Kustomization that brings it; `None` for what every cluster has.
    pub applied: Option<usize>,
    /// Whether whoever starts the cluster makes it.
    pub by_hand: bool,
    /// Whether `-0`, `-1` … follow the name.
    ordinal: bool,
}

/// A release of a chart, as it is deployed.
#[derive(Debug)]
pub struct Installation {
    /// The HelmRelease.
    pub resource: Resource,
    /// What it means.
    pub release: Release,
}

/// Everything in one cluster.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Objects in the order in which they are applied; those of a release follow it.
    pub members: Vec<Member>,
    /// The Kustomizations where the cluster begins: nobody is seen to apply them.
    pub roots: Vec<Member>,
    by_kind: BTreeMap<Kind, BTreeMap<SmolStr, Vec<Entry>>>,
    /// Of several names, by how they begin.
    families: Vec<(Kind, SmolStr, Entry)>,
    /// The releases whose names are known.
    pub releases: Vec<Installation>,
    /// What in the values of releases refers to nothing.
    pub faults: Vec<helm::Fault>,
    /// What in the values of releases their charts do not take.
    pub refused: Vec<schema::Fault>,
    /// Patches of post-renderers that fit nothing.
    pub misfits: Vec<kustomize::Fault>,
    opaque: Vec<Opaque>,
    /// Objects that are written in the repository although no Kustomization is seen to apply them.
    written: BTreeMap<Kind, BTreeSet<SmolStr>>,
    /// Namespaces into which something out of sight applies objects; `None` stands for all.
    hidden: BTreeSet<Option<SmolStr>>,
}

impl Inventory {
    /// Takes stock of a cluster; `written` is what the repository holds besides.
    pub fn of<'a>(
        tree: &Tree,
        cluster: &Cluster,
        written: impl Iterator<Item = &'a Resource>,
        links: &Links,
        charts: &Charts,
    ) -> Self {
        let reader = Reader::of(tree, cluster, links, charts);
        let kustomizations: Vec<(usize, &Applied)> = cluster.kustomizations.iter().enumerate().collect();
        let contents = kustomizations.par_iter().map(|(index, applied)| reader.contents(*index, applied));
        let contents: Vec<Contents> = contents.collect();
        let mut inventory = Inventory::default();
        for Contents { members, opaque, faults, refused, misfits, releases } in contents {
            inventory.members.extend(members);
            inventory.opaque.extend(opaque);
            inventory.faults.extend(faults);
            inventory.refused.extend(refused);
            inventory.misfits.extend(misfits);
            inventory.releases.extend(releases);
        }
        let of_members: Vec<Vec<(Kind, SmolStr, Entry)>> =
            inventory.members.par_iter().map(|member| entries(member, links)).collect();
        for (kind, name, entry) in of_members.into_iter().flatten() {
            inventory.add(kind, name, entry);
        }
        inventory.add_services_of_gateways();
        let by_hand = cluster.by_hand.iter().map(|made| (made, true));
        let made = links.always().iter().chain(&cluster.made).map(|made| (made, false));
        for (created, by_hand) in made.chain(by_hand) {
            if let Some((kind, name, entry)) = created_entry(created.clone(), None) {
                inventory.add(kind, name, Entry { by_hand, ..entry });
            }
        }
        let kustomizations = cluster.kustomizations.iter().enumerate();
        let roots = kustomizations.filter(|(_, applied)| applied.parent.is_none() && applied.home == cluster.remote);
        inventory.roots = roots.map(|(index, root)| Member::applied(root.resource.clone(), index)).collect();
        let of_roots: Vec<_> = inventory.roots.iter().flat_map(|root| entries(root, links)).collect();
        for (kind, name, entry) in of_roots {
            inventory.add(kind, name, Entry { applied: None, ..entry });
        }
        inventory.hidden = hidden(cluster);
        inventory.write_down(written, links);
        inventory
    }

    fn add(&mut self, kind: Kind, name: SmolStr, entry: Entry) {
        if let Some(start) = name.strip_suffix('*') {
            self.families.push((kind, SmolStr::new(start), entry));
            return;
        }
        self.by_kind.entry(kind).or_default().entry(name).or_default().push(entry);
    }

    /// The Services that a release makes of Gateways and calls as they are called.
    fn add_services_of_gateways(&mut self) {
        let controllers: Vec<&str> = self.releases.iter().filter_map(|own| own.release.names_services()).collect();
        let of_group = |kind: &'static str| {
            let members = self.members.iter();
            members.filter(move |member| member.resource.is("gateway.networking.k8s.io", kind))
        };
        let controlled = |class: &&Member| {
            let controller = class.resource.node.text_at(&["spec", "controllerName"]);
            controller.is_some_and(|controller| controllers.contains(&controller))
        };
        let classes: Vec<&str> =
            of_group("GatewayClass").filter(controlled).filter_map(|it| it.resource.name()).collect();
        let of_class = |gateway: &&Member| {
            let class = gateway.resource.node.text_at(&["spec", "gatewayClassName"]);
            class.is_some_and(|class| classes.contains(&class))
        };
        let service = |gateway: &Member| {
            let name = gateway.resource.node.at(&["metadata", "name"])?.literal()?;
            let place = Place::Namespace(SmolStr::new(gateway.resource.namespace()?));
            let (kind, span) = (Kind { group: "".into(), kind: "Service".into() }, gateway.resource.name_span());
            let applied = Some(gateway.applied);
            Some((kind, name.into(), Entry { place, keys: None, span, applied, by_hand: false, ordinal: false }))
        };
        let services: Vec<(Kind, SmolStr, Entry)> = of_group("Gateway").filter(of_class).filter_map(service).collect();
        services.into_iter().for_each(|(kind, name, entry)| self.add(kind, name, entry));
    }

    fn write_down<'a>(&mut self, written: impl Iterator<Item = &'a Resource>, links: &Links) {
        let lone = |resource: &Resource| Member::applied(resource.clone(), 0);
        for (kind, name, _) in written.flat_map(|resource| entries(&lone(resource), links)) {
            self.written.entry(kind).or_default().insert(name);
        }
    }

    /// What charts make, each with its release.
    pub fn made(&self) -> impl Iterator<Item = (&Resource, &Resource)> {
        let mut release = None;
        self.members.iter().filter_map(move |member| {
            if !member.from_chart {
                release = Some(&member.resource);
                return None;
            }
            Some((release?, &member.resource))
        })
    }

    /// Every entry of a kind with a name, numbered ones included.
    pub fn named(&self, kind: &Kind, name: &str) -> impl Iterator<Item = &Entry> {
        let names = self.by_kind.get(kind);
        let entries = move |name: &str| names.and_then(|names| names.get(name)).into_iter().flatten();
        let numbered = name.rsplit_once('-').filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
        let numbered = numbered.map(|(base, _)| entries(base).filter(|entry| entry.ordinal));
        let families = self.families.iter().filter(|(own, start, _)| own == kind && name.starts_with(start.as_str()));
        let families: Vec<&Entry> = families.map(|(.., entry)| entry).collect();
        entries(name).filter(|entry| !entry.ordinal).chain(numbered.into_iter().flatten()).chain(families)
    }

    /// Whether anything of a kind is known that was not made by hand.
    pub fn has_kind(&self, kind: &Kind) -> bool {
        self.by_kind.get(kind).is_some_and(|names| names.values().flatten().any(|entry| !entry.by_hand))
    }
}

/// The member itself and what operators make of it, by kind and name.
fn entries(member: &Member, links: &Links) -> Vec<(Kind, SmolStr, Entry)> {
    let itself = links.itself(&member.resource).into_iter();
    let itself = itself.map(|itself| Created { keys: itself.keys.filter(|_| member.whole), ..itself });
    let all = itself.chain(links.creates(&member.resource));
    all.filter_map(|created| created_entry(created, Some(member.applied))).collect()
}

/// An object of unknown name is kept under the empty one, a numbered one under its name without the number.
fn created_entry(created: Created, applied: Option<usize>) -> Option<(Kind, SmolStr, Entry)> {
    let Created { kind, name, ordinal, place, keys, span } = created;
    Some((kind, name.unwrap_or_default(), Entry { place, keys, span, applied, by_hand: false, ordinal }))
}

/// Namespaces that something applies to which is not in this repository, or not to be built offline.
fn hidden(cluster: &Cluster) -> BTreeSet<Option<SmolStr>> {
    let incomplete = cluster.kustomizations.iter().filter(|applied| !applied.complete && !applied.fails());
    incomplete.flat_map(hidden_by).chain(cluster.open.then_some(None)).collect()
}

fn hidden_by(applied: &Applied) -> Vec<Option<SmolStr>> {
    let target = applied.resource.node.at(&["spec", "targetNamespace"]);
    match (target, &applied.location) {
        (Some(target), _) => vec![target.known().map(SmolStr::new)],
        // What is built here shows its namespaces; what it lacks may say any.
        (None, Location::Here(_)) => {
            let shown = applied.resources.iter().filter_map(Resource::namespace);
            let shown: BTreeSet<&str> = shown.chain([applied.namespace()]).collect();
            shown.into_iter().map(|namespace| Some(SmolStr::new(namespace))).collect()
        }
        _ => vec![Some(SmolStr::new(applied.namespace()))],
    }
}
