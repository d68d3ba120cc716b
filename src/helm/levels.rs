//! The values that app-template takes, from the table in `schemas/charts/app-template.yaml` to a schema.

use crate::schema::{Additional, Bundle, Schema, Types, Variants};
use crate::yaml::{Pairs, from_table};
use serde::de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer, value::SeqAccessDeserializer};
use serde::{Deserialize, Deserializer};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

/// What the values may be, level by level.
const TABLE: &str = include_str!("../../schemas/charts/app-template.yaml");

/// The first major version of the chart that the table describes.
const FIRST: u32 = 2;

/// The table, and the schema that it gives for each major version from the first on.
#[derive(Debug)]
pub(super) struct Levels {
    table: Table,
    bundle: Bundle,
    schemas: [OnceLock<Arc<Schema>>; 4],
}

/// What levels hold, by their names.
type Table = BTreeMap<SmolStr, Level>;

#[derive(Debug)]
enum Level {
    Keys(Keys),
    /// A name for forms that several keys have.
    Forms(Forms),
}

/// A mapping.
#[derive(Debug, Default)]
struct Keys {
    /// Its keys, with the alternatives that each holds, of which the first that the major has counts.
    keys: Vec<(SmolStr, Vec<Alternative>)>,
    /// A key that chooses among levels, by its value.
    choice: Option<(SmolStr, Vec<(SmolStr, SmolStr)>)>,
    /// Keys of which one must be there.
    needs: Vec<SmolStr>,
    /// What any other key holds.
    others: Option<Forms>,
}

/// What a key holds in some majors of the chart.
#[derive(Debug)]
struct Alternative {
    forms: Forms,
    required: bool,
    majors: RangeInclusive<u32>,
}

/// Forms that differ in type.
#[derive(Debug)]
struct Forms(Vec<Form>);

#[derive(Debug)]
enum Form {
    OneOf(Vec<SmolStr>),
    ListOf(SmolStr),
    MapOf(SmolStr),
    /// A type, a level, or a field of Kubernetes.
    Named(SmolStr),
}

impl Levels {
    /// The table in the binary.
    pub(super) fn embedded() -> Self {
        Levels { table: from_table(TABLE), bundle: Bundle::embedded(), schemas: Default::default() }
    }

    /// The schema of the values for a major version of the chart; `None` for one that the table does not describe.
    pub(super) fn schema(&self, major: u32) -> Option<&Arc<Schema>> {
        let schema = self.schemas.get(usize::try_from(major.checked_sub(FIRST)?).ok()?)?;
        Some(schema.get_or_init(|| {
            Reader { levels: &self.table, major, bundle: &self.bundle, done: BTreeMap::new() }.level("values")
        }))
    }
}

struct Reader<'t> {
    levels: &'t Table,
    major: u32,
    bundle: &'t Bundle,
    done: BTreeMap<&'t str, Arc<Schema>>,
}

