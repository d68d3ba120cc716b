//! A whole resource: its schema, what the API server demands besides, its name and namespace.

use super::admission::admission_schema;
use super::fault::Fault;
use super::values::with_unknowns;
use super::walk::{Extent, Walk};
use crate::resource::Resource;
use crate::schema::model::Schema;

/// What is wrong with a resource. `meta` is the schema of `metadata`.
pub fn check_resource(resource: &Resource, schema: &Schema, meta: Option<&Schema>, extent: Extent) -> Vec<Fault> {
    let opened = with_unknowns(&resource.node).map(|node| Resource { node, ..resource.clone() });
    let resource = opened.as_ref().unwrap_or(resource);
    let mut walk = Walk {
        api_version: resource.api_version.clone(),
        extent,
        hidden: resource.is("", "Secret"),
        meta,
        ..Walk::new(&resource.kind, schema)
    };
    let at = resource.node.entry("kind").map_or(resource.node.span, |entry| entry.value.span);
    walk.value(schema, &resource.node, at);
    if let Some(admission) = admission_schema(resource) {
        walk.value(admission, &resource.node, at);
    }
    // A file of a tool has a metadata of its own, with names by rules of their own.
    let own = schema.property("metadata").is_some_and(|own| !meta.is_some_and(|meta| std::ptr::eq(meta, own.as_ref())));
    if !own {
        walk.identity(resource);
    }
    walk.faults
}
