//! What the built-in transformers do: names, namespaces, labels, annotations, replicas and images.

use super::context::Context;
use super::fault::{Fault, FaultKind};
use super::fields::FieldSpec;
use super::gvk::Gvk;
use super::image;
use super::level::Level;
use super::object::{Object, as_string, map_at, put};
use super::visit::{Absent, entry, visit};
use crate::source::nearest;
use crate::yaml::{Entry, Node, Value};
use smol_str::SmolStr;
use std::collections::HashMap;

/// Which subjects of role bindings a namespace transformer changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subjects {
    /// Those named `default`.
    Default,
    /// All service accounts.
    ServiceAccounts,
    /// None.
    Untouched,
}

/// What a prefix or suffix is put to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affix {
    Prefix,
    Suffix,
}

/// Applies `change` to every resource, reporting what does not fit at `at`.
fn each(
    context: &mut Context,
    level: &mut Level,
    at: &Node,
    mut change: impl FnMut(&mut Object) -> Result<(), String>,
) {
    for object in &mut level.set.objects {
        if let Err(message) = change(object) {
            let title = object.id.title();
            let fault = Fault::new(FaultKind::InvalidValue, at.span, message);
            context.notes.faults.push(fault.related(object.name_span(), format!("in `{title}`")));
        }
    }
}

/// Sets labels or annotations.
pub(super) fn set_pairs(context: &mut Context, level: &mut Level, pairs: &[Entry], fields: &[FieldSpec]) {
    for pair in pairs {
        each(context, level, &pair.value, |object| {
            let id = object.id.gvk.clone();
            let specs = fields.iter().filter(|spec| id.selected_by(&spec.gvk));
            for spec in specs {
                visit(&mut object.node, spec, Absent::Map(pair.value.span), &mut entry(pair))?;
            }
            Ok(())
        });
    }
}

