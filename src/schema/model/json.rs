//! JSON Schema, as a CustomResourceDefinition or a user writes it, into the same model.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::bundle::Scope;
use super::rule::ValidationRule;
use super::schema::{Additional, ListType, Range, Schema, Sizes};
use super::types::Types;
use crate::kubernetes::pattern::Pattern;

/// Deeper nesting than anyone writes; what lies below is left open.
const MAX_DEPTH: usize = 128;

/// What a schema means by the fields it does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `openAPIV3Schema` of a CRD: they are pruned, so writing one is a mistake.
    Structural,
    /// Plain JSON Schema: they are allowed unless `additionalProperties` says otherwise.
    JsonSchema,
}

/// One served version of a CustomResourceDefinition.
#[derive(Debug, Clone)]
pub struct CustomKind {
    /// `group/version`.
    pub api_version: SmolStr,
    /// The kind that it defines.
    pub kind: SmolStr,
    /// Whether its objects have a namespace.
    pub scope: Scope,
    /// The schema of its objects.
    pub schema: Arc<Schema>,
}

/// The kinds that a CustomResourceDefinition (`apiextensions.k8s.io/v1`) defines.
pub fn custom_kinds(definition: &Value, object_meta: Option<&Arc<Schema>>) -> Vec<CustomKind> {
    let spec = definition.get("spec");
    let text = |path: &str| spec.and_then(|spec| spec.pointer(path)).and_then(Value::as_str);
    let (Some(group), Some(kind)) = (text("/group"), text("/names/kind")) else {
        return Vec::new();
    };
    let scope = match text("/scope") {
        Some("Cluster") => Scope::Cluster,
        _ => Scope::Namespaced,
    };
    let versions = spec.and_then(|spec| spec.get("versions")).and_then(Value::as_array);
    versions
        .into_iter()
        .flatten()
        .filter(|version| version.get("served") != Some(&Value::Bool(false)))
        .filter_map(|version| {
            let name = version.get("name")?.as_str()?;
            let schema = version.pointer("/schema/openAPIV3Schema")?;
            Some(CustomKind {
                api_version: format!("{group}/{name}").into(),
                kind: kind.into(),
                scope,
                schema: Arc::new(Schema::of_kind(schema, Dialect::Structural, object_meta)),
            })
        })
        .collect()
}

impl Schema {
    /// A schema in one of the two dialects; `$ref` is followed within the document.
    pub fn from_json(document: &Value, dialect: Dialect) -> Schema {
        Converter::new(document, dialect).schema(document, Place::default())
    }

    /// The schema of a kind: apiVersion, kind and metadata are the API server's.
    pub fn of_kind(document: &Value, dialect: Dialect, object_meta: Option<&Arc<Schema>>) -> Schema {
        let mut schema = Schema::from_json(document, dialect);
        let text = Arc::new(Schema { types: Types::STRING, ..Schema::default() });
        let meta = object_meta.map_or_else(|| Arc::new(Schema::open()), Arc::clone);
        let mut properties: Vec<_> = std::mem::take(&mut schema.properties).into_vec();
        properties.retain(|(name, _)| !matches!(name.as_str(), "apiVersion" | "kind" | "metadata"));
        properties.push((SmolStr::new_static("apiVersion"), Arc::clone(&text)));
        properties.push((SmolStr::new_static("kind"), text));
        properties.push((SmolStr::new_static("metadata"), meta));
        properties.sort_by(|(a, _), (b, _)| a.cmp(b));
        schema.properties = properties.into();
        schema
    }
}

/// Where in a schema a node stands, as far as its meaning depends on it.
#[derive(Debug, Default, Clone, Copy)]
struct Place {
    depth: usize,
    /// Under oneOf and the like fields are named, but nothing is closed.
    in_logic: bool,
    /// A nested `metadata: {type: object}` stands for an ObjectMeta.
    is_metadata: bool,
}

impl Place {
    fn below(self) -> Place {
        Place { depth: self.depth + 1, is_metadata: false, ..self }
    }
}

struct Converter<'a> {
    document: &'a Value,
    dialect: Dialect,
    /// References that are done; those still `None` are being worked on.
    references: HashMap<&'a str, Option<Arc<Schema>>>,
}

