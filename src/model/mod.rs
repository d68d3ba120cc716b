//! The repository as rules see it, each part made of those above it.

/// Circles among things that wait for one another.
pub mod circle;
/// Gateways, and the routes that name them.
pub mod gateway;
/// Everything that comes from outside: files, configuration, changes, schemas, charts.
pub mod inputs;
/// What the schemas have against a repository.
pub mod validation;
/// Whether a name that leads to nothing is a mistake, or shows that something out of sight makes what it names.
pub mod doubt;
/// What one cluster holds: applied, made by charts, made by operators.
pub mod inventory;
/// Host names that routes claim, through which door, for which requests.
pub mod route;
/// Addresses of load balancers: who claims them, and from which pools.
pub mod address;
/// What becomes of each file: applied by a cluster, read by somebody else, idle, set aside.
pub mod usage;
/// Everything a rule may know.
pub mod repo;
/// What machines are told, beside what runs on them.
pub mod machines;
/// A cluster as a rule sees it.
pub mod cluster;
/// Generated ConfigMaps and Secrets: where their names are written without the hash.
pub mod generated;
/// What changes in the clusters between two states of a repository.
pub mod difference;