impl<'t> Reader<'t> {
    /// A level, what a name for forms stands for, or a plain type; all are shared.
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
            Some(Level::Keys(keys)) => self.keys(keys),
            Some(Level::Forms(forms)) => self.union(forms),
            None if name == "any" => Schema::open(),
            None => Schema { types: Types::named(name), ..Schema::default() },
        }
    }

    fn keys(&mut self, level: &'t Keys) -> Schema {
        let mut schema = Schema { types: Types::OBJECT, ..Schema::default() };
        schema.any_of = level.needs.iter().map(requiring).collect();
        if let Some(forms) = &level.others {
            schema.additional = self.additional(forms);
        }
        let mut properties = Vec::new();
        let mut required = Vec::new();
        for (key, alternatives) in &level.keys {
            let Some(held) = alternatives.iter().find(|held| held.majors.contains(&self.major)) else { continue };
            required.extend(held.required.then(|| key.clone()));
            properties.push((key.clone(), self.shared(&held.forms)));
        }
        if let Some((key, levels)) = &level.choice {
            let names = levels.iter().map(|(value, _)| serde_json::Value::from(value.as_str())).collect();
            let chosen = Schema { types: Types::STRING, enumeration: names, ..Schema::default() };
            properties.push((key.clone(), Arc::new(chosen)));
            let by = levels.iter().map(|(value, level)| (value.clone(), self.variant(level, &properties)));
            schema.variants = Some(Box::new(Variants { key: key.clone(), by: by.collect() }));
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

    fn shared(&mut self, forms: &'t Forms) -> Arc<Schema> {
        match forms.0.as_slice() {
            [Form::Named(name)] => self.named(name),
            _ => Arc::new(self.union(forms)),
        }
    }

    fn named(&mut self, name: &'t str) -> Arc<Schema> {
        if name.starts_with(char::is_uppercase) { self.kubernetes(name) } else { self.level(name) }
    }

    /// Several forms in one schema.
    fn union(&mut self, forms: &'t Forms) -> Schema {
        let mut schema = Schema::default();
        for form in &forms.0 {
            match form {
                Form::Named(name) if name == "any" => return Schema::open(),
                Form::OneOf(values) => {
                    schema.types = schema.types.with(Types::STRING);
                    schema.enumeration = values.iter().map(|value| serde_json::Value::from(value.as_str())).collect();
                }
                Form::ListOf(item) => {
                    schema.types = schema.types.with(Types::ARRAY);
                    schema.items = Some(self.named(item));
                }
                Form::MapOf(item) => {
                    schema.types = schema.types.with(Types::OBJECT);
                    schema.additional = self.like(item);
                }
                Form::Named(name) => {
                    let level = self.schema_of(name);
                    schema = match self.levels.contains_key(name) {
                        true => Schema { types: schema.types.with(level.types), ..level },
                        false => Schema { types: schema.types.with(level.types), ..schema },
                    };
                }
            }
        }
        schema
    }

    fn additional(&mut self, forms: &'t Forms) -> Additional {
        match forms.0.as_slice() {
            [Form::Named(name)] => self.like(name),
            _ => Additional::Like(Arc::new(self.union(forms))),
        }
    }

    fn like(&mut self, name: &'t str) -> Additional {
        if name == "any" { Additional::Any } else { Additional::Like(self.named(name)) }
    }

    /// What Kubernetes takes at `Kind.path.to.field`.
    fn kubernetes(&self, path: &str) -> Arc<Schema> {
        self.bundle_field(path).unwrap_or_else(|| Arc::new(Schema::open()))
    }

    fn bundle_field(&self, path: &str) -> Option<Arc<Schema>> {
        let (kind, path) = path.split_once('.')?;
        let steps: Vec<&str> = path.split('.').collect();
        self.bundle.find("v1", kind)?.at(&steps)
    }
}

/// Properties and required keys in order; of equal keys the first.
fn with_properties(schema: Schema, mut properties: Vec<(SmolStr, Arc<Schema>)>, required: Vec<SmolStr>) -> Schema {
    properties.sort_by(|(a, _), (b, _)| a.cmp(b));
    properties.dedup_by(|(a, _), (b, _)| a == b);
    Schema { properties: properties.into(), required: required.into(), ..schema }
}

/// A mapping that has a key.
fn requiring(key: &SmolStr) -> Arc<Schema> {
    Arc::new(Schema { required: [key.clone()].into(), ..Schema::open() })
}

impl Forms {
    fn read<E: Error>(words: &[&str]) -> Result<Forms, E> {
        let form = |words: &[&str]| match *words {
            ["one", "of", ref values @ ..] if !values.is_empty() => {
                Ok(Form::OneOf(values.iter().copied().map(SmolStr::new).collect()))
            }
            ["list", "of", item] => Ok(Form::ListOf(SmolStr::new(item))),
            ["map", "of", item] => Ok(Form::MapOf(SmolStr::new(item))),
            [name] => Ok(Form::Named(SmolStr::new(name))),
            _ => Err(E::custom(format_args!("`{}` is no form of a value", words.join(" ")))),
        };
        words.split(|word| *word == "or").map(form).collect::<Result<_, _>>().map(Forms)
    }
}

impl Alternative {
    fn read<E: Error>(text: &str) -> Result<Alternative, E> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let major = |word: &str| word.parse().map_err(|_| E::custom(format_args!("`{word}` is no major version")));
        let (words, majors) = match words.as_slice() {
            [words @ .., "until", last] => (words, 0..=major(last)?),
            [words @ .., "from", first] => (words, major(first)?..=u32::MAX),
            words => (words, 0..=u32::MAX),
        };
        let (words, required) = match words {
            ["required", words @ ..] => (words, true),
            words => (words, false),
        };
        Ok(Alternative { forms: Forms::read(words)?, required, majors })
    }
}

