//! What `spec.postBuild` of a Kustomization defines.

use super::envsubst::{self, Variable};
use crate::links::{Kind, Links, Place};
use crate::resource::Resource;
use crate::source::{Span, is_slip};
use crate::yaml::Node;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The variables of a Kustomization, and where they come from.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    values: BTreeMap<SmolStr, Variable>,
    /// Every entry of `substituteFrom`.
    pub sources: Vec<Source>,
    /// Names that Flux refuses, which fails the Kustomization.
    pub invalid: Vec<Span>,
    /// Whether a source may define variables that nobody can see offline.
    pub open: bool,
}

/// An entry of `substituteFrom`.
#[derive(Debug, Clone)]
pub struct Source {
    /// `ConfigMap` or `Secret`
    pub kind: SmolStr,
    /// The name, with its span.
    pub name: Node,
    /// Whether Flux goes on without it.
    pub optional: bool,
    /// The resource that is it or makes it; `None` where none is in sight.
    pub defined: Option<Span>,
}

impl Variables {
    /// Whether Flux substitutes at all: without a single variable it leaves the text alone.
    pub fn is_active(&self) -> bool {
        self.open || !self.values.is_empty()
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Variable {
        match self.values.get(name) {
            Some(variable) => variable.clone(),
            None if self.open => Variable::Unknown(None),
            None => Variable::Undefined,
        }
    }

    /// The variable that is evidently meant by a name which nobody is seen to define.
    pub fn slip(&self, name: &str) -> Option<&str> {
        self.values.keys().map(SmolStr::as_str).find(|known| is_slip(name, known))
    }

    /// Every variable, in order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &Variable)> {
        self.values.iter()
    }

    /// Reads `spec.postBuild`; the namespace is that of the Kustomization, the first of the holders counts most.
    pub fn read(kustomization: &Resource, namespace: &str, holders: &[&Holders]) -> Variables {
        let mut variables = Variables::default();
        let Some(post_build) = kustomization.node.at(&["spec", "postBuild"]) else { return variables };
        for entry in post_build.items_at(&["substituteFrom"]) {
            variables.add_source(entry, namespace, holders);
        }
        for entry in post_build.entries_at(&["substitute"]) {
            let Some(name) = entry.key.text() else { continue };
            if !envsubst::is_variable_name(name) {
                variables.invalid.push(entry.key.span);
            }
            let value = match entry.value.as_scalar() {
                Some(scalar) if !scalar.unknown => Variable::Known(one_line(&scalar.text), entry.value.span),
                _ => Variable::Unknown(Some(entry.value.span)),
            };
            variables.values.insert(SmolStr::new(name), value);
        }
        variables
    }

    fn add_source(&mut self, entry: &Node, namespace: &str, holders: &[&Holders]) {
        let (Some(kind), Some(name)) = (entry.get("kind").and_then(Node::known), entry.get("name")) else {
            self.open = true;
            return;
        };
        let holder =
            name.known().and_then(|name| holders.iter().find_map(|holders| holders.find(kind, namespace, name)));
        let optional = entry.get("optional").is_some_and(Node::is_true);
        let defined = holder.map(|holder| holder.span);
        self.sources.push(Source { kind: SmolStr::new(kind), name: name.clone(), optional, defined });
        let Some(holder) = holder else {
            self.open = true;
            return;
        };
        self.open |= holder.open;
        for (key, variable) in &holder.values {
            self.values.insert(key.clone(), settled(variable));
        }
    }
}

/// The value of a ConfigMap as a variable has it. One that still holds a variable was not substituted yet.
fn settled(variable: &Variable) -> Variable {
    match variable {
        Variable::Known(text, span) if envsubst::is_template(text) => Variable::Unknown(Some(*span)),
        Variable::Known(text, span) => Variable::Known(one_line(text), *span),
        other => other.clone(),
    }
}

/// Flux takes line breaks out of every value.
fn one_line(text: &str) -> SmolStr {
    if text.contains('\n') { SmolStr::from(text.replace('\n', "")) } else { SmolStr::new(text) }
}

/// ConfigMaps and Secrets in sight, by kind, namespace and name.
#[derive(Debug, Clone, Default)]
pub struct Holders {
    by_name: BTreeMap<(SmolStr, SmolStr), BTreeMap<SmolStr, Holder>>,
}

#[derive(Debug, Clone)]
struct Holder {
    /// Where to point.
    span: Span,
    values: BTreeMap<SmolStr, Variable>,
    open: bool,
}

