//! What the checker finds, before a rule takes it up.

use smol_str::SmolStr;

use crate::diagnostic::Finding;

/// Which expectation a value does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// A field that its object cannot have: a near name, another place for it or Kubernetes itself says so.
    UnknownField,
    /// A field that the schema at hand does not name and nothing else explains.
    UnexplainedField {
        /// apiVersion and kind of the resource.
        kind: (SmolStr, SmolStr),
        /// Path of the field.
        path: SmolStr,
    },
    /// A value of another type.
    WrongType,
    /// A boolean where a text is wanted: YAML's `yes` and `on`.
    Truthy,
    /// A field that must be there.
    MissingField,
    /// A value of the right type outside what is allowed.
    InvalidValue,
    /// A name or namespace that no object can have, as long as nothing changes it.
    InvalidName,
    /// An entry that its list has already.
    DuplicateEntry,
    /// A rule in CEL does not hold.
    Cel,
}

/// A value that its schema does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which expectation.
    pub kind: FaultKind,
    /// What there is to say about it.
    pub finding: Finding,
}

impl Fault {
    /// Whether another fault is this one: of the same kind, at the same place.
    pub fn is_same_as(&self, other: &Fault) -> bool {
        let fields = self.is_of_field() && other.is_of_field();
        self.finding.span == other.finding.span && (fields || self.kind == other.kind)
    }

    /// Whether it is a field that its object cannot have.
    pub fn is_of_field(&self) -> bool {
        matches!(self.kind, FaultKind::UnknownField | FaultKind::UnexplainedField { .. })
    }
}
