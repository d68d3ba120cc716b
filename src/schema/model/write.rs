//! A schema as JSON Schema again, with Kubernetes' extensions.

use serde_json::{Map, Value, json};

use super::rule::ValidationRule;
use super::schema::{Additional, ListType, Schema};
use super::types::Types;

/// Deeper than any schema that can be read.
const MAX_DEPTH: usize = 160;

impl Schema {
    /// The schema as a JSON Schema; read again as one, it is the same.
    pub fn to_json(&self) -> Value {
        written(self, 0)
    }
}

fn written(schema: &Schema, depth: usize) -> Value {
    let mut out = Map::new();
    if depth > MAX_DEPTH {
        return Value::Object(out);
    }
    let child = |schema: &Schema| written(schema, depth + 1);
    let mut put = |name: &str, value: Value| drop(out.insert(name.to_owned(), value));
    let types: Vec<&str> =
        schema.types.names().filter(|name| *name != "integer or string" && *name != "null").collect();
    match types.as_slice() {
        [] => {}
        [one] => put("type", json!(one)),
        several => put("type", json!(several)),
    }
    if schema.types.has(Types::NULL) {
        put("nullable", json!(true));
    }
    if schema.types.has(Types::INT_OR_STRING) {
        put("x-kubernetes-int-or-string", json!(true));
    }
    if !schema.properties.is_empty() {
        let fields = schema.properties.iter().map(|(name, field)| (name.to_string(), child(field)));
        put("properties", Value::Object(fields.collect()));
    }
    if !schema.required.is_empty() {
        put("required", json!(schema.required.iter().map(|name| name.as_str()).collect::<Vec<_>>()));
    }
    match &schema.additional {
        Additional::Like(like) => put("additionalProperties", child(like)),
        Additional::Forbidden if schema.types.has(Types::OBJECT) => put("additionalProperties", json!(false)),
        Additional::Forbidden | Additional::Any => {}
    }
    if !schema.enumeration.is_empty() {
        put("enum", Value::Array(schema.enumeration.to_vec()));
    }
    let texts =
        [("pattern", schema.pattern.as_ref().map(|pattern| pattern.as_str())), ("format", schema.format.as_deref())];
    for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text?))) {
        put(name, json!(text));
    }
    if let Some(range) = &schema.range {
        let bounds = [
            ("minimum", range.minimum),
            ("maximum", range.maximum),
            ("exclusiveMinimum", range.exclusive_minimum),
            ("exclusiveMaximum", range.exclusive_maximum),
            ("multipleOf", range.multiple_of),
        ];
        bounds
            .into_iter()
            .filter_map(|(name, bound)| Some((name, bound?)))
            .for_each(|(name, bound)| put(name, number(bound)));
    }
    if let Some(sizes) = &schema.sizes {
        let bounds = [
            ("minLength", sizes.min_length),
            ("maxLength", sizes.max_length),
            ("minItems", sizes.min_items),
            ("maxItems", sizes.max_items),
            ("minProperties", sizes.min_properties),
            ("maxProperties", sizes.max_properties),
        ];
        bounds
            .into_iter()
            .filter_map(|(name, bound)| Some((name, bound?)))
            .for_each(|(name, bound)| put(name, json!(bound)));
    }
    if let Some(items) = &schema.items {
        put("items", child(items));
    }
    if let Some(default) = &schema.default {
        put("default", (**default).clone());
    }
    for (name, branches) in [("oneOf", &schema.one_of), ("anyOf", &schema.any_of), ("allOf", &schema.all_of)] {
        if !branches.is_empty() {
            put(name, Value::Array(branches.iter().map(|branch| child(branch)).collect()));
        }
    }
    if let Some(not) = &schema.not {
        put("not", child(not));
    }
    if let Some(names) = &schema.names {
        put("propertyNames", child(names));
    }
    let flags = [
        ("uniqueItems", schema.unique_items),
        ("deprecated", schema.deprecated),
        ("x-kubernetes-preserve-unknown-fields", schema.preserve_unknown),
        ("x-kubernetes-embedded-resource", schema.embedded_resource),
    ];
    flags.into_iter().filter(|(_, set)| *set).for_each(|(name, _)| put(name, json!(true)));
    match &schema.list {
        ListType::Atomic => {}
        ListType::Set => put("x-kubernetes-list-type", json!("set")),
        ListType::Map(keys) => {
            put("x-kubernetes-list-type", json!("map"));
            put("x-kubernetes-list-map-keys", json!(keys.iter().map(|key| key.as_str()).collect::<Vec<_>>()));
        }
    }
    if !schema.rules.is_empty() {
        put("x-kubernetes-validations", Value::Array(schema.rules.iter().map(rule).collect()));
    }
    Value::Object(out)
}

fn rule(rule: &ValidationRule) -> Value {
    let fields = [
        ("rule", &rule.rule),
        ("message", &rule.message),
        ("messageExpression", &rule.message_expression),
        ("reason", &rule.reason),
        ("fieldPath", &rule.field_path),
    ];
    let written = fields.into_iter().filter(|(_, text)| !text.is_empty());
    Value::Object(written.map(|(name, text)| (name.to_owned(), json!(text.as_str()))).collect())
}

/// A bound without a fraction that it does not have.
fn number(bound: f64) -> Value {
    let whole = bound.fract() == 0.0 && bound.abs() < 9e15;
    if whole { json!(bound as i64) } else { json!(bound) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Bundle, Dialect};

    #[test]
    fn what_is_written_reads_as_the_same() {
        let bundle = Bundle::embedded();
        for (api_version, kind) in bundle.kinds().step_by(7) {
            let schema = bundle.find(api_version, kind).map(|schema| schema.to_json());
            let again = schema.as_ref().map(|schema| Schema::from_json(schema, Dialect::JsonSchema).to_json());
            assert!(schema.is_some() && schema == again, "{api_version} {kind}");
        }
    }
}
