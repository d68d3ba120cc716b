//! What one cluster holds: what Flux applies, what charts and operators make of it. Answers whether a name exists.

use crate::diagnostic::Finding;
use crate::flux::envsubst::is_template;
use crate::flux::source::Location;
use crate::flux::{Applied, Cluster};
use crate::helm::{self, Charts};
use crate::links::{Created, Kind, Links, Place, Reference};
use crate::resource::Resource;
use crate::source::{Span, nearest};
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Groups whose objects no chart makes.
const BY_PEOPLE: [&str; 3] = ["external-secrets.io", "cert-manager.io", "gateway.networking.k8s.io"];

/// An object as it will be in the cluster.
#[derive(Debug, Clone)]
pub struct Member {
    /// The object.
    pub resource: Resource,
    /// Index of the Kustomization that applies it, or that applies the release which makes it.
    pub applied: usize,
    /// Whether a chart makes it.
    pub from_chart: bool,
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
}

/// What a reference leads to.
#[derive(Debug)]
pub enum Answer<'a> {
    /// To these.
    Here(Vec<&'a Entry>),
    /// To nothing: other namespaces that have the name, and the nearest name where the reference looks.
    Missing {
        /// Entries of the same kind and name in other namespaces.
        elsewhere: Vec<&'a Entry>,
        /// A name that a typo explains.
        near: Option<&'a str>,
    },
    /// Nobody can tell offline.
    Unknown,
}

impl Answer<'_> {
    /// Whether it leads to nothing, and something else may have been meant.
    pub fn has_alternative(&self) -> bool {
        matches!(self, Answer::Missing { elsewhere, near } if !elsewhere.is_empty() || near.is_some())
    }

    /// The finding that a reference leads to nothing; `None` where it does or may lead somewhere.
    pub fn missing(&self, reference: &Reference) -> Option<Finding> {
        let Answer::Missing { elsewhere, near } = self else { return None };
        let name = reference.name.literal()?;
        let kind = &reference.kinds.first()?.kind;
        let place = reference.place.namespace().map(|namespace| format!(" in namespace `{namespace}`"));
        let message = format!("{kind} `{name}` does not exist{}", place.unwrap_or_default());
        let finding = Finding::new(reference.name.span, message);
        if let Some((entry, namespace)) = elsewhere.iter().find_map(|entry| Some((entry, entry.place.namespace()?))) {
            return Some(finding.help(format!("it exists in namespace `{namespace}`")).related(entry.span, "here"));
        }
        Some(finding.maybe_help(near.map(|near| format!("did you mean `{near}`?"))))
    }
}

/// Something that may make more than is known: a release of a chart, a custom resource that no table describes.
#[derive(Debug)]
struct Opaque {
    resource: Resource,
    namespace: Option<SmolStr>,
    /// Words that the names of its objects are made of.
    words: Vec<SmolStr>,
    /// Index of the Kustomization that applies it.
    applied: usize,
}

/// Everything in one cluster.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Objects in the order in which they are applied; those of a release follow it.
    pub members: Vec<Member>,
    by_kind: BTreeMap<Kind, BTreeMap<SmolStr, Vec<Entry>>>,
    /// What in the values of releases refers to nothing.
    pub faults: Vec<helm::Fault>,
    opaque: Vec<Opaque>,
    /// Objects that are written in the repository although no Kustomization is seen to apply them.
    written: BTreeMap<Kind, BTreeSet<SmolStr>>,
    /// Namespaces into which something out of sight applies objects; `None` stands for all.
    hidden: BTreeSet<Option<SmolStr>>,
}

