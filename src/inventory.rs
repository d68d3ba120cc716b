//! What one cluster holds: what Flux applies, what charts and operators make of it. Answers whether a name exists.

use crate::diagnostic::Finding;
use crate::flux::envsubst::is_template;
use crate::flux::source::Location;
use crate::flux::{Applied, Cluster};
use crate::helm::{self, Charts, Release};
use crate::links::{Created, Kind, Links, Place, Reference};
use crate::resource::{Resource, Tree};
use crate::schema;
use crate::source::{FileId, Span, is_slip, nearest};
use crate::yaml::Node;
use memchr::memmem;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

/// Groups whose objects no chart makes.
const BY_PEOPLE: [&str; 3] = ["external-secrets.io", "cert-manager.io", "gateway.networking.k8s.io"];

/// More releases than this in one Kustomization do not belong to one app.
const MANY_RELEASES: usize = 4;

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
    /// Whether `-0`, `-1` … follow the name.
    ordinal: bool,
}

/// What may have been meant by a name that nothing has.
#[derive(Debug, Clone, Copy)]
pub struct Near<'a> {
    /// The name.
    pub name: &'a str,
    /// What has it.
    pub entry: &'a Entry,
    /// Its kind, where it is not the one that was asked for.
    pub kind: Option<&'a str>,
    /// Whether this explains the reference better than anything out of sight could.
    pub evident: bool,
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
        near: Option<Near<'a>>,
    },
    /// Nobody can tell offline.
    Unknown,
}

impl Answer<'_> {
    /// Whether it leads to nothing, and something else may have been meant.
    pub fn has_alternative(&self) -> bool {
        matches!(self, Answer::Missing { elsewhere, near } if !elsewhere.is_empty() || near.is_some())
    }

    /// Whether it leads to nothing, and what was meant instead is plain.
    pub fn is_evident(&self) -> bool {
        matches!(self, Answer::Missing { near: Some(near), .. } if near.evident)
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
        Some(match near {
            Some(near) => near.suggest(finding),
            None => finding,
        })
    }
}

impl Near<'_> {
    /// Tells what may have been meant.
    pub fn suggest(&self, finding: Finding) -> Finding {
        let help = match self.kind {
            Some(kind) => format!("`{}` is a {kind}: write `kind: {kind}`", self.name),
            None => format!("did you mean `{}`?", self.name),
        };
        finding.help(help).related(self.entry.span, format!("`{}` is here", self.name))
    }
}

/// A release of a chart, as it is deployed.
#[derive(Debug)]
pub struct Installed {
    /// The HelmRelease.
    pub resource: Resource,
    /// What it means.
    pub release: Release,
}

/// Something that may make more than is known: a release of a chart, a custom resource that no table describes.
#[derive(Debug)]
struct Opaque {
    resource: Resource,
    namespace: Option<SmolStr>,
    /// Words that the names of its objects are made of.
    words: Vec<SmolStr>,
    /// Files in which a reference may mean whatever it makes; `None` where its values name all that it makes.
    beside: Option<Range<FileId>>,
    /// Index of the Kustomization that applies it.
    applied: usize,
    /// What its values say, collected when a name is first looked for.
    said: OnceLock<Said>,
}

/// The scalars of a release's values.
#[derive(Debug, Default)]
struct Said {
    texts: HashSet<SmolStr>,
    /// Whether a template among them may give any name.
    open: bool,
}

impl Said {
    fn of(values: &Node) -> Self {
        let mut said = Said::default();
        values.walk(&mut |node| {
            let Some(text) = node.text() else { return };
            // A template that names the release gives a name with its words.
            said.open |= text.ends_with("}}") && !text.contains(".Release.Name");
            said.texts.insert(SmolStr::new(text));
        });
        said
    }
}

