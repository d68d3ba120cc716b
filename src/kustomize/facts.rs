//! What kustomize knows without being told, read from `schemas/kustomize/`.

use super::gvk::{FIRST, Gvk, LAST, gvk_of};
use super::path::split;
use crate::source::FileId;
use crate::yaml::{self, Node};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// A field that a transformer touches, and the kinds that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldSpec {
    /// The kinds; empty parts match any.
    pub gvk: Gvk,
    /// Keys from the root; `key[]` only where the field is a sequence.
    pub path: Arc<[SmolStr]>,
    /// Whether an absent field is made.
    pub create: bool,
}

/// Where each transformer looks: the built-in fields and those of `configurations` and `crds`.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    pub name_prefix: Vec<FieldSpec>,
    pub name_suffix: Vec<FieldSpec>,
    pub namespace: Vec<FieldSpec>,
    pub common_labels: Vec<FieldSpec>,
    pub labels: Vec<FieldSpec>,
    pub template_labels: Vec<FieldSpec>,
    pub common_annotations: Vec<FieldSpec>,
    pub images: Vec<FieldSpec>,
    pub replicas: Vec<FieldSpec>,
    pub var_reference: Vec<FieldSpec>,
    /// Referred kind with the fields that hold its name.
    name_reference: Vec<(Gvk, Vec<FieldSpec>)>,
    /// The same by the kind that has the field; the empty kind for fields of any.
    referrers: OnceLock<HashMap<SmolStr, Vec<(Gvk, FieldSpec)>>>,
}

impl Fields {
    /// Adds the fields of a `configurations` file.
    pub fn read_configuration(&mut self, root: &Node) -> Result<(), Conflict> {
        for (name, list) in self.lists() {
            merge(list, root.items_at(&[name]).iter().map(field_spec))?;
        }
        for item in root.items_at(&["nameReference"]) {
            let specs = item.items_at(&["fieldSpecs"]).iter().map(field_spec);
            self.add_name_reference(gvk_of(item), specs)?;
        }
        self.sort();
        Ok(())
    }

    /// Fields of a kind that hold the name of a resource, with the kinds they refer to.
    pub fn references_of(&self, gvk: &Gvk) -> impl Iterator<Item = &(Gvk, FieldSpec)> {
        let referrers = self.referrers.get_or_init(|| {
            let mut referrers: HashMap<SmolStr, Vec<(Gvk, FieldSpec)>> = HashMap::new();
            for (target, specs) in &self.name_reference {
                for spec in specs {
                    referrers.entry(spec.gvk.kind.clone()).or_default().push((target.clone(), spec.clone()));
                }
            }
            referrers
        });
        let own = referrers.get(&gvk.kind).into_iter().flatten();
        let any = referrers.get("").into_iter().flatten().filter(|_| !gvk.kind.is_empty());
        let gvk = gvk.clone();
        own.chain(any).filter(move |(_, spec)| gvk.selected_by(&spec.gvk))
    }

    /// Adds fields that hold the name of a kind.
    pub fn add_name_reference(&mut self, gvk: Gvk, specs: impl Iterator<Item = FieldSpec>) -> Result<(), Conflict> {
        self.referrers = OnceLock::new();
        match self.name_reference.iter_mut().find(|(known, _)| *known == gvk) {
            Some((_, list)) => merge(list, specs)?,
            None => self.name_reference.push((gvk, specs.collect())),
        }
        Ok(())
    }

    /// Whether no transformer finds anything.
    pub fn is_empty(&self) -> bool {
        self.name_reference.is_empty() && self.namespace.is_empty() && self.common_labels.is_empty()
    }

    /// Adds all fields that `other` has. What comes first holds, and the order is kustomize's: a field of one kind
    /// stands before the same field of any kind and takes its place.
    pub fn absorb(&mut self, other: &Fields) -> Result<(), Conflict> {
        let mut other = other.clone();
        for ((_, list), (_, more)) in self.lists().into_iter().zip(other.lists()) {
            merge(list, more.drain(..))?;
        }
        for (gvk, specs) in other.name_reference {
            self.add_name_reference(gvk, specs.into_iter())?;
        }
        self.sort();
        Ok(())
    }

    fn sort(&mut self) {
        for (_, list) in self.lists() {
            list.sort_by_cached_key(|spec| spec.gvk.rank(&FIRST, &LAST));
        }
        self.name_reference.sort_by_cached_key(|(gvk, _)| gvk.rank(&FIRST, &LAST));
    }

