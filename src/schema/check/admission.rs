//! What the API server demands by code beyond its schemas, from `schemas/admission.yaml`.

use std::sync::LazyLock;

use crate::resource::Resource;
use crate::schema::model::{Dialect, Schema, to_json};
use crate::source::FileId;
use crate::yaml::{Node, parse};

struct Row {
    api_version: String,
    kind: String,
    schema: Schema,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let parsed = parse(FileId(0), include_str!("../../../schemas/admission.yaml"));
    let rows = parsed.documents.first().map_or(&[][..], |document| document.root.items());
    let read = |row: &Node| {
        let schema = Schema::from_json(&to_json(row), Dialect::JsonSchema);
        let (api_version, kind) = (row.text_at(&["apiVersion"])?.to_owned(), row.text_at(&["kind"])?.to_owned());
        Some(Row { api_version, kind, schema })
    };
    rows.iter().filter_map(read).collect()
});

/// What the API server demands of a resource besides its schema.
pub fn admission_schema(resource: &Resource) -> Option<&'static Schema> {
    let of = |row: &&Row| row.kind == resource.kind && row.api_version == resource.api_version;
    ROWS.iter().find(of).map(|row| &row.schema)
}
