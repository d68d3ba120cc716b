//! Which kinds refer to which, and which objects operators create: read from tables, not written in code.

mod path;
mod table;

use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{Node, OneOrMany};
use path::{Condition, Path, Template};
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

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

/// An object that a resource brings into being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// What.
    pub kind: Kind,
    /// Its name; `None` where that is not known.
    pub name: Option<SmolStr>,
    /// Whether `-0`, `-1` … follow the name.
    pub ordinal: bool,
    /// Where.
    pub place: Place,
    /// The keys of its data; `None` where they are not known.
    pub keys: Option<Vec<SmolStr>>,
    /// What to point at: the scalar that gives the name.
    pub span: Span,
}

impl Created {
    /// Whether it could be the object with this name.
    pub fn is_named(&self, name: &str) -> bool {
        let Some(own) = &self.name else { return true };
        if !self.ordinal {
            return own == name;
        }
        let number = name.strip_prefix(own.as_str()).and_then(|rest| rest.strip_prefix('-'));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// How an object shares the address of its load balancer.
#[derive(Debug, Clone, Copy)]
pub struct Sharing<'a> {
    /// Objects with an equal one may have one address.
    key: &'a Node,
    /// Where namespaces matter: the list of those besides its own.
    namespaces: Option<Option<&'a Node>>,
}

impl Sharing<'_> {
    /// Whether two objects, each with its namespace, may have one address, as far as that is known.
    pub fn allows(&self, own: &str, other: &Sharing, theirs: &str) -> bool {
        let same = self.key.known().zip(other.key.known()).is_none_or(|(key, other)| key == other);
        same && (own == theirs || self.names(theirs) && other.names(own))
    }

    fn names(&self, namespace: &str) -> bool {
        let Some(list) = self.namespaces else { return true };
        let listed = |list: &Node| {
            list.known()
                .is_none_or(|list| list.split(',').any(|name| matches!(name.trim(), "*") || name.trim() == namespace))
        };
        list.is_some_and(listed)
    }
}

/// Objects from which addresses of load balancers are taken.
#[derive(Debug, Clone, Deserialize)]
pub struct Pool {
    /// Their kind.
    pub kind: Kind,
    at: Path,
    keys: Vec<SmolStr>,
}

impl Pool {
    /// Whether a key takes addresses from such pools.
    pub fn is_of(&self, key: &str) -> bool {
        self.keys.iter().any(|own| own == key)
    }

    /// The ranges of a pool, as written.
    pub fn ranges<'a>(&self, pool: &'a Resource) -> Vec<&'a Node> {
        let mut ranges = Vec::new();
        self.at.each(&pool.node, &mut |node| ranges.push(node));
        ranges
    }
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

/// What one kind creates.
#[derive(Debug, Clone, Deserialize)]
struct Creation {
    /// The kinds that create it, while the table is read.
    from: OneOrMany<Kind>,
    /// Where in the resource each object is described; the resource itself where nothing is said.
    at: Option<Path>,
    /// Any: the description says it.
    #[serde(rename = "kind")]
    to: Kind,
    #[serde(rename = "name")]
    names: OneOrMany<Template>,
    /// The own one where nothing is said.
    namespace: Option<Scope>,
    #[serde(default)]
    ordinal: bool,
    /// Whether nothing else makes objects of such a name.
    #[serde(default)]
    alone: bool,
    keys: Option<OneOrMany<Keys>>,
    #[serde(default)]
    open: OneOrMany<Path>,
    #[serde(default)]
    when: OneOrMany<Condition>,
}

#[derive(Debug, Clone)]
enum Scope {
    Everywhere,
    Unknown,
    Named(Template),
}

#[derive(Debug, Clone)]
enum Keys {
    Word(SmolStr),
    At(Path),
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

    /// A resource as one of the objects that there are; `None` without a name.
    pub fn itself(&self, resource: &Resource) -> Option<Created> {
        let name = resource.node.at(&["metadata", "name"])?;
        let kind = Kind { group: SmolStr::new(resource.group()), kind: resource.kind.clone() };
        let place = match resource.namespace() {
            _ if self.cluster_scoped.contains(&kind) => Place::Cluster,
            Some(namespace) => Place::Namespace(SmolStr::new(namespace)),
            None => Place::Unknown,
        };
        let data = resource.is("", "Secret") || resource.is("", "ConfigMap");
        let keys = if data { self.keys(resource) } else { None };
        let name = name.literal().map(SmolStr::new);
        Some(Created { kind, name, ordinal: false, place, keys, span: resource.name_span() })
    }

    /// A resource, and every object that it brings into being.
    pub fn brings(&self, resource: &Resource) -> Vec<Created> {
        self.itself(resource).into_iter().chain(self.creates(resource)).collect()
    }

    /// Every object that a resource brings into being, as far as the tables know.
    pub fn creates(&self, resource: &Resource) -> Vec<Created> {
        self.creates_of(resource, |_| true)
    }

    /// The objects of some kinds that a resource brings into being.
    pub fn creates_of(&self, resource: &Resource, wanted: impl Fn(&Kind) -> bool) -> Vec<Created> {
        let rows = self.creations.get(&resource.kind).into_iter().chain(self.creations.get("*")).flatten();
        let rows = rows.filter(|(group, creation)| {
            let own = group == resource.group() || group == "*";
            own && (creation.to.is_any() || wanted(&creation.to))
        });
        let mut found = Vec::new();
        for (_, creation) in rows {
            match &creation.at {
                None => found.extend(self.created(creation, &creation.to, &resource.node, resource)),
                Some(path) => path.each(&resource.node, &mut |object| {
                    let kind = creation.kind(object).filter(|kind| wanted(kind));
                    found.extend(kind.into_iter().flat_map(|kind| self.created(creation, &kind, object, resource)));
                }),
            }
        }
        found
    }

