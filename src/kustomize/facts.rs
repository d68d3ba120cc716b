//! What kustomize knows without being told, read from `schemas/kustomize/`.

use super::fields::Fields;
use super::merges::{self, Merges};
use crate::schema::Notation;
use crate::yaml::{Pairs, from_table};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

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
    pub mappings: HashMap<SmolStr, Pairs<SmolStr, Notation>>,
}

impl Facts {
    /// Reads the tables.
    pub fn new() -> Self {
        let mut kinds: merges::Table = from_table(include_str!("../../schemas/kustomize/kinds.yaml"));
        Facts {
            cluster: std::mem::take(&mut kinds.cluster),
            no_fields: Arc::default(),
            fields: Arc::new(Fields::of(from_table(include_str!("../../schemas/kustomize/fields.yaml")))),
            openapi: kinds.openapi.clone(),
            merges: Arc::new(Merges::of(kinds)),
            mappings: from_table(include_str!("../../schemas/kustomize/file.yaml")),
        }
    }

    /// Whether a kind is known to have no namespace.
    pub fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.cluster.get(api_version).is_some_and(|kinds| kinds.contains(kind))
    }
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
        assert!(facts.mappings.contains_key("Kustomization"));
        let metadata = facts.merges.kind("v1", "Secret").and_then(|kind| facts.merges.field(kind, "metadata"));
        assert!(metadata.is_some_and(|field| field.element.is_some()));
    }
}
