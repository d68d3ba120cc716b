//! Adding to what a kustomization has gathered, with what is wrong about it.

use super::context::Context;
use super::fault::{Fault, FaultKind};
use super::fields::Conflict;
use super::file::{Kustomization, path_in};
use super::level::{Level, Var};
use super::object::{Object, Set};
use super::origin::Origin;
use crate::source::Span;
use crate::yaml::Node;
use smol_str::SmolStr;
use std::sync::Arc;

/// Adds a resource, unless its identity is taken.
pub(super) fn append(context: &mut Context, set: &mut Set, object: Object, span: Span) {
    let Err(refused) = set.append(object) else { return };
    let (object, existing) = *refused;
    let Some(first) = set.objects.get(existing) else { return };
    let message = format!("`{}` is already among the resources", object.id.title());
    let mut fault = Fault::new(FaultKind::DuplicateResource, span, message);
    fault = fault.related(first.name_span(), "first defined here");
    if object.name_span() != first.name_span() {
        fault = fault.related(object.name_span(), "defined again here");
    }
    context.fault(fault);
}

/// Adds what another kustomization gathered.
pub(super) fn merge(context: &mut Context, level: &mut Level, below: Level, path: &Node) {
    for object in below.set.objects {
        append(context, &mut level.set, object, path.span);
    }
    let merged = level.add_fields(&below.fields, &context.facts.fields);
    check_fields(context, merged, path);
    for var in below.vars {
        add_var(context, &mut level.vars, var);
    }
}

/// Notes that two field specs do not go together.
pub(super) fn check_fields(context: &mut Context, merged: Result<(), Conflict>, at: &Node) {
    let Err(Conflict(path)) = merged else { return };
    let message = format!("the field `{path}` has `create: true` once and not another time");
    let fault = Fault::new(FaultKind::PluginInvalid, at.span, message);
    context.fault(fault.help("give both entries the same `create`; kustomize's own count too"));
}

/// Adds a var, unless its name is taken.
pub(super) fn add_var(context: &mut Context, vars: &mut Vec<Var>, var: Var) {
    match vars.iter().find(|existing| existing.name == var.name) {
        Some(existing) => {
            let fault = Fault::new(FaultKind::VarFailed, var.span, format!("the var `{}` is defined twice", var.name));
            context.fault(fault.related(existing.span, "first defined here"));
        }
        None => vars.push(var),
    }
}

/// Notes what changed the resources; what has no origin yet was made by it.
pub(super) fn record(objects: &mut [Object], origin: &Arc<Origin>) {
    for object in objects {
        match object.origin {
            Some(_) => object.transformations.push(origin.clone()),
            None => object.origin = Some(origin.clone()),
        }
    }
}

/// The path of a kustomization file as origins name it.
pub(super) fn configured_in(context: &Context, kustomization: &Kustomization) -> Option<SmolStr> {
    let origin = context.origin.as_ref()?;
    Some(path_in(&origin.path, &kustomization.name).into())
}
