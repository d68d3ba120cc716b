//! Schemas of the user: of kinds, from a location or from what was fetched and imported, and of files.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use smol_str::SmolStr;

use crate::schema::check::PlainSchema;
use crate::schema::model::{Dialect, Schema};
use crate::source::FileId;

/// Schemas of kinds by apiVersion and kind, and those that files name for themselves.
#[derive(Debug, Default)]
pub struct UserSchemas {
    kinds: BTreeMap<(SmolStr, SmolStr), Entry>,
    files: BTreeMap<FileId, Arc<PlainSchema>>,
}

#[derive(Debug)]
struct Entry {
    place: String,
    document: Value,
    schema: OnceLock<Arc<Schema>>,
}

impl UserSchemas {
    /// Adds the schema of a kind, read from a place.
    pub fn add(&mut self, api_version: &str, kind: &str, place: String, document: Value) {
        let name = (SmolStr::new(api_version), SmolStr::new(kind));
        self.kinds.insert(name, Entry { place, document, schema: OnceLock::new() });
    }

    /// Adds the schema that a file names for itself.
    pub fn add_file(&mut self, file: FileId, schema: Arc<PlainSchema>) {
        self.files.insert(file, schema);
    }

    /// The schema that a file names for itself.
    pub fn file(&self, file: FileId) -> Option<&PlainSchema> {
        self.files.get(&file).map(AsRef::as_ref)
    }

    /// The schema of a kind.
    pub fn find(&self, api_version: &str, kind: &str, object_meta: Option<&Arc<Schema>>) -> Option<Arc<Schema>> {
        let entry = self.entry(api_version, kind)?;
        let schema =
            entry.schema.get_or_init(|| Arc::new(Schema::of_kind(&entry.document, Dialect::JsonSchema, object_meta)));
        Some(Arc::clone(schema))
    }

    /// Where the schema of a kind was read.
    pub fn place(&self, api_version: &str, kind: &str) -> Option<&str> {
        self.entry(api_version, kind).map(|entry| entry.place.as_str())
    }

    /// Every kind, as (apiVersion, kind), sorted.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &str)> {
        self.kinds.keys().map(|(api_version, kind)| (api_version.as_str(), kind.as_str()))
    }

    fn entry(&self, api_version: &str, kind: &str) -> Option<&Entry> {
        if self.kinds.is_empty() {
            return None;
        }
        self.kinds.get(&(SmolStr::new(api_version), SmolStr::new(kind)))
    }
}
