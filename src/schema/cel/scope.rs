//! What a rule sees, and what it says.

use crate::yaml::Node;

/// How deep an expression may nest.
pub(super) const MAX_DEPTH: usize = 96;

/// How many steps a rule may take; the API server has a limit of its own.
pub(super) const MAX_STEPS: u32 = 500_000;

/// What a rule says about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    True,
    /// It does not hold: the API server would refuse the value.
    False,
    /// It depends on a value that is not known offline.
    Unknown,
    /// It could not be evaluated.
    Error,
}

/// What a rule sees.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// `self`
    pub this: &'a Node,
    /// What the schema says about `self`; without it scalars are what their text resolves to.
    pub shape: Option<&'a dyn Shape>,
}

impl<'a> Scope<'a> {
    /// A scope without a schema.
    pub fn new(this: &'a Node) -> Self {
        Scope { this, shape: None }
    }
}

/// The type that a schema gives to a scalar, where the text alone does not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// What the text resolves to: integers, booleans, int-or-string.
    #[default]
    Any,
    /// `type: string`
    String,
    /// `type: number`
    Number,
    /// `format: date-time`, and `format: date`
    Timestamp,
    /// `format: duration`
    Duration,
    /// `format: byte`
    Bytes,
}

/// What a schema adds to a node: types, defaults, nullability. The checker's schema implements it.
pub trait Shape {
    /// The type of a scalar here.
    fn kind(&self) -> Kind {
        Kind::Any
    }
    /// The schema of a field: a property, else additional properties.
    fn field(&self, name: &str) -> Option<&dyn Shape>;
    /// The schema of list items.
    fn item(&self) -> Option<&dyn Shape>;
    /// The value of a field that is not written.
    fn default(&self) -> Option<&Node> {
        None
    }
    /// Whether null is a value here; else a null field counts as absent.
    fn nullable(&self) -> bool {
        false
    }
}
