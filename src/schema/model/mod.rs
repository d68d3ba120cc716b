//! The model of a schema, and what it is read from: the bundle, CustomResourceDefinitions and JSON Schemas.

mod bundle;
mod json;
mod node;
mod rule;
mod schema;
mod shape;
mod types;
mod write;

pub use bundle::{Bundle, Kind, Minors, Release, Scope, Source};
pub use json::{CustomKind, Dialect, custom_kinds};
pub use node::to_json;
pub use rule::ValidationRule;
pub use schema::{Additional, ListType, Range, Schema, Sizes, Variants};
pub use types::Types;
