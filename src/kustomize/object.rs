//! Resources while they are built: the node, and what kustomize remembers of it beside the node.

use super::facts::Facts;
use super::gvk::Gvk;
use super::origin::Origin;
use crate::source::Span;
use crate::yaml::{Entry, Mode, Node, Resolved, Style, Value};
use smol_str::SmolStr;
use std::collections::HashMap;
use std::sync::Arc;

/// Group, version, kind, name and namespace of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Id {
    pub gvk: Gvk,
    pub name: SmolStr,
    /// As written; empty where it is absent.
    pub namespace: SmolStr,
    /// Whether the kind is known to have no namespace.
    pub cluster: bool,
}

/// What stands for the namespace of kinds that have none.
const NO_NAMESPACE: SmolStr = SmolStr::new_static("_non_namespaceable_");

impl Id {
    /// Reads the identity of a node.
    pub fn of(node: &Node, facts: &Facts) -> Self {
        let text = |path: &[&str]| node.text_at(path).unwrap_or_default();
        let (api_version, kind) = (text(&["apiVersion"]), text(&["kind"]));
        Id {
            gvk: Gvk::of(api_version, kind),
            name: text(&["metadata", "name"]).into(),
            namespace: text(&["metadata", "namespace"]).into(),
            cluster: facts.is_cluster_scoped(api_version, kind),
        }
    }

    /// The namespace that counts: `default` where none is written.
    pub fn effective_namespace(&self) -> SmolStr {
        match self.namespace.as_str() {
            _ if self.cluster => NO_NAMESPACE,
            "" => SmolStr::new_static("default"),
            _ => self.namespace.clone(),
        }
    }

    /// What may exist only once.
    pub fn key(&self) -> Key {
        Key { gvk: self.gvk.clone(), name: self.name.clone(), namespace: self.effective_namespace() }
    }

    /// `Kind/name`, as messages call it.
    pub fn title(&self) -> String {
        format!("{}/{}", self.gvk.kind, self.name)
    }
}

/// An identity with its effective namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub gvk: Gvk,
    pub name: SmolStr,
    pub namespace: SmolStr,
}

/// An identity that a resource had before a transformer changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Previous {
    pub kind: SmolStr,
    pub name: SmolStr,
    /// The effective namespace.
    pub namespace: SmolStr,
}

/// What a generator does with a resource that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behavior {
    Create,
    Replace,
    Merge,
}

/// A resource with what kustomize remembers beside it.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// The resource.
    pub node: Node,
    /// Its identity now.
    pub id: Id,
    /// Its earlier identities, the oldest first.
    pub previous: Vec<Previous>,
    pub prefixes: Vec<SmolStr>,
    pub suffixes: Vec<SmolStr>,
    /// What to do when it meets its like.
    pub behavior: Behavior,
    /// Whether its name gets a hash of its content.
    pub hashed: bool,
    /// Names of the `vars` that read it.
    pub vars: Vec<SmolStr>,
    /// Where it comes from; only followed where `buildMetadata` asks.
    pub origin: Option<Arc<Origin>>,
    /// What changed it; only followed where `buildMetadata` asks.
    pub transformations: Vec<Arc<Origin>>,
}

impl Object {
    /// A resource as written.
    pub fn new(node: Node, facts: &Facts) -> Self {
        Object {
            id: Id::of(&node, facts),
            node,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            behavior: Behavior::Create,
            hashed: false,
            vars: Vec::new(),
            origin: None,
            transformations: Vec::new(),
        }
    }

    /// Reads the identity again after the node changed.
    pub fn refresh(&mut self, facts: &Facts) {
        self.id = Id::of(&self.node, facts);
    }

    /// Remembers the identity of now.
    pub fn store_previous(&mut self) {
        let namespace = self.id.effective_namespace();
        self.previous.push(Previous { kind: self.id.gvk.kind.clone(), name: self.id.name.clone(), namespace });
    }

    /// The kind as it was written at first.
    pub fn original_gvk(&self) -> Gvk {
        let kind = self.previous.first().map_or(&self.id.gvk.kind, |previous| &previous.kind);
        Gvk { kind: kind.clone(), ..self.id.gvk.clone() }
    }