impl<'a> Converter<'a> {
    fn new(document: &'a Value, dialect: Dialect) -> Converter<'a> {
        Converter { document, dialect, references: HashMap::new() }
    }

    fn child(&mut self, value: &'a Value, place: Place) -> Arc<Schema> {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.referenced(reference, place),
            None => Arc::new(self.schema(value, place)),
        }
    }

    /// A reference that leads back to itself, or out of the document, is left open.
    fn referenced(&mut self, reference: &'a str, place: Place) -> Arc<Schema> {
        if let Some(known) = self.references.get(reference) {
            return known.clone().unwrap_or_else(|| Arc::new(Schema::open()));
        }
        let target = reference.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer));
        self.references.insert(reference, None);
        let schema = target.map_or_else(|| Arc::new(Schema::open()), |target| self.child(target, place.below()));
        self.references.insert(reference, Some(Arc::clone(&schema)));
        schema
    }

    fn schema(&mut self, value: &'a Value, place: Place) -> Schema {
        let Some(object) = value.as_object().filter(|_| place.depth < MAX_DEPTH) else {
            return boolean_schema(value);
        };
        let below = place.below();
        let inside = Place { in_logic: true, ..below };
        Schema {
            types: types_of(object),
            properties: self.properties(object, below),
            required: sorted_texts(object.get("required")),
            enumeration: enumeration_of(object),
            pattern: text_of(object, "pattern").map(Pattern::new),
            format: text_of(object, "format"),
            range: range_of(object),
            sizes: sizes_of(object),
            items: object.get("items").filter(|items| !items.is_array()).map(|items| self.child(items, below)),
            additional: self.additional(object, place),
            names: object.get("propertyNames").map(|names| self.child(names, below)),
            preserve_unknown: flag(object, "x-kubernetes-preserve-unknown-fields"),
            embedded_resource: flag(object, "x-kubernetes-embedded-resource"),
            default: object.get("default").cloned().map(Box::new),
            list: list_type_of(object),
            one_of: self.branches(object, "oneOf", inside),
            any_of: self.branches(object, "anyOf", inside),
            all_of: self.branches(object, "allOf", inside),
            not: object.get("not").map(|not| self.child(not, inside)),
            rules: rules_of(object),
            unique_items: flag(object, "uniqueItems"),
            deprecated: flag(object, "deprecated"),
            ..Schema::default()
        }
    }

    fn properties(&mut self, object: &'a Map<String, Value>, below: Place) -> Box<[(SmolStr, Arc<Schema>)]> {
        let fields = object.get("properties").and_then(Value::as_object);
        let mut properties: Vec<_> = fields
            .into_iter()
            .flatten()
            .map(|(name, field)| {
                let place = Place { is_metadata: name == "metadata", ..below };
                (SmolStr::new(name), self.child(field, place))
            })
            .collect();
        properties.sort_by(|(a, _), (b, _)| a.cmp(b));
        properties.into()
    }

    fn additional(&mut self, object: &'a Map<String, Value>, place: Place) -> Additional {
        // Names by pattern are beyond the model.
        if flag(object, "x-kubernetes-preserve-unknown-fields") || object.contains_key("patternProperties") {
            return Additional::Any;
        }
        match object.get("additionalProperties") {
            Some(Value::Bool(false)) => Additional::Forbidden,
            Some(Value::Object(like)) if !like.is_empty() => {
                let like = object.get("additionalProperties").map(|like| self.child(like, place.below()));
                like.map_or(Additional::Any, Additional::Like)
            }
            Some(_) => Additional::Any,
            None => self.unnamed(object, place),
        }
    }

    fn unnamed(&self, object: &Map<String, Value>, place: Place) -> Additional {
        let bare_metadata = place.is_metadata && !object.contains_key("properties");
        let open =
            self.dialect == Dialect::JsonSchema || place.in_logic || bare_metadata || !object.contains_key("type");
        if open { Additional::Any } else { Additional::Forbidden }
    }

    fn branches(&mut self, object: &'a Map<String, Value>, word: &str, place: Place) -> Box<[Arc<Schema>]> {
        let branches = object.get(word).and_then(Value::as_array);
        let Some(branches) = branches.filter(|branches| !says_only_types(object, branches)) else {
            return Box::default();
        };
        branches.iter().map(|branch| self.child(branch, place)).collect()
    }
}