/// Everything in one cluster.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Objects in the order in which they are applied; those of a release follow it.
    pub members: Vec<Member>,
    by_kind: BTreeMap<Kind, BTreeMap<SmolStr, Vec<Entry>>>,
    /// The releases whose names are known.
    pub releases: Vec<Installed>,
    /// What in the values of releases refers to nothing.
    pub faults: Vec<helm::Fault>,
    /// What in the values of releases their charts do not take.
    pub refused: Vec<schema::Fault>,
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
        let sources = sources(cluster);
        let kustomizations: Vec<(usize, &Applied)> = cluster.kustomizations.iter().enumerate().collect();
        let made: Vec<Brought> = kustomizations
            .par_iter()
            .map(|(index, applied)| members(tree, *index, applied, &sources, links, charts))
            .collect();
        let mut inventory = Inventory::default();
        for brought in made {
            inventory.members.extend(brought.members);
            inventory.opaque.extend(brought.opaque);
            inventory.faults.extend(brought.faults);
            inventory.refused.extend(brought.refused);
            inventory.releases.extend(brought.releases);
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

    /// Every entry of a kind with a name, numbered ones included.
    pub fn named(&self, kind: &Kind, name: &str) -> impl Iterator<Item = &Entry> {
        let names = self.by_kind.get(kind);
        let entries = move |name: &str| names.and_then(|names| names.get(name)).into_iter().flatten();
        let numbered = name.rsplit_once('-').filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
        let numbered = numbered.map(|(base, _)| entries(base).filter(|entry| entry.ordinal));
        entries(name).filter(|entry| !entry.ordinal).chain(numbered.into_iter().flatten())
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
        let meant = || self.of_other_kind(name, member, reference).or_else(|| self.meant(name, member, reference));
        if let Some(near) = meant().filter(|_| !self.is_written(name, reference)) {
            return Answer::Missing { elsewhere: named, near: Some(near) };
        }
        if reference.hint || reference.kinds.iter().any(|kind| self.may_exist(kind, name, member, reference)) {
            return Answer::Unknown;
        }
        let candidates = self.like(reference).filter(|(_, entry)| places(entry));
        let candidates: BTreeMap<&str, &Entry> = candidates.collect();
        let near = nearest(name, candidates.keys().copied());
        let near = near.and_then(|name| Some(Near { name, entry: candidates.get(name)?, kind: None, evident: false }));
        Answer::Missing { elsewhere: named, near }
    }

    /// Everything of the kinds that a reference may lead to.
    fn like<'a>(&'a self, reference: &Reference) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        let names = reference.kinds.iter().filter_map(|kind| self.by_kind.get(kind)).flatten();
        names.flat_map(|(name, entries)| entries.iter().map(|entry| (name.as_str(), entry)))
    }

    /// Whether the repository holds what a reference names although nobody is seen to apply it.
    fn is_written(&self, name: &str, reference: &Reference) -> bool {
        reference.kinds.iter().any(|kind| self.written.get(kind).is_some_and(|names| names.contains(name)))
    }

    /// Whether something out of sight could be or make an object.
    fn may_exist(&self, kind: &Kind, name: &str, member: &Member, reference: &Reference) -> bool {
        let place = &reference.place;
        let unseen = self.hidden.contains(&None)
            || match place {
                Place::Namespace(namespace) => self.hidden.contains(&Some(namespace.clone())),
                _ => !self.hidden.is_empty(),
            };
        let unnamed = self.by_kind.get(kind).and_then(|names| names.get(""));
        let anonymous = unnamed.is_some_and(|entries| entries.iter().any(|entry| may_be_same(&entry.place, place)));
        if anonymous || self.is_written(name, reference) {
            return true;
        }
        // Sources, stores, issuers and gateways are written by people, next to what uses them.
        let by_people = BY_PEOPLE.iter().any(|group| kind.group == *group) || kind.group.ends_with(".fluxcd.io");
        !by_people && (unseen || self.opaque.iter().any(|maker| maker.may_make(kind, name, member, reference)))
    }

    /// Something of this name and of another kind that the field could name.
    fn of_other_kind(&self, name: &str, member: &Member, reference: &Reference) -> Option<Near<'_>> {
        let own = Place::Namespace(SmolStr::new(member.resource.namespace()?));
        let here =
            |entry: &&Entry| entry.place == Place::Cluster || entry.place == own || entry.place == reference.place;
        reference.others.iter().find_map(|kind| {
            let (kind, names) = self.by_kind.get_key_value(kind)?;
            let (name, entries) = names.get_key_value(name)?;
            Some(Near { name, entry: entries.iter().find(here)?, kind: Some(&kind.kind), evident: true })
        })
    }

    /// What is evidently meant by a name, whatever there may be out of sight: what lies in the same place and is called
    /// the same but for a slip of the fingers, or what the same Kustomization applies, is called after the same app and
    /// serves nobody.
    fn meant(&self, name: &str, member: &Member, reference: &Reference) -> Option<Near<'_>> {
        let here = |entry: &Entry| {
            entry.place == reference.place && matches!(entry.place, Place::Namespace(_) | Place::Cluster)
        };
        // What has no name yet may be called so.
        let unnamed =
            |entry: &Entry| entry.applied == Some(member.applied) && may_be_same(&entry.place, &reference.place);
        if self.like(reference).any(|(other, entry)| other.is_empty() && unnamed(entry)) {
            return None;
        }
        let near = |(name, entry)| Near { name, entry, kind: None, evident: true };
        let slip = self.like(reference).find(|(other, entry)| is_slip(name, other) && here(entry));
        if let Some(slip) = slip.filter(|_| !self.is_mentioned(name, &member.resource)) {
            return Some(near(slip));
        }
        let named = |other: &str| is_of_same_app(name, other);
        let data = |kind: &Kind| matches!(kind.kind.as_str(), "Secret" | "ConfigMap" | "PersistentVolumeClaim");
        let beside = |entry: &Entry| entry.applied == Some(member.applied) && here(entry);
        let mut like = self.like(reference).filter(|_| reference.kinds.iter().all(data));
        like.find(|(other, entry)| beside(entry) && named(other) && self.is_idle(other, entry)).map(near)
    }

    /// What the same Kustomization applies, is of the kind that a reference asks for and of the same app, and none of
    /// those in use: the only such object.
    pub fn unused(&self, member: &Member, reference: &Reference, used: &BTreeSet<Span>) -> Option<Near<'_>> {
        let name = reference.name.literal()?;
        let beside =
            |entry: &Entry| entry.applied == Some(member.applied) && may_be_same(&entry.place, &reference.place);
        let free = |entry: &Entry| beside(entry) && !used.contains(&entry.span);
        let mut like = self.like(reference).filter(|(other, entry)| free(entry) && is_of_same_app(name, other));
        let (name, entry) = like.next()?;
        let alone = like.all(|(_, other)| other.span == entry.span);
        alone.then_some(Near { name, entry, kind: None, evident: false })
    }

    /// Whether somebody wrote this under its name, for whoever refers to it, and nobody does.
    fn is_idle(&self, name: &str, entry: &Entry) -> bool {
        let mut owners =
            self.members.iter().filter(|member| !member.from_chart && entry.applied == Some(member.applied));
        let Some(owner) = owners.find(|member| is_written_in(&member.resource, name, entry)) else { return false };
        // Labels make sidecars pick it up.
        let labels = owner.resource.node.entries_at(&["metadata", "labels"]);
        let own = |label: &str| {
            ["kubernetes.io/", "fluxcd.io/", "fluxcd.controlplane.io/"].iter().any(|own| label.contains(own))
        };
        let picked = labels.iter().filter_map(|label| label.key.text()).any(|label| !own(label));
        !picked && !self.is_mentioned(name, &owner.resource)
    }

    /// Whether any object besides one contains a word.
    fn is_mentioned(&self, word: &str, besides: &Resource) -> bool {
        let word = memmem::Finder::new(word);
        let resources = self.members.iter().filter(|member| !member.from_chart).map(|member| &member.resource);
        let mut others = resources.filter(|resource| !resource.is_same(besides));
        others.any(|resource| says(&resource.node, |text| word.find(text.as_bytes()).is_some()))
    }
}

