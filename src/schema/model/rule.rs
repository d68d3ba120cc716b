//! `x-kubernetes-validations`: what the authors of a custom resource demand across its fields.

use std::sync::OnceLock;

use smol_str::SmolStr;

use crate::schema::cel::Program;

/// A rule in CEL that a value must satisfy; absent texts are empty.
#[derive(Debug, Default)]
pub struct ValidationRule {
    /// The expression.
    pub rule: SmolStr,
    /// What to say when it does not hold.
    pub message: SmolStr,
    /// An expression that makes the message.
    pub message_expression: SmolStr,
    /// The API server's class of the failure (`FieldValueInvalid` …).
    pub reason: SmolStr,
    /// The field to blame, below the value.
    pub field_path: SmolStr,
    /// Parsed when a value first meets it.
    pub(super) programs: OnceLock<Programs>,
}

/// The expressions of a rule; `None` where one cannot be read, or compares with an older state.
#[derive(Debug)]
pub struct Programs {
    /// Whether the value is right.
    pub holds: Option<Program>,
    /// The message where it is not.
    pub message: Option<Program>,
}

impl ValidationRule {
    /// The expressions, parsed once.
    pub fn programs(&self) -> &Programs {
        self.programs.get_or_init(|| {
            let holds = Program::parse(&self.rule).ok().filter(|program| !program.is_transition());
            let text = Some(&self.message_expression).filter(|text| !text.is_empty());
            Programs { holds, message: text.and_then(|text| Program::parse(text).ok()) }
        })
    }
}
