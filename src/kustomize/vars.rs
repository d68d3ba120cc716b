//! `vars`: `$(NAME)` becomes the value of a field of a resource.

use super::context::Context;
use super::fault::{Fault, FaultKind, Unchecked};
use super::file::Kustomization;
use super::gather::add_var;
use super::gvk::Gvk;
use super::level::{Level, Var};
use super::object::{Id, as_string};
use super::path::{indexed, lookup};
use super::select::is_selected;
use super::visit::{Absent, visit};
use crate::yaml::{Mode, Node, Resolved, Style, Value};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Notes which resources the `vars` of a kustomization read.
pub(super) fn add_vars(context: &mut Context, level: &mut Level, kustomization: &Kustomization) {
    for node in kustomization.items("vars") {
        let name = SmolStr::new(node.text_at(&["name"]).unwrap_or_default());
        let span = node.get("name").map_or(node.span, |name| name.span);
        let reference = node.get("objref");
        let text = |key: &str| reference.and_then(|reference| reference.text_at(&[key])).unwrap_or_default();
        let gvk = match text("apiVersion") {
            "" => Gvk { group: text("group").into(), version: text("version").into(), kind: text("kind").into() },
            api_version => Gvk::of(api_version, text("kind")),
        };
        let id = Id { gvk, name: text("name").into(), namespace: text("namespace").into(), cluster: false };
        let mut matched = 0;
        let facts = context.facts;
        for object in &mut level.set.objects {
            let cluster = facts.is_cluster_scoped(text("apiVersion"), &id.gvk.kind);
            let found = object.keys().any(|key| {
                key.gvk == id.gvk
                    && key.name == id.name
                    && (id.namespace.is_empty() && !cluster || is_selected(&id, &key.gvk, &key.name, &key.namespace))
            });
            if found {
                matched += 1;
                object.vars.push(name.clone());
            }
        }
        if matched > 1 {
            context.fault(Fault::new(FaultKind::VarFailed, span, format!("`{name}` could read {matched} resources")));
        }
        let field = node.text_at(&["fieldref", "fieldPath"]).unwrap_or("metadata.name");
        add_var(context, &mut level.vars, Var { name, span, field: indexed(field) });
    }
}

/// Replaces `$(NAME)` where vars may stand.
pub(super) fn resolve_vars(context: &mut Context, level: &mut Level) {
    let mut values: BTreeMap<SmolStr, Node> = BTreeMap::new();
    for var in &level.vars {
        let object = level.set.objects.iter().find(|object| object.vars.contains(&var.name));
        match object.and_then(|object| lookup(&object.node, &var.field)) {
            Some(value) if value.as_scalar().is_some() => drop(values.insert(var.name.clone(), printed(value))),
            // A mapping or list is no value: kustomize leaves the text alone.
            Some(_) => {}
            _ if context.notes.incomplete => context
                .notes
                .unchecked
                .push(Unchecked { span: var.span, reason: "the resource may be among what is not at hand".into() }),
            _ => {
                let message = format!("the var `{}` has no value: `{}` is not there", var.name, var.field.join("."));
                context.notes.faults.push(Fault::new(FaultKind::VarFailed, var.span, message));
            }
        }
    }
    if values.is_empty() {
        return;
    }
    let fields = level.fields.clone();
    for object in &mut level.set.objects {
        let gvk = object.id.gvk.clone();
        for spec in fields.var_reference.iter().filter(|spec| gvk.selected_by(&spec.gvk)) {
            let result = visit(&mut object.node, spec, Absent::Stays, &mut |node| {
                replace_all(node, &values);
                Ok(())
            });
            if let Err(message) = result {
                context.notes.faults.push(Fault::new(FaultKind::VarFailed, object.name_span(), message));
            }
        }
    }
}

/// A value as kustomize prints it: `1.50` is the number `1.5`.
fn printed(value: &Node) -> Node {
    let text = match value.resolve(Mode::Yaml12) {
        Some(Resolved::Float(number)) if number.is_finite() && !value.is_unknown() => number.to_string(),
        _ => return value.clone(),
    };
    Node::scalar(value.span, text, Style::Plain)
}

/// Replaces in a string, in the strings of a mapping or of a list.
fn replace_all(node: &mut Node, values: &BTreeMap<SmolStr, Node>) {
    match &node.value {
        Value::Scalar(_) => replace_in(node, values),
        Value::Map(_) => {
            node.entries_mut().into_iter().flatten().for_each(|entry| replace_in(&mut entry.value, values))
        }
        Value::Seq(_) => node.items_mut().into_iter().flatten().for_each(|item| replace_in(item, values)),
    }
}

fn replace_in(node: &mut Node, values: &BTreeMap<SmolStr, Node>) {
    let Some(scalar) = node.as_scalar().filter(|scalar| scalar.text.contains('$')) else { return };
    if !matches!(node.resolve(Mode::Yaml12), Some(Resolved::Str)) {
        return;
    }
    let text = scalar.text.as_str();
    // A variable alone keeps the type of its value.
    if let Some(value) =
        text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')).and_then(|name| values.get(name))
    {
        *node = value.clone().with_span(node.span);
        return;
    }
    let mut result = String::new();
    let mut rest = text;
    let mut unknown = scalar.unknown;
    while let Some(at) = rest.find('$') {
        result.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        if let Some(tail) = after.strip_prefix('$') {
            result.push('$');
            rest = tail;
        } else if let Some((name, tail)) = after.strip_prefix('(').and_then(|after| after.split_once(')')) {
            match values.get(name) {
                Some(value) => {
                    unknown |= value.is_unknown();
                    result.push_str(value.as_scalar().map_or("", |scalar| scalar.text.as_str()));
                }
                None => result.extend(["$(", name, ")"]),
            }
            rest = tail;
        } else {
            result.push('$');
            rest = after;
        }
    }
    result.push_str(rest);
    let mut replaced = as_string(&Node::string(node.span, result));
    if let Value::Scalar(scalar) = &mut replaced.value {
        scalar.unknown = unknown;
    }
    *node = replaced;
}