impl Inventory {
    /// Takes stock of a cluster; `written` is what the repository holds besides.
    pub fn of<'a>(
        cluster: &Cluster,
        written: impl Iterator<Item = &'a Resource>,
        links: &Links,
        charts: &Charts,
    ) -> Self {
        let sources = sources(cluster);
        let kustomizations: Vec<(usize, &Applied)> = cluster.kustomizations.iter().enumerate().collect();
        let made: Vec<Brought> = kustomizations
            .par_iter()
            .map(|(index, applied)| members(*index, applied, &sources, links, charts))
            .collect();
        let mut inventory = Inventory::default();
        for brought in made {
            inventory.members.extend(brought.members);
            inventory.opaque.extend(brought.opaque);
            inventory.faults.extend(brought.faults);
        }
        let entries: Vec<Vec<(Kind, SmolStr, Entry)>> =
            inventory.members.par_iter().map(|member| entries(member, links)).collect();
        for (kind, name, entry) in entries.into_iter().flatten() {
            inventory.by_kind.entry(kind).or_default().entry(name).or_default().push(entry);
        }
        for created in links.always() {
            if let Some((kind, name, entry)) = created_entry(created.clone(), None) {
                inventory.by_kind.entry(kind).or_default().entry(name).or_default().push(entry);
            }
        }
        // The Kustomizations of an entry point exist without being applied by another.
        for applied in cluster.kustomizations.iter().filter(|applied| applied.parent.is_none()) {
            inventory.add_object(&applied.resource, links);
        }
        inventory.hidden = hidden(cluster);
        inventory.write_down(written, links);
        inventory
    }

    fn add_object(&mut self, resource: &Resource, links: &Links) {
        let member = Member { resource: resource.clone(), applied: 0, from_chart: false };
        for (kind, name, entry) in entries(&member, links) {
            self.by_kind.entry(kind).or_default().entry(name).or_default().push(Entry { applied: None, ..entry });
        }
    }

    fn write_down<'a>(&mut self, written: impl Iterator<Item = &'a Resource>, links: &Links) {
        let lone = |resource: &Resource| Member { resource: resource.clone(), applied: 0, from_chart: false };
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

    /// Every entry of a kind with a name.
    pub fn named(&self, kind: &Kind, name: &str) -> &[Entry] {
        self.by_kind.get(kind).and_then(|names| names.get(name)).map_or(&[], Vec::as_slice)
    }

    /// Whether anything of a kind is known.
    pub fn has_kind(&self, kind: &Kind) -> bool {
        self.by_kind.contains_key(kind)
    }

    /// What a reference of an object leads to.
    pub fn answer(&self, member: &Member, reference: &Reference) -> Answer<'_> {
        let Some(name) = reference.name.literal() else { return Answer::Unknown };
        let places = |entry: &&Entry| may_be_same(&entry.place, &reference.place);
        let named: Vec<&Entry> = reference.kinds.iter().flat_map(|kind| self.named(kind, name)).collect();
        let here: Vec<&Entry> = named.iter().copied().filter(places).collect();
        if !here.is_empty() {
            return Answer::Here(here);
        }
        if reference.kinds.iter().any(|kind| self.may_exist(kind, name, &reference.place, member.applied)) {
            return Answer::Unknown;
        }
        let candidates = reference.kinds.iter().filter_map(|kind| self.by_kind.get(kind)).flatten();
        let candidates = candidates.filter(|(_, entries)| entries.iter().any(|entry| places(&entry)));
        let near = nearest(name, candidates.map(|(name, _)| name.as_str()));
        Answer::Missing { elsewhere: named, near }
    }

    /// Whether something out of sight could be or make an object.
    fn may_exist(&self, kind: &Kind, name: &str, place: &Place, applied: usize) -> bool {
        let unseen = self.hidden.contains(&None)
            || match place {
                Place::Namespace(namespace) => self.hidden.contains(&Some(namespace.clone())),
                _ => !self.hidden.is_empty(),
            };
        let anonymous = self.by_kind.get(kind).is_some_and(|names| names.contains_key(""));
        let written = self.written.get(kind).is_some_and(|names| names.contains(name));
        if anonymous || written {
            return true;
        }
        // Sources, stores, issuers and gateways are written by people, next to what uses them.
        let by_people = BY_PEOPLE.iter().any(|group| kind.group == *group) || kind.group.ends_with(".fluxcd.io");
        !by_people && (unseen || self.opaque.iter().any(|maker| maker.may_make(kind, name, place, applied)))
    }
}

impl Opaque {
    /// Charts name their objects after the release or the chart, or as their values say; whoever puts a reference
    /// beside a chart means what that chart makes. Operators name theirs after the resource.
    fn may_make(&self, kind: &Kind, name: &str, place: &Place, applied: usize) -> bool {
        let reachable = match (place, &self.namespace) {
            (Place::Namespace(wanted), Some(own)) => wanted == own,
            _ => true,
        };
        let common = matches!(kind.kind.as_str(), "Secret" | "ConfigMap" | "Service" | "ServiceAccount");
        let beside = self.applied == applied && self.resource.is_helm_release() && common;
        let named = self.words.iter().any(|word| name.contains(word.as_str()));
        reachable && (beside || named || mentions(&self.resource, name))
    }
}

/// Whether the values of a release contain a word as a scalar of its own.
fn mentions(resource: &Resource, name: &str) -> bool {
    let mut found = false;
    if let Some(values) = resource.node.at(&["spec", "values"]) {
        values.walk(&mut |node| found |= node.text().is_some_and(|text| text == name || text.ends_with("}}")));
    }
    found
}

/// Whether two places may be one.
fn may_be_same(own: &Place, wanted: &Place) -> bool {
    match (own, wanted) {
        (Place::Everywhere | Place::Unknown | Place::Cluster, _)
        | (_, Place::Unknown | Place::Cluster | Place::Everywhere) => true,
        (Place::Namespace(own), Place::Namespace(wanted)) => own == wanted || is_template(own) || is_template(wanted),
    }
}

type Id = (SmolStr, SmolStr, SmolStr);

/// Chart sources by kind, namespace and name.
fn sources(cluster: &Cluster) -> BTreeMap<Id, &Resource> {
    let resources = cluster.kustomizations.iter().flat_map(|applied| &applied.resources);
    let sources = resources.filter(|resource| resource.group() == "source.toolkit.fluxcd.io");
    sources
        .filter_map(|resource| {
            let namespace = resource.namespace().unwrap_or("");
            Some(((resource.kind.clone(), SmolStr::new(namespace), SmolStr::new(resource.name()?)), resource))
        })
        .collect()
}

