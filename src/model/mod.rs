//! The repository as rules see it, each part made of those above it.

/// Everything that comes from outside: files, configuration, changes, schemas, charts.
pub mod inputs;
/// What the schemas have against a repository.
pub mod validation;
/// What one cluster holds: applied, made by charts, made by operators.
pub mod inventory;
/// Host names that routes claim, through which door, for which requests.
pub mod route;
/// Everything a rule may know.
pub mod repo;
/// A cluster as a rule sees it.
pub mod cluster;