impl Opaque {
    /// Whether its values give this name to something.
    fn says(&self, name: &str) -> bool {
        let said = self.said.get_or_init(|| {
            let values = self.resource.node.at(&["spec", "values"]);
            values.map(Said::of).unwrap_or_default()
        });
        said.open || said.texts.contains(name)
    }

    /// Charts name their objects after the release or the chart, or as their values say; whoever puts a reference
    /// beside a chart means what that chart makes. Operators name theirs after the resource.
    fn may_make(&self, kind: &Kind, name: &str, member: &Member, reference: &Reference) -> bool {
        let reachable = match (&reference.place, &self.namespace) {
            (Place::Namespace(wanted), Some(own)) => wanted == own,
            _ => true,
        };
        // What a release takes its values from is there before it.
        let own = self.resource.is_same(&member.resource);
        let before = self.resource.node.at(&["spec", "valuesFrom"]);
        if !reachable || own && before.is_some_and(|before| before.span.contains(reference.name.span)) {
            return false;
        }
        let common = matches!(kind.kind.as_str(), "Secret" | "ConfigMap" | "Service" | "ServiceAccount");
        let files = self.beside.as_ref().filter(|_| common && self.applied == member.applied);
        let beside = files.is_some_and(|files| own || files.contains(&reference.name.span.file));
        let named = self.words.iter().any(|word| name.contains(word.as_str()));
        beside || named || self.says(name)
    }
}

/// Whether some scalar at or below a node fulfils a condition.
fn says(node: &Node, condition: impl Fn(&str) -> bool) -> bool {
    let mut found = false;
    node.walk(&mut |node| found = found || node.text().is_some_and(&condition));
    found
}

/// Whether an entry has its name from a scalar of a resource.
fn is_written_in(resource: &Resource, name: &str, entry: &Entry) -> bool {
    let mut found = false;
    resource.node.walk(&mut |node| found = found || node.span == entry.span && node.text() == Some(name));
    found
}

