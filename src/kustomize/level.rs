//! What one kustomization has gathered so far.

use super::fields::{Conflict, Fields};
use super::object::Set;
use crate::source::Span;
use smol_str::SmolStr;
use std::sync::Arc;

/// Resources, the fields that transformers touch, and variables.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub set: Set,
    pub fields: Arc<Fields>,
    pub vars: Vec<Var>,
}

/// One entry of `vars`.
#[derive(Debug, Clone)]
pub(super) struct Var {
    pub name: SmolStr,
    pub span: Span,
    /// The path of the field that it reads.
    pub field: Vec<SmolStr>,
}

impl Level {
    /// Adds fields to those that are known here. All that are not empty have the defaults, and most nothing else.
    pub fn add_fields(&mut self, fields: &Arc<Fields>, defaults: &Arc<Fields>) -> Result<(), Conflict> {
        let is_default = Arc::ptr_eq(fields, defaults);
        if Arc::ptr_eq(&self.fields, fields) || is_default && !self.fields.is_empty() {
            return Ok(());
        }
        if is_default || Arc::ptr_eq(&self.fields, defaults) {
            self.fields = Arc::clone(fields);
            return Ok(());
        }
        Arc::make_mut(&mut self.fields).absorb(fields)
    }
}