impl<'de> Deserialize<'de> for Alternative {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Alternative::read(<&str>::deserialize(deserializer)?)
    }
}

impl<'de> Deserialize<'de> for Forms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        Forms::read(&text.split_whitespace().collect::<Vec<_>>())
    }
}

/// A mapping of keys, or forms.
impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Level;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a level or forms")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Level, E> {
                Forms::read(&text.split_whitespace().collect::<Vec<_>>()).map(Level::Forms)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Level, A::Error> {
                let mut level = Keys::default();
                while let Some(key) = map.next_key::<SmolStr>()? {
                    match key.as_str() {
                        "needs" => level.needs = map.next_value()?,
                        "others" => level.others = Some(map.next_value()?),
                        _ => match map.next_value()? {
                            Held::Alternatives(alternatives) => level.keys.push((key, alternatives)),
                            Held::Choice(levels) => level.choice = Some((key, levels)),
                        },
                    }
                }
                Ok(Level::Keys(level))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// What is written behind a key.
enum Held {
    Alternatives(Vec<Alternative>),
    Choice(Vec<(SmolStr, SmolStr)>),
}

impl<'de> Deserialize<'de> for Held {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Held;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("forms, alternatives or a choice among levels")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Held, E> {
                Ok(Held::Alternatives(vec![Alternative::read(text)?]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Held, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(Held::Alternatives)
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Held, A::Error> {
                Pairs::deserialize(MapAccessDeserializer::new(entries)).map(|pairs| Held::Choice(pairs.0))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_table_is_a_type_a_level_or_a_field() {
        let levels = Levels::embedded();
        let reader = Reader { levels: &levels.table, major: FIRST, bundle: &levels.bundle, done: BTreeMap::new() };
        let mut names: Vec<&str> = Vec::new();
        let mut forms: Vec<&Forms> = Vec::new();
        for level in levels.table.values() {
            match level {
                Level::Forms(one) => forms.push(one),
                Level::Keys(keys) => {
                    forms.extend(&keys.others);
                    forms.extend(keys.keys.iter().flat_map(|(_, held)| held).map(|held| &held.forms));
                    names.extend(keys.choice.iter().flat_map(|(_, levels)| levels).map(|(_, level)| level.as_str()));
                }
            }
        }
        names.extend(forms.iter().flat_map(|forms| &forms.0).filter_map(|form| match form {
            Form::ListOf(name) | Form::MapOf(name) | Form::Named(name) => Some(name.as_str()),
            Form::OneOf(_) => None,
        }));
        let types = ["any", "string", "integer", "number", "boolean"];
        let known = |name: &str| {
            types.contains(&name) || levels.table.contains_key(name) || reader.bundle_field(name).is_some()
        };
        let unknown: Vec<&&str> = names.iter().filter(|name| !known(name)).collect();
        assert_eq!(unknown, [&""; 0]);
        assert!(names.len() > 200, "{}", names.len());
    }
}
