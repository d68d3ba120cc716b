//! What kustomize knows without being told, read from `schemas/kustomize/`.

use super::fields::Fields;
use super::merges::{self, Merges};
use crate::yaml::{Pairs, from_table};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};
use std::fmt;
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
    pub shapes: Shapes,
}

/// `schemas/kustomize/file.yaml`: mappings by name, each with its fields.
type Shapes = HashMap<SmolStr, Pairs<SmolStr, Shape>>;

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
            shapes: from_table(include_str!("../../schemas/kustomize/file.yaml")),
        }
    }

    /// Whether a kind is known to have no namespace.
    pub fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.cluster.get(api_version).is_some_and(|kinds| kinds.contains(kind))
    }
}

/// `string`, `bool`, `int`, `strings`, `pairs`, `any`, or the name of a mapping; in a list, a list of such.
impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Notation;

        impl<'de> Visitor<'de> for Notation {
            type Value = Shape;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("the name of a shape, or a list with one")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Shape, E> {
                Ok(match text {
                    "string" => Shape::String,
                    "bool" => Shape::Bool,
                    "int" => Shape::Int,
                    "strings" => Shape::Strings,
                    "pairs" => Shape::Pairs,
                    "any" => Shape::Any,
                    name if name.starts_with(char::is_uppercase) => Shape::Map(SmolStr::new(name)),
                    other => return Err(E::custom(format_args!("`{other}` is no shape"))),
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
                let name = items.next_element()?;
                name.map(Shape::List).ok_or_else(|| A::Error::custom("a list without a shape"))
            }
        }

        deserializer.deserialize_any(Notation)
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
        assert!(facts.shapes.contains_key("Kustomization"));
        let named = facts.shapes.values().flat_map(|fields| &fields.0).filter_map(|(_, shape)| match shape {
            Shape::Map(name) | Shape::List(name) => Some(name),
            _ => None,
        });
        let undefined: Vec<&SmolStr> = named.filter(|name| !facts.shapes.contains_key(*name)).collect();
        assert_eq!(undefined, [""; 0]);
        let metadata = facts.merges.kind("v1", "Secret").and_then(|kind| facts.merges.field(kind, "metadata"));
        assert!(metadata.is_some_and(|field| field.element.is_some()));
    }
}