    fn lists(&mut self) -> [(&'static str, &mut Vec<FieldSpec>); 10] {
        [
            ("namePrefix", &mut self.name_prefix),
            ("nameSuffix", &mut self.name_suffix),
            ("namespace", &mut self.namespace),
            ("commonLabels", &mut self.common_labels),
            ("labels", &mut self.labels),
            ("templateLabels", &mut self.template_labels),
            ("commonAnnotations", &mut self.common_annotations),
            ("images", &mut self.images),
            ("replicas", &mut self.replicas),
            ("varReference", &mut self.var_reference),
        ]
    }
}

/// The path of a field that one spec creates and another does not: kustomize refuses both.
#[derive(Debug)]
pub(super) struct Conflict(pub String);

/// Adds specs that no earlier one covers.
pub(super) fn merge(list: &mut Vec<FieldSpec>, more: impl Iterator<Item = FieldSpec>) -> Result<(), Conflict> {
    for spec in more {
        match list.iter().find(|known| known.path == spec.path && known.gvk.selected_by(&spec.gvk)) {
            Some(known) if known.create != spec.create => return Err(Conflict(spec.path.join("/"))),
            Some(_) => {}
            None => list.push(spec),
        }
    }
    Ok(())
}

/// A field spec as `configurations`, `labels[].fields` and transformers write it.
pub(super) fn field_spec(node: &Node) -> FieldSpec {
    let path = node.text_at(&["path"]).unwrap_or_default();
    FieldSpec {
        gvk: gvk_of(node),
        path: split(path, '/').into(),
        create: node.get("create").is_some_and(Node::is_true),
    }
}

/// How a strategic merge treats a field.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldMerge {
    /// For a list that is merged: the keys that identify an element; empty for scalars.
    pub keys: Option<Vec<SmolStr>>,
    /// The type of the field, or of its elements.
    pub element: Option<SmolStr>,
}

/// Types of which some field is merged rather than replaced.
#[derive(Debug, Clone, Default)]
pub(super) struct Merges {
    /// The type of a kind, by `apiVersion` and `kind`.
    kinds: HashMap<SmolStr, HashMap<SmolStr, SmolStr>>,
    /// The fields of a type.
    types: HashMap<SmolStr, HashMap<SmolStr, FieldMerge>>,
}

impl Merges {
    /// The type of a resource, when its kind has a schema.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<&str> {
        self.kinds.get(api_version)?.get(kind).map(SmolStr::as_str)
    }

    /// How a field of a type is merged.
    pub fn field(&self, of: &str, field: &str) -> Option<&FieldMerge> {
        self.types.get(of)?.get(field)
    }

    /// The merges that an OpenAPI document (`openapi.path`) describes.
    pub fn of_openapi(root: &Node) -> Self {
        let mut merges = Merges::default();
        for definition in root.entries_at(&["definitions"]) {
            let name = SmolStr::new(definition.key.text().unwrap_or_default());
            for gvk in definition.value.items_at(&["x-kubernetes-group-version-kind"]) {
                let gvk = gvk_of(gvk);
                let api_version = if gvk.group.is_empty() {
                    gvk.version.clone()
                } else {
                    SmolStr::from(format!("{}/{}", gvk.group, gvk.version))
                };
                merges.kinds.entry(api_version).or_default().insert(gvk.kind, name.clone());
            }
            let properties = definition.value.entries_at(&["properties"]);
            let fields = properties.iter().filter_map(|entry| {
                let field = SmolStr::new(entry.key.text()?);
                Some((field, merges.openapi_field(&name, &entry.value, &entry.key)))
            });
            let fields: Vec<_> = fields.collect();
            let (plain, nested): (Vec<_>, Vec<_>) =
                fields.into_iter().map(|(field, (merge, nested))| ((field, merge), nested)).unzip();
            merges.types.entry(name).or_default().extend(plain);
            for (name, fields) in nested.into_iter().flatten() {
                merges.types.insert(name, fields);
            }
        }
        merges
    }

    /// One property; anonymous types below it get a name of their own.
    #[allow(clippy::type_complexity)]
    fn openapi_field(
        &self,
        of: &str,
        schema: &Node,
        key: &Node,
    ) -> (FieldMerge, Vec<(SmolStr, HashMap<SmolStr, FieldMerge>)>) {
        let reference =
            |node: &Node| node.text_at(&["$ref"]).map(|path| SmolStr::new(path.rsplit('/').next().unwrap_or(path)));
        let merged = schema
            .text_at(&["x-kubernetes-patch-strategy"])
            .is_some_and(|strategy| strategy.split(',').any(|part| part == "merge"));
        let list_keys =
            schema.items_at(&["x-kubernetes-list-map-keys"]).iter().filter_map(Node::text).map(SmolStr::new);
        let mut keys: Vec<SmolStr> = list_keys.collect();
        if keys.is_empty() {
            keys.extend(schema.text_at(&["x-kubernetes-patch-merge-key"]).map(SmolStr::new));
        }
        let items = schema.get("items").unwrap_or(schema);
        let mut nested = Vec::new();
        let element = reference(schema).or_else(|| reference(items)).or_else(|| {
            let properties = items.entries_at(&["properties"]);
            let name = SmolStr::from(format!("{of}.{}", key.text()?));
            let mut fields = HashMap::new();
            for entry in properties {
                let (field, more) = self.openapi_field(&name, &entry.value, &entry.key);
                fields.insert(SmolStr::new(entry.key.text()?), field);
                nested.extend(more);
            }
            nested.push((name.clone(), fields));
            (!properties.is_empty()).then_some(name)
        });
        (FieldMerge { keys: merged.then_some(keys), element }, nested)
    }
}