/// Whether two names begin with the same word.
fn is_of_same_app(name: &str, other: &str) -> bool {
    let app = |name: &str| name.split('-').next().unwrap_or("").len();
    app(name) > 2 && app(name) == app(other) && name.get(..app(name)) == other.get(..app(other))
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

/// Chart sources, and what values may come from, by kind, namespace and name.
fn sources(cluster: &Cluster) -> BTreeMap<Id, &Resource> {
    let resources = cluster.kustomizations.iter().flat_map(|applied| &applied.resources);
    let sources =
        resources.filter(|resource| resource.group() == "source.toolkit.fluxcd.io" || resource.is("", "ConfigMap"));
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
    refused: Vec<schema::Fault>,
    releases: Vec<Installed>,
}

/// What one Kustomization brings: its resources, and after each release what its chart makes.
fn members(
    tree: &Tree,
    index: usize,
    applied: &Applied,
    sources: &BTreeMap<Id, &Resource>,
    links: &Links,
    charts: &Charts,
) -> Brought {
    let mut brought = Brought::default();
    // Where one Kustomization applies everything, its folders say what belongs together.
    let crowded = applied.resources.iter().filter(|resource| resource.is_helm_release()).count() > MANY_RELEASES;
    let Brought { members, opaque, faults, refused, releases } = &mut brought;
    for resource in &applied.resources {
        members.push(Member { resource: resource.clone(), applied: index, from_chart: false });
        if !resource.is_helm_release() {
            opaque.extend(custom(index, resource, links));
            continue;
        }
        let source = source_id(resource).and_then(|id| sources.get(&id).copied());
        let beside = resource.namespace().unwrap_or("");
        let id = |kind: &str, name: &str| (SmolStr::new(kind), SmolStr::new(beside), SmolStr::new(name));
        let release = helm::release(resource, source, |kind, name| sources.get(&id(kind, name)).copied());
        let objects = release.as_ref().map(|release| helm::objects(release, charts)).unwrap_or_default();
        faults.extend(objects.faults);
        refused.extend(objects.refused);
        if !objects.complete {
            let namespace = release.as_ref().and_then(|release| release.namespace.as_ref()?.known().map(SmolStr::new));
            let names = [release.as_ref().and_then(|release| release.name.known()), resource.name()];
            let chart = release.as_ref().and_then(|release| release.chart.known_name());
            let words = names.into_iter().chain([chart]).flatten().filter(|word| word.len() > 2).map(SmolStr::new);
            let told = release
                .as_ref()
                .is_some_and(|release| matches!(helm::model(release, charts), helm::Model::AppTemplate(_)));
            let beside = (!told).then(|| if crowded { around(tree, resource) } else { FileId(0)..FileId(u32::MAX) });
            opaque.push(Opaque {
                resource: resource.clone(),
                namespace,
                words: words.collect(),
                beside,
                applied: index,
                said: OnceLock::new(),
            });
        }
        members.extend(objects.resources.into_iter().map(|resource| Member {
            resource,
            applied: index,
            from_chart: true,
        }));
        releases.extend(release.map(|release| Installed { resource: resource.clone(), release }));
    }
    brought
}

/// The files in the folder of a resource and below.
fn around(tree: &Tree, resource: &Resource) -> Range<FileId> {
    let Some(file) = tree.file(resource.node.span.file) else { return FileId(0)..FileId(u32::MAX) };
    let files = tree.below(file.source.folder()).map(|file| file.source.id);
    let (first, last) = files.fold((file.source.id, file.source.id), |(first, last), id| (first.min(id), last.max(id)));
    first..FileId(last.0 + 1)
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
    let opaque = |namespace, words| Opaque {
        resource: resource.clone(),
        namespace,
        words,
        beside: None,
        applied,
        said: OnceLock::new(),
    };
    vec![opaque(namespace, named), opaque(None, product)]
}

/// The member itself and what operators make of it, by kind and name.
fn entries(member: &Member, links: &Links) -> Vec<(Kind, SmolStr, Entry)> {
    let resource = &member.resource;
    let mut found = Vec::new();
    let kind = Kind { group: SmolStr::new(resource.group()), kind: resource.kind.clone() };
    if let Some(name) = resource.node.at(&["metadata", "name"]) {
        let name = name.literal().unwrap_or("");
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
            Entry { place, keys, span: resource.name_span(), applied: Some(member.applied), ordinal: false },
        ));
    }
    found
        .extend(links.creates(resource).into_iter().filter_map(|created| created_entry(created, Some(member.applied))));
    found
}

/// An object of unknown name is kept under the empty one, a numbered one under its name without the number.
fn created_entry(created: Created, applied: Option<usize>) -> Option<(Kind, SmolStr, Entry)> {
    let Created { kind, name, ordinal, place, keys, span } = created;
    Some((kind, name.unwrap_or_default(), Entry { place, keys, span, applied, ordinal }))
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