    /// All identities as keys, the present one last.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        let earlier = self.previous.iter().map(|previous| Key {
            gvk: Gvk { kind: previous.kind.clone(), ..self.id.gvk.clone() },
            name: previous.name.clone(),
            namespace: previous.namespace.clone(),
        });
        earlier.chain(std::iter::once(self.id.key()))
    }

    /// Where to point: the name.
    pub fn name_span(&self) -> Span {
        self.node.at(&["metadata", "name"]).map_or(self.node.span, |name| name.span)
    }
}

/// Resources in the order they were added, each identity once.
#[derive(Debug, Clone, Default)]
pub(super) struct Set {
    /// The resources.
    pub objects: Vec<Object>,
    /// Their identities of now; `None` after a change.
    index: Option<HashMap<Key, usize>>,
}

impl Set {
    /// The resource with an identity.
    pub fn find(&mut self, key: &Key) -> Option<usize> {
        let objects = &self.objects;
        let index = self.index.get_or_insert_with(|| {
            objects.iter().enumerate().rev().map(|(at, object)| (object.id.key(), at)).collect()
        });
        index.get(key).copied()
    }

    /// Adds a resource; returns the one that has its identity already.
    pub fn append(&mut self, object: Object) -> Result<(), Box<(Object, usize)>> {
        let key = object.id.key();
        if let Some(existing) = self.find(&key) {
            return Err(Box::new((object, existing)));
        }
        if let Some(index) = &mut self.index {
            index.insert(key, self.objects.len());
        }
        self.objects.push(object);
        Ok(())
    }

    /// The resources, to be changed.
    pub fn objects_mut(&mut self) -> &mut Vec<Object> {
        self.index = None;
        &mut self.objects
    }

    /// Every identity, present and past, with the resources that have it.
    pub fn by_any_id(&self) -> HashMap<Key, Vec<usize>> {
        let mut index: HashMap<Key, Vec<usize>> = HashMap::new();
        for (at, object) in self.objects.iter().enumerate() {
            for key in object.keys() {
                let found = index.entry(key).or_default();
                if found.last() != Some(&at) {
                    found.push(at);
                }
            }
        }
        index
    }

    /// Drops what patches deleted.
    pub fn drop_deleted(&mut self) {
        if self.objects.iter().any(|object| object.node.entries().is_empty()) {
            self.objects_mut().retain(|object| !object.node.entries().is_empty());
        }
    }
}

/// Sets `key` of a mapping; a new key stands where its value does.
pub(super) fn put(node: &mut Node, key: &str, value: Node) {
    node.set(Node::scalar(value.span, key, Style::Plain), value);
}

/// The mapping under `key`, made where it is absent or null.
pub(super) fn map_at<'a>(node: &'a mut Node, key: &str, span: Span) -> Option<&'a mut Node> {
    if node.get(key).is_none_or(Node::is_null) {
        put(node, key, Node::map(span, Vec::new()));
    }
    node.get_mut(key)
}

/// Whether a scalar is a string to every reader.
pub(super) fn is_string(node: &Node) -> bool {
    [Mode::Yaml11, Mode::Yaml12].iter().all(|mode| node.resolve(*mode) == Some(Resolved::Str))
}

/// The text of a node as a string, whatever it would mean without quotes; a collection has none.
pub(super) fn as_string(node: &Node) -> Node {
    let mut node = node.clone();
    let string = is_string(&node);
    match &mut node.value {
        // Only what is left as it was written is folded again when it is printed.
        Value::Scalar(scalar) if !string || scalar.style == Style::Folded => scalar.style = Style::Double,
        Value::Scalar(_) => {}
        _ => node = Node::string(node.span, ""),
    }
    node.props = None;
    node
}

/// Entries of a mapping with their values as strings; null is the empty one.
pub(super) fn string_pairs(node: Option<&Node>) -> Vec<Entry> {
    let entries = node.map(Node::entries).unwrap_or_default().iter();
    let strings = entries.map(|entry| {
        let null = entry.value.is_null();
        let value = if null { Node::string(entry.value.span, "") } else { as_string(&entry.value) };
        Entry { key: entry.key.clone(), value }
    });
    strings.collect()
}
