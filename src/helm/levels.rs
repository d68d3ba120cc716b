//! The values that app-template takes, from the table in `schemas/charts/app-template.yaml` to a schema.

use crate::schema::{Additional, Bundle, Schema, Types, Variants};
use crate::source::{FileId, Span};
use crate::yaml::{Node, Value, parse};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// What the values may be, level by level.
const TABLE: &str = include_str!("../../schemas/charts/app-template.yaml");

/// The first major version of the chart that the table describes.
const FIRST: u32 = 2;

/// The table, and the schema that it gives for each major version from the first on.
#[derive(Debug)]
pub(super) struct Levels {
    table: Node,
    bundle: Bundle,
    schemas: [OnceLock<Arc<Schema>>; 4],
}

impl Levels {
    /// The table in the binary.
    pub(super) fn embedded() -> Self {
        Levels { table: root(TABLE), bundle: Bundle::embedded(), schemas: Default::default() }
    }

    /// The schema of the values for a major version of the chart; `None` for one that the table does not describe.
    pub(super) fn schema(&self, major: u32) -> Option<&Arc<Schema>> {
        let schema = self.schemas.get(usize::try_from(major.checked_sub(FIRST)?).ok()?)?;
        Some(schema.get_or_init(|| {
            let levels = self.table.entries().iter().filter_map(|level| Some((level.key.text()?, &level.value)));
            Reader { levels: levels.collect(), major, bundle: &self.bundle, done: BTreeMap::new() }.level("values")
        }))
    }
}

/// What a key holds, as the table writes it, without what comes before and after.
struct Expression<'t> {
    words: Vec<&'t str>,
    required: bool,
}

struct Reader<'t> {
    levels: BTreeMap<&'t str, &'t Node>,
    major: u32,
    bundle: &'t Bundle,
    done: BTreeMap<&'t str, Arc<Schema>>,
}

impl<'t> Reader<'t> {
    /// A level, what a name for an expression stands for, or a plain type; all are shared.
    fn level(&mut self, name: &'t str) -> Arc<Schema> {
        if let Some(done) = self.done.get(name) {
            return Arc::clone(done);
        }
        // A level that leads back to itself is open.
        self.done.insert(name, Arc::new(Schema::open()));
        let schema = Arc::new(self.schema_of(name));
        self.done.insert(name, Arc::clone(&schema));
        schema
    }

    fn schema_of(&mut self, name: &'t str) -> Schema {
        match self.levels.get(name) {
            Some(level) if level.is_map() => self.keys(level),
            Some(other) => self.union(&other.text().unwrap_or("").split_whitespace().collect::<Vec<_>>()),
            None => self.union(&[name]),
        }
    }

