//! Every other JSON Schema: of charts' values, and of files that are no Kubernetes resources.

use std::sync::OnceLock;

use jsonschema::error::{TypeKind, ValidationErrorKind as Broken};
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::Value;

use super::fault::{Fault, FaultKind};
use super::values::{shown, with_unknowns};
use crate::diagnostic::{Finding, did_you_mean};
use crate::source::{Span, nearest};
use crate::yaml::Node;

/// Keywords that make one part of a value depend on another.
const CONDITIONAL: [&str; 8] = ["if", "then", "else", "oneOf", "anyOf", "not", "dependentSchemas", "dependencies"];

/// A JSON Schema, compiled when a value first meets it.
#[derive(Debug)]
pub struct PlainSchema {
    document: Value,
    validator: OnceLock<Option<Validator>>,
}

/// What is judged: a whole value, and the part of it that stands in the repository.
#[derive(Debug, Clone, Copy)]
pub struct Instance<'a> {
    /// The whole.
    pub whole: &'a Value,
    /// What is written of it.
    pub written: &'a Node,
    /// Whether something out of sight adds to it, so that what is absent says nothing.
    pub partial: bool,
}

impl PlainSchema {
    /// A schema that is not compiled yet.
    pub fn new(document: Value) -> Self {
        PlainSchema { document, validator: OnceLock::new() }
    }

    /// Why no value can be judged by it: it is no schema, or refers to another file.
    pub fn unusable(&self) -> Option<String> {
        jsonschema::validator_for(&self.document).err().map(|error| error.to_string())
    }

    /// What is wrong with what is written; nothing where the schema itself cannot be used.
    pub fn faults(&self, instance: Instance) -> Vec<Fault> {
        let validator = self.validator.get_or_init(|| jsonschema::validator_for(&self.document).ok());
        let Some(validator) = validator else { return Vec::new() };
        let opened = with_unknowns(instance.written);
        let instance = Instance { written: opened.as_ref().unwrap_or(instance.written), ..instance };
        let unsure = instance.partial || holds_unknown(instance.written);
        let mut faults = Vec::new();
        for error in validator.iter_errors(instance.whole) {
            self.fault(&error, instance, unsure, &mut faults);
        }
        faults
    }

    fn fault(&self, error: &ValidationError, instance: Instance, unsure: bool, faults: &mut Vec<Fault>) {
        let path = error.schema_path().as_str();
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        let place = Place::of(instance.written, error.instance_path().as_str());
        let depends = unsure && above.split('/').any(|word| CONDITIONAL.contains(&word));
        let chooses = CONDITIONAL.contains(&error.kind().keyword());
        if depends || chooses && (instance.partial || holds_unknown(place.node)) {
            return;
        }
        match error.kind() {
            Broken::AnyOf { context } | Broken::OneOfNotValid { context } if self.likely(context, error).is_some() => {
                // Nothing is unknown from here on.
                let branch = self.likely(context, error).into_iter().flatten();
                branch.for_each(|error| self.fault(error, instance, false, faults));
            }
            Broken::Required { property } => {
                let open = instance.partial || place.node.entries().iter().any(|entry| entry.key.is_unknown());
                if let Some(property) = property.as_str().filter(|_| !open) {
                    let message = format!("`{property}` is required {}", place.within());
                    faults.push(Fault { kind: FaultKind::MissingField, finding: Finding::new(place.key, message) });
                }
            }
            _ if !place.exact => {}
            Broken::AdditionalProperties { unexpected } | Broken::UnevaluatedProperties { unexpected } => {
                let known = self.siblings(error);
                let written = unexpected.iter().filter_map(|name| Some((name, place.node.entry(name)?)));
                // What SOPS leaves is no part of the value.
                for (name, entry) in written.filter(|(name, _)| !(place.path.is_empty() && *name == "sops")) {
                    let free = known.iter().map(String::as_str).filter(|known| place.node.get(known).is_none());
                    let near = nearest(name, free).map(did_you_mean);
                    let message = format!("unknown field `{name}` {}", place.within());
                    let finding = Finding::new(entry.key.span, message).maybe_help(near);
                    faults.push(Fault { kind: FaultKind::UnknownField, finding });
                }
            }
            _ if holds_unknown(place.node) => {}
            kind => faults.push(value_fault(kind, &place)),
        }
    }

    /// The one branch of several that a value of its type can have been meant for.
    fn likely<'e>(
        &self,
        branches: &'e [Vec<ValidationError<'static>>],
        of: &ValidationError,
    ) -> Option<&'e [ValidationError<'static>]> {
        let here = of.instance_path().as_str();
        let other_type = |error: &ValidationError| {
            error.instance_path().as_str() == here && matches!(error.kind(), Broken::Type { .. })
        };
        let mut possible = branches.iter().filter(|branch| !branch.iter().any(other_type));
        let only = possible.next().filter(|_| branches.len() > 1)?;
        possible.next().is_none().then_some(only.as_slice())
    }

    /// The names of the fields that stand beside the keyword that was broken.
    fn siblings(&self, error: &ValidationError) -> Vec<String> {
        let keyword = error.schema_path().as_str();
        let parent = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
        let properties = self.document.pointer(parent).and_then(|parent| parent.get("properties"));
        properties.and_then(Value::as_object).map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    }
}

