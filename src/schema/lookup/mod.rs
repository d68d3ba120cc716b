//! Which schema a resource is judged by, and what its name leads to.

mod deprecation;
mod history;
mod kind_path;
mod location;
mod modeline;
mod releases;
mod schemas;
mod served;
mod suggestion;
mod user;

pub use deprecation::Deprecation;
pub use kind_path::{KindPath, NoKind};
pub use location::{Location, is_url};
pub use modeline::{Modeline, named_schema};
pub use releases::{Releases, Version};
pub use schemas::{Origin, Schemas, is_patch};
pub use served::Served;
pub use user::UserSchemas;
