//! What the API server demands by code beyond its schemas, from `schemas/demanded.yaml`.

use std::sync::LazyLock;

use super::Schema;
use super::json::Dialect;
use super::values::to_json;
use crate::resource::Resource;
use crate::source::FileId;
use crate::yaml::{Node, parse};

struct Demand {
    api_version: String,
    kind: String,
    schema: Schema,
}

static DEMANDS: LazyLock<Vec<Demand>> = LazyLock::new(|| {
    let parsed = parse(FileId(0), include_str!("../../schemas/demanded.yaml"));
    let rows = parsed.documents.first().map_or(&[][..], |document| document.root.items());
    let demand = |row: &Node| {
        let schema = Schema::from_json(&to_json(row), Dialect::JsonSchema);
        let (api_version, kind) = (row.text_at(&["apiVersion"])?.to_owned(), row.text_at(&["kind"])?.to_owned());
        Some(Demand { api_version, kind, schema })
    };
    rows.iter().filter_map(demand).collect()
});

/// What is demanded of a resource besides its schema.
pub fn demanded(resource: &Resource) -> Option<&'static Schema> {
    let of = |demand: &&Demand| demand.kind == resource.kind && demand.api_version == resource.api_version;
    DEMANDS.iter().find(of).map(|demand| &demand.schema)
}
