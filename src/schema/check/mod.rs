//! A value against its schema, as the API server judges it.

mod admission;
mod fault;
mod file;
mod format;
mod logic;
mod metadata;
mod plain;
mod resource;
mod rules;
mod values;
mod walk;

pub use admission::admission_schema;
pub use fault::{Fault, FaultKind};
pub use file::check_file;
pub use plain::{Instance, PlainSchema};
pub use resource::check_resource;
pub use walk::{Extent, check_value, same_letters};
