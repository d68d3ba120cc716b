
/// JSON Schemas by apiVersion and kind, from the binary or from the user.
pub mod schema;