    /// The objects of a kind that one description stands for.
    fn created(&self, creation: &Creation, kind: &Kind, object: &Node, resource: &Resource) -> Vec<Created> {
        if !creation.when.0.iter().all(|condition| condition.holds(object)) {
            return Vec::new();
        }
        let place = match &creation.namespace {
            _ if self.cluster_scoped.contains(kind) => Place::Cluster,
            None => own_place(resource),
            Some(Scope::Everywhere) => Place::Everywhere,
            Some(Scope::Unknown) => Place::Unknown,
            Some(Scope::Named(template)) => match template.fill(object).pop() {
                // What an operator fills in stands for many.
                Some(path::Filled { text: Some(text), .. }) if text.contains("{{") => Place::Everywhere,
                Some(path::Filled { text: Some(text), .. }) => Place::Namespace(text),
                Some(_) => Place::Unknown,
                None => own_place(resource),
            },
        };
        let open = creation.open.0.iter().any(|path| path.first(object).is_some_and(|node| !is_empty(node)));
        let keys = creation.keys.as_ref().filter(|_| !open).map(|keys| {
            let words = keys.0.iter().flat_map(|keys| match keys {
                Keys::Word(word) => vec![word.clone()],
                Keys::At(path) => path.words(object),
            });
            words.collect::<Vec<SmolStr>>()
        });
        // Whoever refers to a copy whose name is not known does so by the same unknown name.
        let filled = creation.names.0.iter().flat_map(|name| name.fill(object));
        let filled = filled.filter(|filled| filled.text.is_some() || place != Place::Everywhere);
        // An empty name is no name.
        let filled = filled.filter(|filled| filled.text.as_deref() != Some(""));
        let object = |filled: path::Filled| Created {
            kind: kind.clone(),
            name: filled.text.filter(|text| !text.contains("{{")),
            ordinal: creation.ordinal,
            place: place.clone(),
            keys: keys.clone(),
            span: filled.span.unwrap_or_else(|| resource.name_span()),
        };
        filled.map(object).collect()
    }

    /// What alone makes an object of this name: its kind and its name.
    pub fn only_maker(&self, kind: &Kind, name: &str) -> Option<(Kind, SmolStr)> {
        let rows = self.creations.iter().flat_map(|(from, rows)| rows.iter().map(move |row| (from, row)));
        let mut rows = rows.filter(|(_, (_, creation))| creation.alone && creation.to == *kind);
        rows.find_map(|(from, (group, creation))| {
            let owner = creation.names.0.iter().find_map(|template| template.unfilled(name))?;
            Some((Kind { group: group.clone(), kind: from.clone() }, SmolStr::new(owner)))
        })
    }

    /// Whether a table says what this resource creates, or that it creates nothing.
    pub fn describes(&self, resource: &Resource) -> bool {
        let kind = Kind { group: SmolStr::new(resource.group()), kind: resource.kind.clone() };
        let rows = self.creations.get(&resource.kind).map_or(&[][..], Vec::as_slice);
        rows.iter().any(|(group, _)| group == resource.group()) || self.inert.contains(&kind)
    }

    /// The keys of a ConfigMap's or Secret's own data; `None` where something else fills it in.
    pub fn keys(&self, resource: &Resource) -> Option<Vec<SmolStr>> {
        if self.filled.iter().any(|condition| condition.holds(&resource.node)) {
            return None;
        }
        let fields = ["data", "binaryData", "stringData"];
        let entries = fields.iter().flat_map(|field| resource.node.entries_at(&[field]));
        Some(entries.filter_map(|entry| entry.key.text()).map(SmolStr::new).collect())
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

    /// Whether a key holds the addresses of a load balancer.
    pub fn is_address(&self, key: &str) -> bool {
        self.addresses.contains(key)
    }

    /// Where a custom resource says what the Service is like that its operator makes.
    pub fn service_settings<'n>(&self, resource: &'n Resource) -> Option<&'n Node> {
        let path: Vec<&str> = self.service_settings.get(resource.group())?.split('.').collect();
        resource.node.at(&path)
    }

    /// The kinds of pools that addresses of load balancers are taken from.
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// By which of its annotations an object shares its address, and with whom.
    pub fn sharing<'n>(&self, annotations: &'n Node) -> Option<Sharing<'n>> {
        let entry = annotations
            .entries()
            .iter()
            .find(|entry| entry.key.text().is_some_and(|key| self.sharing.contains(key)))?;
        let across = self.sharing_across.get(entry.key.text()?).map(|across| annotations.get(across));
        Some(Sharing { key: &entry.value, namespaces: across })
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

impl Creation {
    /// The kind of what an object describes.
    fn kind(&self, object: &Node) -> Option<Kind> {
        if !self.to.is_any() {
            return Some(self.to.clone());
        }
        let version = object.text_at(&["apiVersion"]).unwrap_or("");
        let group = version.rsplit_once('/').map_or("", |(group, _)| group);
        Some(Kind { group: SmolStr::new(group), kind: SmolStr::new(object.get("kind")?.known()?) })
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

fn is_empty(node: &Node) -> bool {
    node.is_null() || node.is_map() && node.entries().is_empty() || node.is_seq() && node.items().is_empty()
}