impl Holder {
    /// Keeps what two objects of one name agree on.
    fn blur(&mut self, other: &Holder) {
        let value = |variable: Option<&Variable>| match variable {
            Some(Variable::Known(value, _)) => Some(value.clone()),
            _ => None,
        };
        let names: Vec<SmolStr> = self.values.keys().chain(other.values.keys()).cloned().collect();
        for name in names {
            let (mine, others) = (self.values.get(&name), other.values.get(&name));
            if value(mine).is_none() || value(mine) != value(others) {
                self.values.insert(name, Variable::Unknown(None));
            }
        }
        self.open |= other.open;
    }
}

impl Holders {
    /// Adds what resources are, or what they create; a later resource takes the place of an earlier one.
    pub fn add<'a>(&mut self, resources: impl Iterator<Item = &'a Resource>, links: &Links) {
        for (kind, namespace, name, holder) in all_holders(resources, links) {
            self.by_name.entry((kind, name)).or_default().insert(namespace, holder);
        }
    }

    /// Adds resources of which nobody knows whether they are applied: where several have one name, no value is certain.
    pub fn add_written<'a>(&mut self, resources: impl Iterator<Item = &'a Resource>, links: &Links) {
        for (kind, namespace, name, mut holder) in all_holders(resources, links) {
            // What the cluster has of this name may hold more.
            holder.open = true;
            let named = self.by_name.entry((kind, name)).or_default();
            match named.get_mut(&namespace) {
                Some(known) => known.blur(&holder),
                None => {
                    named.insert(namespace, holder);
                }
            }
        }
    }

    /// The object with this name; one that was written without a namespace may be meant for any.
    fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&Holder> {
        let named = self.by_name.get(&(SmolStr::new(kind), SmolStr::new(name)))?;
        named.get(namespace).or_else(|| named.get(""))
    }
}

/// The data of a ConfigMap or Secret. What a Secret holds is never known, lest it be shown.
fn data(resource: &Resource) -> BTreeMap<SmolStr, Variable> {
    let secret = resource.kind == "Secret" || resource.node.get("sops").is_some();
    let mut values = BTreeMap::new();
    for field in ["data", "stringData"] {
        for entry in resource.node.entries_at(&[field]) {
            let Some(key) = entry.key.text() else { continue };
            let value = match entry.value.as_scalar() {
                Some(scalar) if !secret && !scalar.unknown => Variable::Known(scalar.text.clone(), entry.value.span),
                _ => Variable::Unknown(Some(entry.key.span)),
            };
            values.insert(SmolStr::new(key), value);
        }
    }
    values
}

/// Kind, namespace, name and content of a ConfigMap or Secret.
type Named = (SmolStr, SmolStr, SmolStr, Holder);

/// The ConfigMaps and Secrets that resources are or create, in their order.
fn all_holders<'a>(resources: impl Iterator<Item = &'a Resource>, links: &Links) -> Vec<Named> {
    let resources: Vec<&Resource> = resources.collect();
    resources.par_iter().flat_map_iter(|resource| holders(resource, links)).collect()
}

fn holders(resource: &Resource, links: &Links) -> Vec<Named> {
    let holds = |kind: &Kind| kind.group.is_empty() && matches!(kind.kind.as_str(), "ConfigMap" | "Secret");
    let own = (resource.is("", "ConfigMap") || resource.is("", "Secret")).then(|| Holder {
        span: resource.name_span(),
        values: data(resource),
        open: false,
    });
    let itself = own.iter().filter_map(|own| {
        let namespace = SmolStr::new(resource.namespace().unwrap_or(""));
        Some((resource.kind.clone(), namespace, SmolStr::new(resource.name()?), own.clone()))
    });
    let created = links.creates_of(resource, holds).into_iter();
    let made = created.filter_map(|created| {
        let namespace = match created.place {
            Place::Namespace(namespace) => namespace,
            _ => SmolStr::default(),
        };
        let values = created.keys.iter().flatten();
        let values = values.map(|key| (key.clone(), Variable::Unknown(Some(created.span)))).collect();
        // A copy holds what its original does.
        let copy = own.clone().filter(|_| created.name.as_deref() == resource.name());
        let made = Holder { span: created.span, values, open: created.keys.is_none() };
        Some((created.kind.kind, namespace, created.name?, copy.unwrap_or(made)))
    });
    itself.chain(made).collect()
}
