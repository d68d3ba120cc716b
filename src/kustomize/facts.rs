//! What kustomize knows without being told, read from `schemas/kustomize/`.

use super::fields::Fields;
use super::merges::Merges;
use crate::source::FileId;
use crate::yaml::{self, Node};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

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
            fields: Arc::new(fields.as_ref().map(Fields::read).unwrap_or_default()),
            merges: Arc::new(kinds.as_ref().map(Merges::read).unwrap_or_default()),
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
    use super::super::gvk::Gvk;
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
        let workload = Gvk::of("apps/v1", "Deployment");
        assert!(facts.fields.references_of(&workload).count() > 10);
        assert!(facts.shapes.contains_key("Kustomization"));
        let metadata = facts.merges.kind("v1", "Secret").and_then(|kind| facts.merges.field(kind, "metadata"));
        assert!(metadata.is_some_and(|field| field.element.is_some()));
    }
}
