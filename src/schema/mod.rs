//! What a resource may hold.

/// The rules that CRDs write in CEL.
pub mod cel;
