//! Which kinds refer to which, and which objects operators create: read from tables, not written in code.

mod address;
mod creation;
mod path;
mod table;

use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{Node, OneOrMany};
use path::{Condition, Path};
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

pub use address::{Pool, Sharing};
pub use creation::Created;
use creation::Creation;
pub use table::Table;

/// An API group, empty for the core group, and a kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// The group.
    pub group: SmolStr,
    /// The kind.
    pub kind: SmolStr,
}

/// Where an object lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In no namespace.
    Cluster,
    /// In this namespace.
    Namespace(SmolStr),
    /// In a namespace that is not known.
    Unknown,
    /// In every namespace.
    Everywhere,
}

impl Place {
    /// The namespace, where it is known.
    pub fn namespace(&self) -> Option<&str> {
        match self {
            Place::Namespace(name) => Some(name),
            _ => None,
        }
    }
}

/// A field that names another object.
#[derive(Debug, Clone)]
pub struct Reference<'a> {
    /// The name.
    pub name: &'a Node,
    /// What it names: one of these.
    pub kinds: Vec<Kind>,
    /// What the field could name besides, if it said so.
    pub others: Vec<Kind>,
    /// Where it must be.
    pub place: Place,
    /// The key of the named object's data.
    pub key: Option<&'a Node>,
    /// Keys that the reader of the object expects besides.
    pub needs: Vec<SmolStr>,
    /// The port of the named Service.
    pub port: Option<&'a Node>,
    /// Whether an object in another namespace has to be granted by a ReferenceGrant.
    pub granted: bool,
    /// Whether the object may be absent.
    pub optional: bool,
    /// Whether only the name of the field says so, in what a chart or an operator reads as it likes.
    pub hint: bool,
    /// Who makes such objects.
    pub maker: Maker,
}

/// Who makes the objects that a reference may name, as a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// People, charts and operators.
    Anyone,
    /// People, next to what uses them; no chart does.
    People,
    /// The cluster itself, or a chart, as often as people.
    Cluster,
    /// Whoever starts the cluster, before Flux runs.
    Outside,
}

/// The tables, by kind.
#[derive(Debug, Default)]
pub struct Links {
    references: BTreeMap<SmolStr, Vec<(SmolStr, Field)>>,
    /// For kinds that no table mentions.
    fallback: Vec<Field>,
    creations: BTreeMap<SmolStr, Vec<(SmolStr, Creation)>>,
    cluster_scoped: BTreeSet<Kind>,
    /// Keys that say what they name, wherever they stand.
    hints: BTreeMap<SmolStr, Kind>,
    /// Kinds of custom resources that bring nothing into being.
    inert: BTreeSet<Kind>,
    always: Vec<Created>,
    /// ConfigMaps and Secrets whose data comes from somewhere else.
    filled: Vec<Condition>,
    /// Which of Flux's controllers reconciles a kind.
    controllers: BTreeMap<Kind, SmolStr>,
    /// Keys that hold the addresses of a load balancer.
    addresses: BTreeSet<SmolStr>,
    /// What they are taken from.
    pools: Vec<Pool>,
    /// Annotations by which objects share such an address.
    sharing: BTreeSet<SmolStr>,
    /// The annotation that names other namespaces, by the one that shares.
    sharing_across: BTreeMap<SmolStr, SmolStr>,
    /// Where custom resources say what the Service is like that their operator makes, by API group.
    service_settings: BTreeMap<SmolStr, SmolStr>,
    /// Words in the names of classes whose volumes one node mounts at a time.
    block_storage: Vec<SmolStr>,
    /// Words in the names of classes whose volumes are never mounted by two nodes.
    never_shared: Vec<SmolStr>,
    /// Charts and images of one version, those that lead first.
    in_step: Vec<Vec<SmolStr>>,
    /// Groups whose objects no chart makes.
    by_people: Groups,
    /// Groups of Kubernetes and Flux, whose objects bring about only what the tables say.
    built_in: Groups,
    /// Kinds whose objects often come with the cluster, or with a chart.
    often_elsewhere: BTreeSet<Kind>,
    /// What gives every Kustomization variables of which nothing is written in it.
    adds_variables: Vec<(Kind, Vec<Condition>)>,
}

/// API groups: `name`, or `*.suffix`.
#[derive(Debug, Default)]
struct Groups(Vec<SmolStr>);

impl Groups {
    fn has(&self, group: &str) -> bool {
        self.0.iter().any(|own| match own.strip_prefix('*') {
            Some(suffix) => group.ends_with(suffix),
            None => own == group,
        })
    }
}

