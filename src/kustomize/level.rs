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
    /// Adds fields to those that are known here. Most kustomizations have nothing but the defaults.
    pub fn add_fields(&mut self, fields: &Arc<Fields>, defaults: &Arc<Fields>) -> Result<(), Conflict> {
        if Arc::ptr_eq(&self.fields, fields) {
            return Ok(());
        }
        if self.fields.is_empty() && Arc::ptr_eq(fields, defaults) {
            self.fields = fields.clone();
            return Ok(());
        }
        Arc::make_mut(&mut self.fields).absorb(fields)
    }
}
