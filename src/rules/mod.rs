//! Every rule.

/// In order of their ids.
pub const RULES: &[crate::rule::Rule] = &[];
