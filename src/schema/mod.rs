//! Structural schemas of Kubernetes kinds: what may be written where.
//!
//! One model, three origins: the bundle in the binary, a CustomResourceDefinition of the
//! repository, and a JSON Schema that a user names. A reader asks the model only; where a
//! schema came from shows in `Kind` alone.

/// The language of `x-kubernetes-validations`.
pub mod cel;
mod check;
mod lookup;
mod model;
mod notation;

pub use check::{Fault, FaultKind, Instance, PlainSchema, admission_schema, check_file, check_value, same_letters};
pub use lookup::{
    Deprecation, KindPath, Location, Modeline, NoKind, Origin, Releases, Schemas, Served, UserSchemas, Version,
    is_patch, is_url, named_schema,
};
pub use model::{
    Additional, Bundle, CustomKind, Dialect, Kind, ListType, Minors, Range, Schema, Scope, Sizes, Source, Types,
    ValidationRule, Variants, custom_kinds, to_json,
};
pub use notation::Notation;
