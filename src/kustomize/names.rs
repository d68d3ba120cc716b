//! References to resources that got another name follow them.

use super::context::Context;
use super::fault::{Fault, FaultKind};
use super::fields::FieldSpec;
use super::gvk::Gvk;
use super::level::Level;
use super::object::{Object, as_string, put};
use super::visit::{Absent, visit};
use crate::source::Span;
use crate::yaml::{Node, Value};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

/// Rewrites every reference to a renamed resource.
pub(super) fn follow_names(context: &mut Context, level: &mut Level) {
    let candidates = Candidates::of(&level.set.objects);
    if candidates.by_name.is_empty() {
        return;
    }
    let fields = level.fields.clone();
    for at in 0..level.set.objects.len() {
        let Some(referrer) = level.set.objects.get(at) else { break };
        let gvk = referrer.original_gvk();
        let now = referrer.id.gvk.clone();
        // A spec selects by the first kind, and is applied by the kind of now.
        let named = |target: &Gvk| target.kind.is_empty() || candidates.kinds.contains(&target.kind);
        let specs: Vec<_> = fields.references_of(&gvk).filter(|(target, _)| named(target)).collect();
        if specs.is_empty() {
            continue;
        }
        let mut node = referrer.node.clone();
        let namespaces = subject_namespaces(referrer);
        let mut faults = Vec::new();
        for (target, spec) in specs {
            let spec = FieldSpec { gvk: now.clone(), ..spec.clone() };
            let role =
                spec.path.ends_with(&["roleRef", "name"].map(SmolStr::new_static)).then(|| role_ref(&node)).flatten();
            let search = Search {
                objects: &level.set.objects,
                candidates: &candidates,
                referrer,
                namespaces: &namespaces,
                target,
                role,
            };
            let result = visit(&mut node, &spec, Absent::Stays, &mut |node| search.update(node));
            if let Err(message) = result {
                faults.push(Fault::new(FaultKind::AmbiguousReference, referrer.name_span(), message));
            }
        }
        context.notes.faults.extend(faults);
        if let Some(slot) = level.set.objects.get_mut(at) {
            slot.node = node;
        }
    }
}

/// Resources that once had another identity.
struct Candidates {
    /// By each earlier name.
    by_name: HashMap<SmolStr, Vec<usize>>,
    /// Every earlier kind.
    kinds: HashSet<SmolStr>,
}

impl Candidates {
    fn of(objects: &[Object]) -> Self {
        let mut candidates = Candidates { by_name: HashMap::new(), kinds: HashSet::new() };
        for (at, object) in objects.iter().enumerate() {
            for previous in &object.previous {
                candidates.kinds.insert(previous.kind.clone());
                let found = candidates.by_name.entry(previous.name.clone()).or_default();
                if found.last() != Some(&at) {
                    found.push(at);
                }
            }
        }
        candidates
    }
}

/// Group and kind of a `roleRef`.
fn role_ref(node: &Node) -> Option<Gvk> {
    let role = node.get("roleRef")?;
    let text = |key: &str| role.text_at(&[key]).map(SmolStr::new);
    Some(Gvk { group: text("apiGroup")?, version: SmolStr::default(), kind: text("kind")? })
}

/// Namespaces of the service accounts that a RoleBinding binds.
fn subject_namespaces(referrer: &Object) -> Vec<SmolStr> {
    if referrer.id.gvk.kind != "RoleBinding" {
        return Vec::new();
    }
    let accounts = referrer.node.items_at(&["subjects"]).iter();
    let accounts = accounts.filter(|subject| subject.text_at(&["kind"]) == Some("ServiceAccount"));
    accounts.filter_map(|subject| subject.text_at(&["namespace"])).map(SmolStr::new).collect()
}

/// One look for the resource behind a reference.
struct Search<'a> {
    objects: &'a [Object],
    candidates: &'a Candidates,
    referrer: &'a Object,
    namespaces: &'a [SmolStr],
    target: &'a Gvk,
    role: Option<Gvk>,
}