/// Where an error lies in what is written.
struct Place<'a> {
    node: &'a Node,
    /// The key above the value, else the beginning.
    key: Span,
    /// Dotted.
    path: String,
    /// Whether the value itself is written, and not only something above it.
    exact: bool,
}

impl<'a> Place<'a> {
    fn of(root: &'a Node, pointer: &str) -> Self {
        let mut place = Place { node: root, key: root.span.before(), path: String::new(), exact: true };
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            let item = name.parse::<usize>().ok().and_then(|at| place.node.items().get(at));
            match (place.node.entry(&name), item) {
                (Some(entry), _) => {
                    let dot = if place.path.is_empty() { "" } else { "." };
                    place.path.push_str(&format!("{dot}{name}"));
                    (place.node, place.key) = (&entry.value, entry.key.span);
                }
                (None, Some(item)) => {
                    place.path.push_str("[]");
                    (place.node, place.key) = (item, item.entries().first().map_or(item.span, |entry| entry.key.span));
                }
                (None, None) => return Place { exact: false, ..place },
            }
        }
        place
    }

    fn name(&self) -> String {
        if self.path.is_empty() { "the whole".to_owned() } else { format!("`{}`", self.path) }
    }

    fn within(&self) -> String {
        if self.path.is_empty() { "at the top level".to_owned() } else { format!("in `{}`", self.path) }
    }
}

fn holds_unknown(node: &Node) -> bool {
    let mut unknown = false;
    node.walk(&mut |node| unknown |= node.is_unknown());
    unknown
}

/// A value that is not what it must be; values may be secrets, so none is shown.
fn value_fault(kind: &Broken, place: &Place) -> Fault {
    let name = place.name();
    let (fault, message, help) = match kind {
        Broken::Type { kind } => (FaultKind::WrongType, format!("{name} must be {}", noun(kind)), None),
        Broken::Enum { options } => {
            let known: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let near = nearest(place.node.text().unwrap_or(""), known.iter().copied());
            let help = near.map(did_you_mean).or_else(|| {
                let all: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
                (1..=12).contains(&all.len()).then(|| format!("allowed: {}", all.join(", ")))
            });
            (FaultKind::InvalidValue, format!("{name} has a value that is not allowed"), help)
        }
        Broken::Constant { expected_value } => {
            let help = Some(format!("it must be `{}`", shown(expected_value)));
            (FaultKind::InvalidValue, format!("{name} has a value that is not allowed"), help)
        }
        Broken::Pattern { pattern } => {
            let help = Some(format!("it must match {pattern}"));
            (FaultKind::InvalidValue, format!("{name} has a value that is not allowed"), help)
        }
        Broken::Format { format } => (FaultKind::InvalidValue, format!("{name} is no {format}"), None),
        Broken::Minimum { limit } => out_of_range(&name, "at least", limit),
        Broken::Maximum { limit } => out_of_range(&name, "at most", limit),
        Broken::ExclusiveMinimum { limit } => out_of_range(&name, "more than", limit),
        Broken::ExclusiveMaximum { limit } => out_of_range(&name, "less than", limit),
        Broken::FalseSchema => (FaultKind::InvalidValue, format!("{name} must not be there"), None),
        Broken::AnyOf { .. } | Broken::OneOfNotValid { .. } => {
            (FaultKind::InvalidValue, format!("{name} has none of the forms that its schema allows"), None)
        }
        other => {
            let help = Some(format!("its schema says so by `{}`", other.keyword()));
            (FaultKind::InvalidValue, format!("{name} has a value that is not allowed"), help)
        }
    };
    let at = if place.node.as_scalar().is_some() { place.node.span } else { place.key };
    Fault { kind: fault, finding: Finding::new(at, message).maybe_help(help) }
}

fn out_of_range(name: &str, words: &str, limit: &Value) -> (FaultKind, String, Option<String>) {
    (FaultKind::InvalidValue, format!("{name} is out of range"), Some(format!("it must be {words} {limit}")))
}

fn noun(kind: &TypeKind) -> String {
    let types: Vec<JsonType> = match kind {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(several) => several.iter().collect(),
    };
    let names = types.into_iter().map(|one| match one {
        JsonType::Array => "a list",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Null => "empty",
        JsonType::Number => "a number",
        JsonType::Object => "a mapping",
        JsonType::String => "a string",
    });
    names.collect::<Vec<_>>().join(" or ")
}