/// A field of the kustomization file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    String,
    Bool,
    Int,
    Strings,
    Pairs,
    Any,
    /// A mapping of the named shape.
    Map(SmolStr),
    /// A list of such mappings.
    List(SmolStr),
}

/// All tables.
#[derive(Debug)]
pub(super) struct Facts {
    /// Kinds without namespace, by `apiVersion`.
    cluster: HashMap<SmolStr, HashSet<SmolStr>>,
    /// Fields of the transformers.
    pub fields: Arc<Fields>,
    /// None of them, as every kustomization begins.
    pub no_fields: Arc<Fields>,
    /// Merged lists of Kubernetes' own kinds.
    pub merges: Arc<Merges>,
    /// The version of Kubernetes whose schema is built in.
    pub openapi: SmolStr,
    /// Fields of the kustomization file and of the mappings in it.
    pub shapes: HashMap<SmolStr, Vec<(SmolStr, Shape)>>,
}

impl Facts {
    /// Reads the tables.
    pub fn new() -> Self {
        let root = |text: &str| {
            let parsed = yaml::parse(FileId(u32::MAX), text);
            parsed.documents.into_iter().next().map(|document| document.root)
        };
        let kinds = root(include_str!("../../schemas/kustomize/kinds.yaml"));
        let fields = root(include_str!("../../schemas/kustomize/fields.yaml"));
        let file = root(include_str!("../../schemas/kustomize/file.yaml"));
        let cluster = kinds.iter().flat_map(|root| root.entries_at(&["cluster"]));
        Facts {
            cluster: cluster.map(|entry| (text(&entry.key), entry.value.items().iter().map(text).collect())).collect(),
            no_fields: Arc::default(),
            fields: Arc::new(fields.as_ref().map(read_fields).unwrap_or_default()),
            merges: Arc::new(kinds.as_ref().map(read_merges).unwrap_or_default()),
            openapi: kinds.as_ref().and_then(|root| root.text_at(&["openapi"])).map(SmolStr::new).unwrap_or_default(),
            shapes: file.as_ref().map(read_shapes).unwrap_or_default(),
        }
    }

    /// Whether a kind is known to have no namespace.
    pub fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.cluster.get(api_version).is_some_and(|kinds| kinds.contains(kind))
    }
}

fn text(node: &Node) -> SmolStr {
    SmolStr::new(node.text().unwrap_or_default())
}

fn read_merges(root: &Node) -> Merges {
    let mut merges = Merges::default();
    for entry in root.entries_at(&["plain"]) {
        let kinds = entry.value.items().iter().map(|kind| (text(kind), SmolStr::new_static("plain")));
        merges.kinds.entry(text(&entry.key)).or_default().extend(kinds);
    }
    for entry in root.entries_at(&["kinds"]) {
        let kinds = entry.value.entries().iter().map(|kind| (text(&kind.key), text(&kind.value)));
        merges.kinds.entry(text(&entry.key)).or_default().extend(kinds);
    }
    for entry in root.entries_at(&["types"]) {
        let fields = entry
            .value
            .entries()
            .iter()
            .map(|field| (text(&field.key), field_merge(field.value.text().unwrap_or_default())));
        merges.types.insert(text(&entry.key), fields.collect());
    }
    merges
}