    fn keys(&mut self, level: &'t Node) -> Schema {
        let mut schema = Schema { types: Types::OBJECT, ..Schema::default() };
        let mut properties = Vec::new();
        let mut required = Vec::new();
        let mut choice = None;
        for entry in level.entries() {
            let key = entry.key.text().unwrap_or("");
            match &entry.value.value {
                Value::Map(choices) => choice = Some((key, choices)),
                Value::Seq(names) if key == "needs" => schema.any_of = names.iter().map(requiring).collect(),
                _ if key == "others" => {
                    let words: Vec<&str> = entry.value.text().unwrap_or("").split_whitespace().collect();
                    schema.additional = self.additional(&words);
                }
                _ => {
                    let Some(expression) = self.expression(&entry.value) else { continue };
                    required.extend(expression.required.then(|| SmolStr::new(key)));
                    properties.push((SmolStr::new(key), self.shared(&expression.words)));
                }
            }
        }
        if let Some((key, choices)) = choice {
            let values = choices.iter().filter_map(|choice| Some((choice.key.text()?, choice.value.text()?)));
            let values: Vec<(&str, &'t str)> = values.collect();
            let names = values.iter().map(|(value, _)| serde_json::Value::from(*value)).collect();
            let chosen = Schema { types: Types::STRING, enumeration: names, ..Schema::default() };
            properties.push((SmolStr::new(key), Arc::new(chosen)));
            let by = values.iter().map(|(value, level)| (SmolStr::new(value), self.variant(level, &properties)));
            schema.variants = Some(Box::new(Variants { key: SmolStr::new(key), by: by.collect() }));
            schema.additional = Additional::Any;
        }
        with_properties(schema, properties, required)
    }

    /// A level with the keys that all of its kind have.
    fn variant(&mut self, level: &'t str, common: &[(SmolStr, Arc<Schema>)]) -> Arc<Schema> {
        let mut schema = self.schema_of(level);
        let required = std::mem::take(&mut schema.required).into_vec();
        let own = std::mem::take(&mut schema.properties).into_vec();
        Arc::new(with_properties(schema, [own, common.to_vec()].concat(), required))
    }

    /// What a key holds in this major; `None` where that does not read it.
    fn expression(&self, node: &'t Node) -> Option<Expression<'t>> {
        let alternatives = if node.is_seq() { node.items() } else { std::slice::from_ref(node) };
        alternatives.iter().find_map(|text| {
            let words: Vec<&str> = text.text()?.split_whitespace().collect();
            let (words, read) = match words.as_slice() {
                [words @ .., "until", last] => (words, self.major <= last.parse().ok()?),
                [words @ .., "from", first] => (words, self.major >= first.parse().ok()?),
                words => (words, true),
            };
            let (words, required) = match words {
                ["required", words @ ..] => (words, true),
                words => (words, false),
            };
            read.then(|| Expression { words: words.to_vec(), required })
        })
    }

    fn shared(&mut self, words: &[&'t str]) -> Arc<Schema> {
        match words {
            [path] if path.starts_with(char::is_uppercase) => self.kubernetes(path),
            [name] => self.level(name),
            words => Arc::new(self.union(words)),
        }
    }

    /// Several forms in one schema: they differ in type.
    fn union(&mut self, words: &[&'t str]) -> Schema {
        let mut schema = Schema::default();
        for term in words.split(|word| *word == "or") {
            match term {
                ["any"] => return Schema::open(),
                ["one", "of", values @ ..] => {
                    schema.types = schema.types.with(Types::STRING);
                    schema.enumeration = values.iter().map(|value| serde_json::Value::from(*value)).collect();
                }
                ["list", "of", item] => {
                    schema.types = schema.types.with(Types::ARRAY);
                    schema.items = Some(self.shared(&[item]));
                }
                ["map", "of", item] => {
                    schema.types = schema.types.with(Types::OBJECT);
                    schema.additional = self.additional(&[item]);
                }
                [name] if self.levels.contains_key(name) => {
                    let level = self.schema_of(name);
                    schema = Schema { types: schema.types.with(level.types), ..level };
                }
                [name] => schema.types = schema.types.with(Types::named(name)),
                _ => return Schema::open(),
            }
        }
        schema
    }

    fn additional(&mut self, words: &[&'t str]) -> Additional {
        if words == ["any"] { Additional::Any } else { Additional::Like(self.shared(words)) }
    }

    /// What Kubernetes takes at `Kind.path.to.field`.
    fn kubernetes(&self, path: &str) -> Arc<Schema> {
        let mut steps = path.split('.');
        let root = steps.next().and_then(|kind| self.bundle.find("v1", kind));
        let steps: Vec<&str> = steps.collect();
        root.and_then(|root| root.at(&steps)).unwrap_or_else(|| Arc::new(Schema::open()))
    }
}

/// Properties and required keys in order; of equal keys the first.
fn with_properties(schema: Schema, mut properties: Vec<(SmolStr, Arc<Schema>)>, required: Vec<SmolStr>) -> Schema {
    properties.sort_by(|(a, _), (b, _)| a.cmp(b));
    properties.dedup_by(|(a, _), (b, _)| a == b);
    Schema { properties: properties.into(), required: required.into(), ..schema }
}

/// A mapping that has a key.
fn requiring(key: &Node) -> Arc<Schema> {
    Arc::new(Schema { required: [SmolStr::new(key.text().unwrap_or(""))].into(), ..Schema::open() })
}

/// The root of a table.
pub(super) fn root(text: &str) -> Node {
    let parsed = parse(FileId(u32::MAX), text);
    let root = parsed.documents.into_iter().next().map(|document| document.root);
    root.unwrap_or_else(|| Node::null(Span::new(FileId(u32::MAX), 0, 0)))
}