/// `true` allows all, `false` nothing; anything else is no schema and judges nothing.
fn boolean_schema(value: &Value) -> Schema {
    if value == &Value::Bool(false) {
        return Schema { not: Some(Arc::new(Schema::open())), ..Schema::open() };
    }
    Schema::open()
}

/// Alternatives that differ in type alone, where the node has its types already from them.
fn says_only_types(object: &Map<String, Value>, branches: &[Value]) -> bool {
    let named = object.contains_key("type") && !flag(object, "x-kubernetes-int-or-string");
    !named
        && branches
            .iter()
            .all(|branch| branch.as_object().is_some_and(|branch| branch.len() == 1 && branch.contains_key("type")))
}

fn types_of(object: &Map<String, Value>) -> Types {
    let nullable = if flag(object, "nullable") { Types::NULL } else { Types::default() };
    if flag(object, "x-kubernetes-int-or-string") {
        return Types::INT_OR_STRING.with(nullable);
    }
    let own = named_types(object.get("type"));
    let alternatives = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|word| object.get(*word)?.as_array())
        .filter(|branches| own == Types::default() && says_only_types(object, branches))
        .flatten()
        .fold(Types::default(), |types, branch| types.with(named_types(branch.get("type"))));
    own.with(alternatives).with(nullable)
}

fn named_types(value: Option<&Value>) -> Types {
    match value {
        Some(Value::String(name)) => Types::named(name),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).fold(Types::default(), |types, name| types.with(Types::named(name)))
        }
        _ => Types::default(),
    }
}

fn flag(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn text_of(object: &Map<String, Value>, name: &str) -> Option<SmolStr> {
    object.get(name).and_then(Value::as_str).map(SmolStr::new)
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = SmolStr> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(SmolStr::new)
}

fn sorted_texts(value: Option<&Value>) -> Box<[SmolStr]> {
    let mut sorted: Vec<SmolStr> = texts(value).collect();
    sorted.sort();
    sorted.dedup();
    sorted.into()
}

fn enumeration_of(object: &Map<String, Value>) -> Box<[Value]> {
    let listed = object.get("enum").and_then(Value::as_array).cloned();
    listed.or_else(|| object.get("const").map(|only| vec![only.clone()])).unwrap_or_default().into()
}

/// OpenAPI 3.0 turns a bound into an exclusive one by a boolean beside it.
fn range_of(object: &Map<String, Value>) -> Option<Box<Range>> {
    let number = |name: &str| object.get(name).and_then(Value::as_f64);
    let split = |plain: &str, exclusive: &str| match flag(object, exclusive) {
        true => (None, number(plain)),
        false => (number(plain), number(exclusive)),
    };
    let (minimum, exclusive_minimum) = split("minimum", "exclusiveMinimum");
    let (maximum, exclusive_maximum) = split("maximum", "exclusiveMaximum");
    let range = Range { minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of: number("multipleOf") };
    (range != Range::default()).then(|| Box::new(range))
}

fn sizes_of(object: &Map<String, Value>) -> Option<Box<Sizes>> {
    let number = |name: &str| object.get(name).and_then(Value::as_u64);
    let sizes = Sizes {
        min_length: number("minLength"),
        max_length: number("maxLength"),
        min_items: number("minItems"),
        max_items: number("maxItems"),
        min_properties: number("minProperties"),
        max_properties: number("maxProperties"),
    };
    (sizes != Sizes::default()).then(|| Box::new(sizes))
}

fn list_type_of(object: &Map<String, Value>) -> ListType {
    match object.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => ListType::Set,
        Some("map") => ListType::Map(texts(object.get("x-kubernetes-list-map-keys")).collect()),
        _ => ListType::Atomic,
    }
}

fn rules_of(object: &Map<String, Value>) -> Box<[ValidationRule]> {
    let rules = object.get("x-kubernetes-validations").and_then(Value::as_array);
    let text = |rule: &Value, name: &str| rule.get(name).and_then(Value::as_str).unwrap_or_default().into();
    rules
        .into_iter()
        .flatten()
        .map(|rule| ValidationRule {
            rule: text(rule, "rule"),
            message: text(rule, "message"),
            message_expression: text(rule, "messageExpression"),
            reason: text(rule, "reason"),
            field_path: text(rule, "fieldPath"),
            ..ValidationRule::default()
        })
        .collect()
}
