//! Structural schemas of Kubernetes kinds: what may be written where.
//!
//! One model, three origins: the bundle in the binary, a CustomResourceDefinition of the
//! repository, and a JSON Schema that a user names. A reader asks the model only; where a
//! schema came from shows in `Kind` alone.

mod asked;
mod brought;
mod bundle;
/// The language of `x-kubernetes-validations`.
pub mod cel;
mod check;
mod demanded;
mod fault;
mod files;
mod history;
mod json;
mod known;
mod location;
mod logic;
mod meant;
mod metadata;
mod modeline;
mod plain;
mod rules;
mod served;
mod standing;
mod values;
mod write;

pub use asked::{Asked, Unclear};
pub use brought::Brought;
pub use bundle::{Bundle, Kind, Minors, Scope, Source};
pub use demanded::demanded;
pub use fault::{Fault, FaultKind};
pub use files::check_file;
pub use json::{CustomKind, Dialect, custom_kinds};
pub use known::{Origin, Schemas, check_value, is_patch};

pub use location::{Location, is_url};
pub use meant::Meant;
pub use modeline::{Modeline, named_schema};
pub use plain::{Judged, PlainSchema};
pub use served::{Releases, Retired, Version};
pub use standing::{Standing, Standings};
pub use values::to_json;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;
use smol_str::SmolStr;

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
    pub rules: Box<[Rule]>,
    /// No two items of a list are equal.
    pub unique_items: bool,
    /// Marked as deprecated by its author.
    pub deprecated: bool,
    /// The rules, parsed when a value first meets them.
    pub(crate) programs: OnceLock<Box<[rules::Compiled]>>,
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

/// A set of JSON types, with Kubernetes' int-or-string as one of its own.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Types(u8);

impl Types {
    /// A mapping.
    pub const OBJECT: Types = Types(1);
    /// A list.
    pub const ARRAY: Types = Types(2);
    /// A text.
    pub const STRING: Types = Types(4);
    /// A whole number.
    pub const INTEGER: Types = Types(8);
    /// Any number.
    pub const NUMBER: Types = Types(16);
    /// `true` or `false`.
    pub const BOOLEAN: Types = Types(32);
    /// `null`; what `nullable` means.
    pub const NULL: Types = Types(64);
    /// `x-kubernetes-int-or-string`.
    pub const INT_OR_STRING: Types = Types(128);

    const NAMES: [(Types, &'static str); 8] = [
        (Types::OBJECT, "object"),
        (Types::ARRAY, "array"),
        (Types::STRING, "string"),
        (Types::INTEGER, "integer"),
        (Types::NUMBER, "number"),
        (Types::BOOLEAN, "boolean"),
        (Types::NULL, "null"),
        (Types::INT_OR_STRING, "integer or string"),
    ];

    pub(crate) const fn from_bits(bits: u8) -> Types {
        Types(bits)
    }

    /// The type that JSON Schema calls by this name.
    pub fn named(name: &str) -> Types {
        Types::NAMES.iter().find(|(_, known)| *known == name).map_or(Types(0), |(types, _)| *types)
    }

    /// Both sets together.
    pub const fn with(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    /// Whether any of `other` is in the set.
    pub const fn has(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether no type is named, so that every type will do.
    pub const fn is_any(self) -> bool {
        self.0 & !Types::NULL.0 == 0
    }

    /// Whether a value of this one type is allowed.
    pub const fn allows(self, one: Types) -> bool {
        let mut wide = self.0;
        if self.has(Types::INT_OR_STRING) {
            wide |= Types::INTEGER.0 | Types::STRING.0;
        }
        if self.has(Types::NUMBER) {
            wide |= Types::INTEGER.0;
        }
        self.is_any() || wide & one.0 != 0
    }

    /// The names of the set, as JSON Schema has them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Types::NAMES.into_iter().filter(move |(types, _)| self.has(*types)).map(|(_, name)| name)
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

/// A rule in CEL that a value must satisfy; absent texts are empty.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The expression.
    pub rule: SmolStr,
    /// What to say when it does not hold.
    pub message: SmolStr,
    /// An expression that makes the message.
    pub message_expression: SmolStr,
    /// The API server's class of the failure (`FieldValueInvalid` …).
    pub reason: SmolStr,
    /// The field to blame, below the value.
    pub field_path: SmolStr,
}

/// A regular expression, compiled when it is first asked.
#[derive(Debug)]
pub struct Pattern {
    text: SmolStr,
    engine: OnceLock<Option<Engine>>,
    /// Texts that matched: a repository writes `1h` hundreds of times.
    matched: Mutex<HashSet<SmolStr>>,
}

/// What runs a pattern. The light engine compiles quickly, but knows no classes of Unicode characters.
#[derive(Debug)]
enum Engine {
    Light(regex_lite::Regex),
    Full(regex::Regex),
}

impl Pattern {
    /// A pattern that is not compiled yet.
    pub fn new(text: SmolStr) -> Pattern {
        Pattern { text, engine: OnceLock::new(), matched: Mutex::default() }
    }

    /// As the schema writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the text matches; `None` where the pattern is no RE2 (look-around, say).
    pub fn is_match(&self, text: &str) -> Option<bool> {
        let matched = || self.matched.lock().unwrap_or_else(PoisonError::into_inner);
        if matched().contains(text) {
            return Some(true);
        }
        let engine = self.engine.get_or_init(|| {
            let light = regex_lite::Regex::new(&without_captures(&self.text)).map(Engine::Light);
            light.ok().or_else(|| regex::Regex::new(&self.text).map(Engine::Full).ok())
        });
        let matches = match engine.as_ref()? {
            Engine::Light(regex) => regex.is_match(text),
            Engine::Full(regex) => regex.is_match(text),
        };
        if matches {
            matched().insert(SmolStr::new(text));
        }
        Some(matches)
    }
}

/// A pattern whose groups are not remembered: the light engine keeps a place for each group in each of its states,
/// which are megabytes for the patterns of addresses.
fn without_captures(pattern: &str) -> String {
    // Classes in which a bracket stands for itself or opens another class.
    if ["[:", "[]", "[^]"].iter().any(|odd| pattern.contains(odd)) {
        return pattern.to_owned();
    }
    let (mut escaped, mut in_class) = (false, false);
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern.chars();
    while let Some(letter) = rest.next() {
        out.push(letter);
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class && !rest.as_str().starts_with('?') => out.push_str("?:"),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_captures;

    #[test]
    fn groups_are_not_remembered_and_mean_the_same() {
        let cases = [
            ("^(a|b)+$", "^(?:a|b)+$"),
            (r"\((x)[(]", r"\((?:x)[(]"),
            ("(?i)(a)", "(?i)(?:a)"),
            (r"[\](](a)", r"[\](](?:a)"),
            ("[[:alpha:](](a)", "[[:alpha:](](a)"),
            ("[](](a)", "[](](a)"),
        ];
        for (pattern, wanted) in cases {
            assert_eq!(without_captures(pattern), wanted);
        }
    }
}