/// How one field refers; its paths begin at the object that it is in, the first at the resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Field {
    at: Path,
    /// Empty, or any: the object says what kind it names.
    #[serde(default)]
    to: OneOrMany<Kind>,
    name: Option<Path>,
    namespace: Option<Path>,
    kind: Option<Path>,
    key: Option<Path>,
    port: Option<Path>,
    default_key: Option<SmolStr>,
    #[serde(default)]
    needs: OneOrMany<SmolStr>,
    #[serde(default)]
    granted: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    outside: bool,
    #[serde(default)]
    when: OneOrMany<Condition>,
}

impl Links {
    /// The tables in the binary.
    pub fn embedded() -> Links {
        table::embedded()
    }

    /// Adds a table.
    pub fn add(&mut self, table: Table) {
        table::add(self, table);
    }

    /// Every field of a resource that names another object.
    pub fn references<'a>(&self, resource: &'a Resource) -> Vec<Reference<'a>> {
        let mut found = Vec::new();
        let rows = self.references.get(&resource.kind).map_or(&[][..], Vec::as_slice);
        let mut known = false;
        for (group, field) in rows {
            if group == resource.group() {
                known = true;
                self.read(field, resource, &mut found);
            }
        }
        if !known {
            self.fallback.iter().for_each(|field| self.read(field, resource, &mut found));
        }
        self.hinted(resource, &mut found);
        found
    }

    /// Adds what the keys in a chart's values, or in a custom resource, say that they name.
    fn hinted<'a>(&self, resource: &'a Resource, found: &mut Vec<Reference<'a>>) {
        let path = if resource.is_helm_release() { &["spec", "values"][..] } else { &["spec"] };
        let read = resource.is_helm_release() || self.is_custom(resource.group());
        let Some(node) = resource.node.at(path).filter(|_| read) else { return };
        let known: BTreeSet<Span> = found.iter().map(|reference| reference.name.span).collect();
        node.walk_entries(&mut |entry| {
            let Some(kind) = entry.key.text().and_then(|key| self.hints.get(key)) else { return };
            let value = &entry.value;
            let name = if value.is_map() { value.get("name") } else { Some(value) };
            let Some(name) = name.filter(|name| name.text().is_some_and(|text| !text.is_empty())) else { return };
            // Where it says what the resource makes, it refers to nothing.
            let made = || self.creates_of(resource, |made| made == kind);
            if !known.contains(&name.span) && made().iter().all(|made| made.name.as_deref() != name.text()) {
                let place = self.place(kind, value.get("namespace"), resource);
                let key = value.get("key").filter(|key| key.text().is_some());
                let (kinds, others) = (vec![kind.clone()], Vec::new());
                found.push(Reference {
                    name,
                    kinds,
                    others,
                    place,
                    key,
                    needs: Vec::new(),
                    port: None,
                    granted: false,
                    optional: false,
                    hint: true,
                    maker: self.maker(kind),
                });
            }
        });
    }

    fn read<'a>(&self, field: &Field, resource: &'a Resource, found: &mut Vec<Reference<'a>>) {
        field.at.each(&resource.node, &mut |node| {
            if !field.when.0.iter().all(|condition| condition.holds(node)) {
                return;
            }
            let name = if node.is_map() { field.name(node) } else { Some(node) };
            let Some(name) = name.filter(|name| name.text().is_some_and(|text| !text.is_empty() && text != "*")) else {
                return;
            };
            let Some(kind) = field.target(node) else { return };
            let place = self.place(&kind, field.namespace.as_ref().and_then(|path| path.first(node)), resource);
            let others = field.to.0.iter().filter(|other| **other != kind).cloned().collect();
            let port = field.port.as_ref().and_then(|path| path.first(node));
            let mut keys = Vec::new();
            field.key.iter().for_each(|path| path.each(node, &mut |key| keys.extend(key.text().map(|_| key))));
            let default_key = field.default_key.iter().filter(|_| keys.is_empty());
            let optional = field.optional || node.get("optional").is_some_and(Node::is_true);
            let needs = field.needs.0.iter().chain(default_key).cloned().collect();
            let maker = if field.outside { Maker::Outside } else { self.maker(&kind) };
            let (kinds, key, hint) = (vec![kind], None, false);
            let granted = field.granted;
            let reference = Reference { name, kinds, others, place, key, needs, port, granted, optional, hint, maker };
            match keys.split_last() {
                Some((last, others)) => {
                    found.extend(others.iter().map(|key| Reference { key: Some(key), ..reference.clone() }));
                    found.push(Reference { key: Some(last), ..reference });
                }
                None => found.push(reference),
            }
        });
    }

    fn place(&self, kind: &Kind, namespace: Option<&Node>, resource: &Resource) -> Place {
        if self.cluster_scoped.contains(kind) {
            return Place::Cluster;
        }
        namespace.filter(|node| !node.is_null()).map_or_else(|| own_place(resource), named_place)
    }

    /// Whether the volumes of a storage class are disks that one node mounts at a time, wherever its pods run.
    pub fn is_block_storage(&self, class: &str) -> bool {
        self.block_storage.iter().any(|word| class.contains(word.as_str()))
    }

    /// Whether the volumes of a storage class are never mounted by two nodes, whatever a claim asks for.
    pub fn is_never_shared(&self, class: &str) -> bool {
        self.never_shared.iter().any(|word| class.contains(word.as_str()))
    }

    /// Whether a resource claims a volume that one node mounts at a time, wherever its pods run.
    pub fn is_of_one_node(&self, claim: &Resource) -> bool {
        let spec = claim.spec().filter(|_| claim.is("", "PersistentVolumeClaim"));
        let modes = spec.map_or(&[][..], |spec| spec.items_at(&["accessModes"]));
        let once = |mode: &Node| matches!(mode.literal(), Some("ReadWriteOnce" | "ReadWriteOncePod"));
        let class = spec.and_then(|spec| spec.get("storageClassName")?.literal());
        !modes.is_empty() && modes.iter().all(once) && class.is_some_and(|class| self.is_block_storage(class))
    }

    /// Names of charts and images that are released together and have to be of one version.
    pub fn in_step(&self) -> &[Vec<SmolStr>] {
        &self.in_step
    }

    /// Objects that every cluster has.
    pub fn always(&self) -> &[Created] {
        &self.always
    }

    /// Who makes objects of a kind.
    pub fn maker(&self, kind: &Kind) -> Maker {
        match () {
            () if self.often_elsewhere.contains(kind) => Maker::Cluster,
            () if self.by_people.has(&kind.group) => Maker::People,
            () => Maker::Anyone,
        }
    }

    /// Whether a group is that of an operator, who may make anything of its objects.
    pub fn is_custom(&self, group: &str) -> bool {
        group.contains('.') && !self.built_in.has(group)
    }

    /// Whether a resource gives every Kustomization variables of which nothing is written in it.
    pub fn adds_variables(&self, resource: &Resource) -> bool {
        let mut rows = self.adds_variables.iter();
        rows.any(|(kind, conditions)| {
            resource.is(&kind.group, &kind.kind) && conditions.iter().all(|condition| condition.holds(&resource.node))
        })
    }

    /// The controller of Flux that reconciles objects of this kind.
    pub fn controller(&self, group: &str, kind: &str) -> Option<&str> {
        let kind = Kind { group: SmolStr::new(group), kind: SmolStr::new(kind) };
        self.controllers.get(&kind).map(SmolStr::as_str)
    }

    /// Whether objects of this kind live in no namespace, as far as the tables know.
    pub fn is_cluster_scoped(&self, group: &str, kind: &str) -> bool {
        self.cluster_scoped.contains(&Kind { group: SmolStr::new(group), kind: SmolStr::new(kind) })
    }
}