/// Sets the namespace of everything that may have one.
pub(super) fn set_namespace(
    context: &mut Context,
    level: &mut Level,
    namespace: &Node,
    fields: &[FieldSpec],
    subjects: Subjects,
    unset_only: bool,
) {
    let value = as_string(namespace);
    let name = SmolStr::new(namespace.text().unwrap_or_default());
    level.set.objects_mut();
    each(context, level, namespace, |object| {
        object.store_previous();
        let mut set = |node: &mut Node| {
            if !(unset_only && node.text().is_some_and(|text| !text.is_empty())) {
                *node = value.clone();
            }
            Ok(())
        };
        if !object.id.cluster
            && let Some(metadata) = map_at(&mut object.node, "metadata", value.span)
        {
            if metadata.get("namespace").is_none_or(Node::is_null) {
                put(metadata, "namespace", value.clone());
            } else if let Some(node) = metadata.get_mut("namespace") {
                set(node)?;
            }
        }
        let binding = matches!(object.id.gvk.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
        if binding && object.node.get("subjects").is_some_and(Node::is_seq) {
            bind_subjects(&mut object.node, &value, subjects, unset_only);
        }
        let core = object.node.text_at(&["apiVersion"]) == Some("v1");
        for spec in fields.iter().filter(|spec| object.id.gvk.selected_by(&spec.gvk)) {
            let path: Vec<&str> = spec.path.iter().map(SmolStr::as_str).collect();
            let skipped = match path.as_slice() {
                ["metadata", "namespace"] => true,
                ["metadata", "name"] => !core,
                ["subjects", "namespace"] => binding,
                _ => false,
            };
            if !skipped {
                visit(&mut object.node, spec, Absent::Scalar(value.span), &mut set)?;
            }
        }
        Ok(())
    });
    let facts = context.facts;
    let mut known: HashMap<_, usize> = HashMap::new();
    for at in 0..level.set.objects.len() {
        let Some(object) = level.set.objects.get_mut(at) else { break };
        object.refresh(facts);
        let Some(first) = known.insert(object.id.key(), at) else { continue };
        let message = format!("in namespace `{name}` two resources are `{}`", object.id.title());
        let mut fault =
            Fault::new(FaultKind::DuplicateResource, namespace.span, message).related(object.name_span(), "this one");
        if let Some(first) = level.set.objects.get(first) {
            fault = fault.related(first.name_span(), "and this one");
        }
        context.fault(fault);
    }
}

/// Adds a prefix or suffix to names.
pub(super) fn add_affix(context: &mut Context, level: &mut Level, text: &Node, fields: &[FieldSpec], affix: Affix) {
    let part = SmolStr::new(text.text().unwrap_or_default());
    let unknown = text.is_unknown();
    let facts = context.facts;
    level.set.objects_mut();
    each(context, level, text, |object| {
        let gvk = object.original_gvk();
        if keeps_name(&gvk) {
            return Ok(());
        }
        for spec in fields.iter().filter(|spec| gvk.selected_by(&spec.gvk)) {
            if spec.path.iter().map(SmolStr::as_str).eq(["metadata", "name"]) {
                match affix {
                    Affix::Prefix => object.prefixes.push(part.clone()),
                    Affix::Suffix => object.suffixes.push(part.clone()),
                }
                object.store_previous();
            }
            visit(&mut object.node, spec, Absent::Scalar(text.span), &mut |node| {
                let Value::Scalar(scalar) = &mut node.value else { return Err("a name must be a string".into()) };
                scalar.unknown |= unknown;
                scalar.text = match affix {
                    Affix::Prefix => format!("{part}{}", scalar.text).into(),
                    Affix::Suffix => format!("{}{part}", scalar.text).into(),
                };
                Ok(())
            })?;
        }
        object.refresh(facts);
        Ok(())
    });
}

/// Sets the number of replicas of the resource with a name.
pub(super) fn set_replicas(context: &mut Context, level: &mut Level, replicas: &Node, fields: &[FieldSpec]) {
    let name = replicas.text_at(&["name"]).unwrap_or_default();
    let zero = Node::scalar(replicas.span, "0", crate::yaml::Style::Plain);
    let count = replicas.get("count").filter(|count| !count.is_null()).unwrap_or(&zero).clone();
    let mut found = false;
    let mut candidates = Vec::new();
    each(context, level, &count, |object| {
        let scaled = |kind: &SmolStr| {
            let gvk = Gvk { kind: kind.clone(), ..object.id.gvk.clone() };
            fields.iter().any(|spec| gvk.selected_by(&spec.gvk))
        };
        if scaled(&object.id.gvk.kind) {
            candidates.push(object.id.name.clone());
        }
        if !object.keys().any(|key| key.name == name && scaled(&key.gvk.kind)) {
            return Ok(());
        }
        found = true;
        let id = object.id.gvk.clone();
        for spec in fields.iter().filter(|spec| id.selected_by(&spec.gvk)) {
            visit(&mut object.node, spec, Absent::Scalar(count.span), &mut |node| {
                *node = count.clone();
                Ok(())
            })?;
        }
        Ok(())
    });
    if !found && !context.notes.incomplete {
        let span = replicas.get("name").map_or(replicas.span, |name| name.span);
        let near = nearest(name, candidates.iter().map(SmolStr::as_str));
        let message = format!("no resource with replicas is named `{name}`");
        context.fault(Fault::new(FaultKind::ReplicasUnmatched, span, message).suggest(near));
    }
}

/// Changes the images with a name.
pub(super) fn set_image(context: &mut Context, level: &mut Level, image: &Node, fields: &[FieldSpec]) {
    let change = match image::Change::of(image) {
        Ok(change) => change,
        Err(message) => return context.fault(Fault::new(FaultKind::InvalidValue, image.span, message)),
    };
    each(context, level, image, |object| {
        // Custom resource definitions describe containers, they have none.
        if object.id.gvk.kind == "CustomResourceDefinition" {
            return Ok(());
        }
        image::walk_containers(&mut object.node, &change);
        let id = object.id.gvk.clone();
        for spec in fields.iter().filter(|spec| id.selected_by(&spec.gvk)) {
            visit(&mut object.node, spec, Absent::Stays, &mut |node| change.apply(node))?;
        }
        Ok(())
    });
}

/// Kinds whose names are never changed.
fn keeps_name(gvk: &Gvk) -> bool {
    matches!(gvk.kind.as_str(), "CustomResourceDefinition" | "Namespace")
        || gvk.kind == "APIService" && gvk.group == "apiregistration.k8s.io"
}

fn bind_subjects(node: &mut Node, value: &Node, subjects: Subjects, unset_only: bool) {
    let wanted = |subject: &Node| match subjects {
        Subjects::Default => subject.text_at(&["name"]) == Some("default"),
        Subjects::ServiceAccounts => subject.text_at(&["kind"]) == Some("ServiceAccount"),
        Subjects::Untouched => false,
    };
    for subject in node.get_mut("subjects").and_then(Node::items_mut).into_iter().flatten() {
        let filled = subject.text_at(&["namespace"]).is_some_and(|text| !text.is_empty());
        if wanted(subject) && !(unset_only && filled) {
            put(subject, "namespace", value.clone());
        }
    }
}
