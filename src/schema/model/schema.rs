//! What may be written where.

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use smol_str::SmolStr;

use super::rule::ValidationRule;
use super::types::Types;
use crate::kubernetes::pattern::Pattern;
use crate::yaml::Node;

/// One node of a structural schema.
#[derive(Debug, Default)]
pub struct Schema {
    /// The types a value may have; none named means any.
    pub types: Types,
    /// Fields by name, sorted: see [`Schema::property`].
    pub properties: Box<[(SmolStr, Arc<Schema>)]>,
    /// Fields that must be there, sorted.
    pub required: Box<[SmolStr]>,
    /// The only values allowed; empty means no such limit.
    pub enumeration: Box<[Value]>,
    /// What a text must match somewhere.
    pub pattern: Option<Pattern>,
    /// `int32`, `date-time`, `byte` …: as the schema names it.
    pub format: Option<SmolStr>,
    /// Bounds of a number.
    pub range: Option<Box<Range>>,
    /// Bounds of a length or a count.
    pub sizes: Option<Box<Sizes>>,
    /// Of every item of a list.
    pub items: Option<Arc<Schema>>,
    /// What fields that `properties` does not name may be.
    pub additional: Additional,
    /// What the names of fields must be.
    pub names: Option<Arc<Schema>>,
    /// `x-kubernetes-preserve-unknown-fields`: what is unknown here is kept, not pruned.
    pub preserve_unknown: bool,
    /// `x-kubernetes-embedded-resource`: a whole object with apiVersion, kind and metadata.
    pub embedded_resource: bool,
    /// What the API server fills in.
    pub default: Option<Box<Value>>,
    /// How items of a list are told apart.
    pub list: ListType,
    /// Exactly one must hold.
    pub one_of: Box<[Arc<Schema>]>,
    /// At least one must hold.
    pub any_of: Box<[Arc<Schema>]>,
    /// All must hold.
    pub all_of: Box<[Arc<Schema>]>,
    /// Must not hold.
    pub not: Option<Arc<Schema>>,
    /// One of several forms, told apart by the value of a field.
    pub variants: Option<Box<Variants>>,
    /// `x-kubernetes-validations`.
    pub rules: Box<[ValidationRule]>,
    /// No two items of a list are equal.
    pub unique_items: bool,
    /// Marked as deprecated by its author.
    pub deprecated: bool,
    /// The default as rules see it.
    pub(crate) default_node: OnceLock<Option<Box<Node>>>,
}

impl Schema {
    /// The schema of a field that `properties` names.
    pub fn property(&self, name: &str) -> Option<&Arc<Schema>> {
        let at = self.properties.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.properties.get(at).map(|(_, schema)| schema)
    }

    /// The schema of a field, named or by `additionalProperties`; `None` if there is none.
    pub fn field(&self, name: &str) -> Option<&Arc<Schema>> {
        self.property(name).or(match &self.additional {
            Additional::Like(schema) => Some(schema),
            Additional::Forbidden | Additional::Any => None,
        })
    }

    /// The schema of a field of this, or of what a list here holds.
    pub fn step(self: &Arc<Self>, name: &str) -> Option<Arc<Schema>> {
        self.items.as_ref().map_or_else(|| self.field(name).cloned(), |items| items.step(name))
    }

    /// The schema at a path of field names; `*` steps into the items of a list.
    pub fn at(self: &Arc<Self>, path: &[&str]) -> Option<Arc<Schema>> {
        path.iter().try_fold(Arc::clone(self), |here, step| match *step {
            "*" if here.items.is_some() => here.items.clone(),
            name => here.field(name).cloned(),
        })
    }

    /// Whether a field that no property names is a mistake here.
    pub fn is_closed(&self) -> bool {
        matches!(self.additional, Additional::Forbidden)
    }

    /// A schema that allows everything.
    pub fn open() -> Schema {
        Schema { additional: Additional::Any, preserve_unknown: true, ..Schema::default() }
    }
}

/// The forms of an object whose value for one field says which it has.
#[derive(Debug)]
pub struct Variants {
    /// The field.
    pub key: SmolStr,
    /// Its values with the schema of the whole object; the first where it is absent.
    pub by: Box<[(SmolStr, Arc<Schema>)]>,
}

impl Variants {
    /// The form that an object has; `None` where its field has none of the values.
    pub fn of(&self, node: &Node) -> Option<&Schema> {
        let Some(value) = node.get(&self.key).filter(|value| !value.is_null()) else {
            return self.by.first().map(|(_, schema)| schema.as_ref());
        };
        let value = value.known()?;
        self.by.iter().find(|(known, _)| known == value).map(|(_, schema)| schema.as_ref())
    }
}

/// What fields beyond the named ones may be.
#[derive(Debug, Default, Clone)]
pub enum Additional {
    /// There may be none: an unknown field is a mistake.
    #[default]
    Forbidden,
    /// Anything.
    Any,
    /// Every one of them follows this schema.
    Like(Arc<Schema>),
}

/// How the API server tells the items of a list apart.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub enum ListType {
    /// It does not: the list is one value.
    #[default]
    Atomic,
    /// By their value: no two are equal.
    Set,
    /// By these fields: no two agree in all of them.
    Map(Box<[SmolStr]>),
}

/// Bounds of a number.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Range {
    /// At least this.
    pub minimum: Option<f64>,
    /// At most this.
    pub maximum: Option<f64>,
    /// More than this.
    pub exclusive_minimum: Option<f64>,
    /// Less than this.
    pub exclusive_maximum: Option<f64>,
    /// A whole multiple of this.
    pub multiple_of: Option<f64>,
}

/// Bounds of a length or a count.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sizes {
    /// Characters of a text, at least.
    pub min_length: Option<u64>,
    /// Characters of a text, at most.
    pub max_length: Option<u64>,
    /// Items of a list, at least.
    pub min_items: Option<u64>,
    /// Items of a list, at most.
    pub max_items: Option<u64>,
    /// Fields of an object, at least.
    pub min_properties: Option<u64>,
    /// Fields of an object, at most.
    pub max_properties: Option<u64>,
}