/// The source that a HelmRelease names.
pub fn source_id(release: &Resource) -> Option<Id> {
    let spec = release.spec()?;
    let reference = spec.get("chartRef").or_else(|| spec.at(&["chart", "spec", "sourceRef"]))?;
    let kind = reference.text_at(&["kind"]).unwrap_or("OCIRepository");
    let namespace = reference.text_at(&["namespace"]).or_else(|| release.namespace()).unwrap_or("");
    Some((SmolStr::new(kind), SmolStr::new(namespace), SmolStr::new(reference.text_at(&["name"])?)))
}

/// What one Kustomization brings.
#[derive(Debug, Default)]
struct Brought {
    members: Vec<Member>,
    opaque: Vec<Opaque>,
    faults: Vec<helm::Fault>,
}

/// What one Kustomization brings: its resources, and after each release what its chart makes.
fn members(
    index: usize,
    applied: &Applied,
    sources: &BTreeMap<Id, &Resource>,
    links: &Links,
    charts: &Charts,
) -> Brought {
    let mut brought = Brought::default();
    let Brought { members, opaque, faults } = &mut brought;
    for resource in &applied.resources {
        members.push(Member { resource: resource.clone(), applied: index, from_chart: false });
        if !resource.is_helm_release() {
            opaque.extend(custom(index, resource, links));
            continue;
        }
        let source = source_id(resource).and_then(|id| sources.get(&id).copied());
        let release = helm::release(resource, source, None);
        let objects = release.as_ref().map(|release| helm::objects(release, charts)).unwrap_or_default();
        faults.extend(objects.faults);
        if !objects.complete {
            let namespace = release.as_ref().and_then(|release| release.namespace.as_ref()?.known().map(SmolStr::new));
            let names = [release.as_ref().and_then(|release| release.name.known()), resource.name()];
            let chart = release.as_ref().and_then(|release| release.chart.known_name());
            let words = names.into_iter().chain([chart]).flatten().filter(|word| word.len() > 2).map(SmolStr::new);
            opaque.push(Opaque { resource: resource.clone(), namespace, words: words.collect(), applied: index });
        }
        members.extend(objects.resources.into_iter().map(|resource| Member {
            resource,
            applied: index,
            from_chart: true,
        }));
    }
    brought
}

/// A custom resource that no table describes: its operator may make anything that is named after it, or, in any
/// namespace, after the product that its group names.
fn custom(applied: usize, resource: &Resource, links: &Links) -> Vec<Opaque> {
    let group = resource.group();
    let own = !group.contains('.') || group.ends_with(".k8s.io") || group.ends_with(".fluxcd.io");
    if own || links.describes(resource) {
        return Vec::new();
    }
    let product = group.rsplit_once('.').map_or("", |(product, _)| product);
    let product = product.split('.').filter(|word| word.len() > 4 && *word != "operator").map(SmolStr::new).collect();
    let named = resource.name().filter(|name| name.len() > 2).map(SmolStr::new).into_iter().collect();
    let namespace = resource.namespace().map(SmolStr::new);
    let opaque = |namespace, words| Opaque { resource: resource.clone(), namespace, words, applied };
    vec![opaque(namespace, named), opaque(None, product)]
}

/// The member itself and what operators make of it, by kind and name.
fn entries(member: &Member, links: &Links) -> Vec<(Kind, SmolStr, Entry)> {
    let resource = &member.resource;
    let mut found = Vec::new();
    let kind = Kind { group: SmolStr::new(resource.group()), kind: resource.kind.clone() };
    if let Some(name) = resource.name() {
        let place = match resource.namespace() {
            _ if links.is_cluster_scoped(resource.group(), &resource.kind) => Place::Cluster,
            Some(namespace) => Place::Namespace(SmolStr::new(namespace)),
            None => Place::Unknown,
        };
        let data = resource.is("", "Secret") || resource.is("", "ConfigMap");
        let keys = if data { links.keys(resource) } else { None };
        found.push((
            kind,
            SmolStr::new(name),
            Entry { place, keys, span: resource.name_span(), applied: Some(member.applied) },
        ));
    }
    found
        .extend(links.creates(resource).into_iter().filter_map(|created| created_entry(created, Some(member.applied))));
    found
}

/// An object of unknown name is kept under the empty one.
fn created_entry(created: Created, applied: Option<usize>) -> Option<(Kind, SmolStr, Entry)> {
    let name = if created.ordinal { SmolStr::default() } else { created.name.unwrap_or_default() };
    Some((created.kind, name, Entry { place: created.place, keys: created.keys, span: created.span, applied }))
}

/// Namespaces that something applies to which is not in this repository, or not to be built offline.
fn hidden(cluster: &Cluster) -> BTreeSet<Option<SmolStr>> {
    let incomplete = cluster.kustomizations.iter().filter(|applied| !applied.complete && !applied.fails());
    incomplete.flat_map(hidden_by).collect()
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