impl Field {
    /// The name of what the object at hand refers to.
    fn name<'a>(&self, node: &'a Node) -> Option<&'a Node> {
        self.name.as_ref().map_or_else(|| node.get("name"), |path| path.first(node))
    }

    /// The kind that the object at hand names; `None` for one that no table knows.
    fn target(&self, node: &Node) -> Option<Kind> {
        let kind = self.kind.as_ref().map_or_else(|| node.get("kind"), |path| path.first(node));
        let written = node.get("group").or_else(|| node.get("apiGroup")).or_else(|| node.get("apiVersion"));
        let group = written.map(|group| group.text().unwrap_or("").split('/').next().unwrap_or(""));
        // `v1` is a version of the core group.
        let group = group.map(|group| if group == "v1" { "" } else { group });
        if self.to.0.is_empty() {
            let kind = SmolStr::new(kind?.known()?);
            return Some(Kind { group: SmolStr::new(group.unwrap_or("")), kind });
        }
        let fits = |to: &&Kind| {
            kind.is_none_or(|kind| kind.text() == Some(&to.kind)) && group.is_none_or(|group| group == to.group)
        };
        // A kind that was left out is the first of the table, whatever others the field may name.
        let candidates = if kind.is_some() { &self.to.0[..] } else { self.to.0.get(..1)? };
        candidates.iter().find(fits).cloned()
    }
}

fn own_place(resource: &Resource) -> Place {
    resource.node.at(&["metadata", "namespace"]).map_or(Place::Unknown, named_place)
}

fn named_place(node: &Node) -> Place {
    node.known().map_or(Place::Unknown, |name| Place::Namespace(SmolStr::new(name)))
}