/// `[keys] Type`, `* Type` or `Type`.
fn field_merge(text: &str) -> FieldMerge {
    let element = |name: &str| Some(name.trim()).filter(|name| !name.is_empty()).map(SmolStr::new);
    match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((keys, name)) => {
            FieldMerge { keys: Some(keys.split_whitespace().map(SmolStr::new).collect()), element: element(name) }
        }
        None => FieldMerge { keys: None, element: element(text.trim_start_matches('*')) },
    }
}

fn read_fields(root: &Node) -> Fields {
    let pods: Vec<(SmolStr, SmolStr)> =
        root.entries_at(&["pods"]).iter().map(|entry| (text(&entry.key), text(&entry.value))).collect();
    let spec = |path: &str, kind: &str, create: bool| {
        let gvk = kind_selector(kind);
        let path = match path.strip_prefix("$pod") {
            Some(rest) => {
                let pod = pods.iter().find(|(kind, _)| *kind == gvk.kind).map_or("", |(_, pod)| pod.as_str());
                format!("{pod}{rest}")
            }
            None => path.to_owned(),
        };
        FieldSpec { gvk, path: split(&path, '/').into(), create }
    };
    let specs = |node: &Node, create: bool| -> Vec<FieldSpec> {
        let entries = node.entries().iter().filter(|entry| entry.key.text() != Some("create"));
        entries
            .flat_map(|entry| {
                let path = entry.key.text().unwrap_or_default();
                entry.value.items().iter().filter_map(Node::text).map(move |kind| spec(path, kind, create))
            })
            .collect()
    };
    let mut fields = Fields::default();
    for (name, list) in fields.lists() {
        let Some(node) = root.get(name) else { continue };
        *list = specs(node, false);
        list.extend(node.get("create").map(|node| specs(node, true)).unwrap_or_default());
    }
    fields.common_labels.extend(fields.template_labels.iter().cloned());
    for entry in root.entries_at(&["nameReference"]) {
        fields.name_reference.push((kind_selector(entry.key.text().unwrap_or_default()), specs(&entry.value, false)));
    }
    fields
}

/// `Kind`, `version Kind`, `group/version Kind`; `*` for any.
fn kind_selector(text: &str) -> Gvk {
    let (api_version, kind) = text.rsplit_once(' ').unwrap_or(("", text));
    let mut gvk = Gvk::of(api_version, kind);
    for part in [&mut gvk.version, &mut gvk.kind] {
        if part == "*" {
            *part = SmolStr::default();
        }
    }
    gvk
}

fn read_shapes(root: &Node) -> HashMap<SmolStr, Vec<(SmolStr, Shape)>> {
    let shape = |node: &Node| match (node.text(), node.items().first()) {
        (_, Some(item)) => Shape::List(text(item)),
        (Some("string"), _) => Shape::String,
        (Some("bool"), _) => Shape::Bool,
        (Some("int"), _) => Shape::Int,
        (Some("strings"), _) => Shape::Strings,
        (Some("pairs"), _) => Shape::Pairs,
        (Some("any") | None, _) => Shape::Any,
        (Some(name), _) => Shape::Map(SmolStr::new(name)),
    };
    let fields = |node: &Node| node.entries().iter().map(|field| (text(&field.key), shape(&field.value))).collect();
    root.entries().iter().map(|entry| (text(&entry.key), fields(&entry.value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read() {
        let facts = Facts::new();
        assert!(facts.is_cluster_scoped("v1", "Namespace"));
        assert!(!facts.is_cluster_scoped("cert-manager.io/v1", "ClusterIssuer"));
        let pod = facts.merges.kind("v1", "Pod").and_then(|pod| facts.merges.field(pod, "spec"));
        let spec = pod.and_then(|field| field.element.clone()).unwrap_or_default();
        let keys = facts.merges.field(&spec, "containers").and_then(|field| field.keys.clone());
        assert_eq!(keys, Some(vec![SmolStr::new("name")]));
        assert_eq!(facts.fields.images.len(), 6);
        assert!(facts.fields.name_reference.len() > 10);
        assert!(facts.shapes.contains_key("Kustomization"));
        let metadata = facts.merges.kind("v1", "Secret").and_then(|kind| facts.merges.field(kind, "metadata"));
        assert!(metadata.is_some_and(|field| field.element.is_some()));
    }
}
