//! homelint reads a GitOps repository the way a compiler reads a program.

/// JSON Schemas by apiVersion and kind, from the binary or from the user.
pub mod schema;
