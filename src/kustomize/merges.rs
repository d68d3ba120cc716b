//! Which lists a strategic merge merges, and by which keys.

use super::gvk::gvk_of;
use crate::yaml::Node;
use serde::{Deserialize, Deserializer};
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How a strategic merge treats a field.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldMerge {
    /// For a list that is merged: the keys that identify an element; empty for scalars.
    pub keys: Option<Vec<SmolStr>>,
    /// The type of the field, or of its elements.
    pub element: Option<SmolStr>,
}

/// `schemas/kustomize/kinds.yaml`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Table {
    /// The version of Kubernetes whose schema is built in.
    pub openapi: SmolStr,
    /// Kinds without namespace, by `apiVersion`.
    pub cluster: HashMap<SmolStr, HashSet<SmolStr>>,
    /// Kinds of which only the metadata merges lists, by `apiVersion`.
    plain: HashMap<SmolStr, Vec<SmolStr>>,
    /// The types of other kinds, by `apiVersion` and `kind`.
    kinds: BTreeMap<SmolStr, HashMap<SmolStr, SmolStr>>,
    /// The fields of a type.
    types: HashMap<SmolStr, HashMap<SmolStr, FieldMerge>>,
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
    /// The lists of Kubernetes' own kinds.
    pub fn of(table: Table) -> Self {
        let plain = |kind| (kind, SmolStr::new_static("plain"));
        let mut kinds: HashMap<SmolStr, HashMap<SmolStr, SmolStr>> =
            table.plain.into_iter().map(|(version, kinds)| (version, kinds.into_iter().map(plain).collect())).collect();
        for (version, types) in table.kinds {
            kinds.entry(version).or_default().extend(types);
        }
        Merges { kinds, types: table.types }
    }

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

/// `[keys] Type`, `* Type` or `Type`.
impl<'de> Deserialize<'de> for FieldMerge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let element = |name: &str| Some(name.trim()).filter(|name| !name.is_empty()).map(SmolStr::new);
        Ok(match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((keys, name)) => {
                FieldMerge { keys: Some(keys.split_whitespace().map(SmolStr::new).collect()), element: element(name) }
            }
            None => FieldMerge { keys: None, element: element(text.trim_start_matches('*')) },
        })
    }
}
