//! What the API server demands by code beyond its schemas, from `schemas/admission.yaml`.

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::resource::Resource;
use crate::schema::model::{Dialect, Schema};
use crate::yaml::from_table;

const TABLE: &str = include_str!("../../../schemas/admission.yaml");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    api_version: String,
    kind: String,
    #[serde(flatten, deserialize_with = "schema")]
    schema: Schema,
}

fn schema<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Schema, D::Error> {
    let mut schema = Value::deserialize(deserializer)?;
    allow_empty(&mut schema);
    Ok(Schema::from_json(&schema, Dialect::JsonSchema))
}

/// To Go an empty text is none, and its default counts.
fn allow_empty(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Array(words)) = fields.get_mut("enum") {
                words.push("".into());
            }
            fields.values_mut().for_each(allow_empty);
        }
        Value::Array(items) => items.iter_mut().for_each(allow_empty),
        _ => {}
    }
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| from_table(TABLE));

/// What the API server demands of a resource besides its schema.
pub fn admission_schema(resource: &Resource) -> Option<&'static Schema> {
    let of = |row: &&Row| row.kind == resource.kind && row.api_version == resource.api_version;
    ROWS.iter().find(of).map(|row| &row.schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::{Node, parse};

    /// The words of JSON Schema that the table uses; another one is misspelt, or belongs here.
    const WORDS: [&str; 13] = [
        "additionalProperties",
        "enum",
        "format",
        "items",
        "maxLength",
        "minItems",
        "minProperties",
        "properties",
        "propertyNames",
        "required",
        "x-kubernetes-validations",
        "apiVersion",
        "kind",
    ];

    fn misspelt(schema: &Node, found: &mut Vec<String>) {
        for entry in schema.entries() {
            let word = entry.key.text().unwrap_or("");
            match word {
                "properties" => entry.value.entries().iter().for_each(|field| misspelt(&field.value, found)),
                "items" | "additionalProperties" | "propertyNames" => misspelt(&entry.value, found),
                _ => {}
            }
            let line = 1 + TABLE[..entry.key.span.start as usize].matches('\n').count();
            found.extend((!WORDS.contains(&word)).then(|| format!("line {line}: {word}")));
        }
    }

    #[test]
    fn every_word_of_the_table_is_one_of_json_schema() {
        let parsed = parse(FileId(0), TABLE);
        let mut found = Vec::new();
        parsed.documents[0].root.items().iter().for_each(|row| misspelt(row, &mut found));
        assert_eq!(found, [""; 0]);
        assert!(ROWS.len() > 5);
    }
}