impl Search<'_> {
    fn update(&self, node: &mut Node) -> Result<(), String> {
        if node.is_map() {
            return self.update_mapping(node);
        }
        if let Some(items) = node.items_mut() {
            return items.iter_mut().try_for_each(|item| self.update(item));
        }
        if node.is_null() { Ok(()) } else { self.update_scalar(node) }
    }

    fn update_scalar(&self, node: &mut Node) -> Result<(), String> {
        let Some(scalar) = node.as_scalar() else { return Ok(()) };
        let Some(found) = self.select(&scalar.text, None, |left, right| left.id.name == right.id.name)? else {
            return Ok(());
        };
        rename(node, found);
        Ok(())
    }

    fn update_mapping(&self, node: &mut Node) -> Result<(), String> {
        let Some(name) = node.get("name").and_then(Node::as_scalar).map(|scalar| scalar.text.clone()) else {
            return Err("a reference without `name`".into());
        };
        let namespace = node.get("namespace").map(|node| SmolStr::new(node.text().unwrap_or_default()));
        let same =
            |left: &Object, right: &Object| left.id.name == right.id.name && left.id.namespace == right.id.namespace;
        let Some(found) = self.select(&name, namespace.as_ref(), same)? else { return Ok(()) };
        if let Some(name) = node.get_mut("name") {
            rename(name, found);
        }
        if !found.id.namespace.is_empty() {
            let span: Span = found.node.at(&["metadata", "namespace"]).map_or(node.span, |node| node.span);
            put(node, "namespace", Node::string(span, found.id.namespace.clone()));
        }
        Ok(())
    }

    /// The resource that `name` meant before names changed.
    fn select(
        &self,
        name: &str,
        namespace: Option<&SmolStr>,
        same: impl Fn(&Object, &Object) -> bool,
    ) -> Result<Option<&Object>, String> {
        let Some(named) = self.candidates.by_name.get(name) else { return Ok(None) };
        let named = named.iter().filter_map(|at| self.objects.get(*at)).filter(|object| self.in_reach(object));
        let all: Vec<&Object> = named.collect();
        let mut found: Vec<&Object> = match namespace {
            None => all,
            Some(namespace) => {
                let original =
                    |object: &&Object| object.previous.first().is_some_and(|first| first.namespace == *namespace);
                let current = |object: &&Object| !object.id.cluster && object.id.effective_namespace() == *namespace;
                // The first namespaces count as soon as any resource had this one.
                if self.objects.iter().any(|object| self.in_reach(object) && original_namespace(object) == *namespace) {
                    all.into_iter().filter(|object| !object.id.cluster && original(object)).collect()
                } else {
                    all.into_iter().filter(current).collect()
                }
            }
        };
        found.retain(|object| self.was(object, self.target));
        if let Some(role) = &self.role {
            found.retain(|object| self.was(object, role));
        }
        found.retain(|object| self.same_namespace(object));
        if found.len() > 1 {
            found.retain(|object| affixes_fit(object, self.referrer, true));
            if found.len() > 1 {
                found.retain(|object| affixes_fit(object, self.referrer, false));
            }
        }
        let [first, rest @ ..] = found.as_slice() else { return Ok(None) };
        if rest.iter().all(|other| same(first, other)) {
            return Ok(Some(first));
        }
        let names: Vec<String> = found.iter().map(|object| format!("`{}`", object.id.title())).collect();
        Err(format!("`{name}` could mean several resources: {}", names.join(", ")))
    }

    /// Whether the referrer could refer to it at all.
    fn in_reach(&self, object: &Object) -> bool {
        self.referrer.id.cluster
            || object.id.cluster
            || object.id.effective_namespace() == self.referrer.id.effective_namespace()
            || self.namespaces.contains(&object.id.namespace)
    }

    fn same_namespace(&self, object: &Object) -> bool {
        self.referrer.id.cluster
            || object.id.cluster
            || object.id.gvk.kind == "ServiceAccount"
            || object.id.effective_namespace() == self.referrer.id.effective_namespace()
    }

    /// Whether an earlier identity has this kind.
    fn was(&self, object: &Object, target: &Gvk) -> bool {
        object.previous.iter().any(|previous| {
            let gvk = Gvk { kind: previous.kind.clone(), ..object.id.gvk.clone() };
            gvk.selected_by(target)
        })
    }
}

fn original_namespace(object: &Object) -> SmolStr {
    object.previous.first().map_or_else(|| object.id.effective_namespace(), |first| first.namespace.clone())
}

/// Whether prefixes and suffixes say that two resources went through the same kustomizations.
fn affixes_fit(object: &Object, referrer: &Object, allow_empty: bool) -> bool {
    let fit = |left: &[SmolStr], right: &[SmolStr]| {
        let shorter = left.len().min(right.len());
        let ends = left.iter().rev().zip(right.iter().rev()).all(|(left, right)| left == right);
        if shorter == 0 { allow_empty || left.len() == right.len() } else { ends }
    };
    fit(&object.prefixes, &referrer.prefixes) && fit(&object.suffixes, &referrer.suffixes)
}

/// Gives a reference the present name, at the place where the reference stands.
fn rename(node: &mut Node, found: &Object) {
    let unknown = found.node.at(&["metadata", "name"]).is_some_and(Node::is_unknown);
    let Value::Scalar(scalar) = &mut node.value else { return };
    if scalar.text != found.id.name || unknown {
        scalar.text = found.id.name.clone();
        scalar.unknown = unknown;
        *node = as_string(node);
    }
}
