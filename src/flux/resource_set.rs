//! What the Flux Operator makes of a ResourceSet, as far as its inputs are in the repository.

use super::substitute::moved;
use super::template;
use super::value::{Reason, Value};
use super::write;
use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{self, Entry, Node, Value as Yaml};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most sets of inputs of one ResourceSet.
const MAX_INPUTS: usize = 5_000;

/// Whether this is a ResourceSet.
pub fn is_resource_set(resource: &Resource) -> bool {
    resource.is("fluxcd.controlplane.io", "ResourceSet")
}

/// What a ResourceSet became, or why it could not be rendered.
pub(super) type Rendered = Result<Vec<Resource>, (Span, Reason)>;

/// The ResourceSetInputProviders of a cluster, by namespace and name.
#[derive(Debug, Default)]
pub(super) struct Providers(BTreeMap<(SmolStr, SmolStr), Resource>);

impl Providers {
    /// Remembers a resource if it is one.
    pub fn add(&mut self, resource: &Resource) {
        if resource.is("fluxcd.controlplane.io", "ResourceSetInputProvider") {
            let key = (SmolStr::new(resource.namespace().unwrap_or("")), SmolStr::new(resource.name().unwrap_or("")));
            self.0.insert(key, resource.clone());
        }
    }

    /// Providers in a namespace that an entry of `inputsFrom` names or selects.
    fn of<'a>(&'a self, namespace: &str, entry: &Node) -> Vec<&'a Resource> {
        if let Some(name) = entry.get("name").and_then(Node::known) {
            return self.0.get(&(SmolStr::new(namespace), SmolStr::new(name))).into_iter().collect();
        }
        let labels = entry.entries_at(&["selector", "matchLabels"]);
        let selected = |resource: &&Resource| {
            labels.iter().all(|label| label.key.text().and_then(|key| resource.label(key)) == label.value.text())
        };
        let here = self.0.iter().filter(|((own, _), _)| own == namespace).map(|(_, resource)| resource);
        if labels.is_empty() { Vec::new() } else { here.filter(selected).collect() }
    }
}

/// Renders a ResourceSet.
pub(super) fn render(set: &Resource, providers: &Providers) -> Rendered {
    let inputs = inputs(set, providers)?;
    let spec = set.spec().ok_or((set.name_span(), "a ResourceSet without `spec`".to_owned()))?;
    let steps = spec.items_at(&["steps"]);
    let parts = if steps.is_empty() { std::slice::from_ref(spec) } else { steps };
    let mut resources = Vec::new();
    for part in parts {
        for template in part.items_at(&["resources"]) {
            let text = write::value(&Value::of(template));
            for input in &inputs {
                resources.extend(documents(&text, input, template)?);
            }
        }
        let Some(template) = part.get("resourcesTemplate") else { continue };
        for input in &inputs {
            resources.extend(documents(template.text().unwrap_or(""), input, template)?);
        }
    }
    let mut seen = BTreeSet::new();
    resources.retain(|resource| {
        let id = [resource.group(), &resource.kind, resource.namespace().unwrap_or(""), resource.name().unwrap_or("")];
        let excluded = resource.annotation("fluxcd.controlplane.io/reconcile") == Some("disabled");
        !excluded && seen.insert(id.map(SmolStr::new))
    });
    Ok(resources)
}

/// Every set of inputs; a single empty one where none are asked for.
fn inputs(set: &Resource, providers: &Providers) -> Result<Vec<Value>, (Span, Reason)> {
    let strategy = set.node.at(&["spec", "inputStrategy", "name"]);
    if let Some(other) = strategy.filter(|name| name.text() != Some("Flatten")) {
        return Err((other.span, "inputs that are permuted are not rendered".to_owned()));
    }
    let mut inputs = Vec::new();
    for input in set.node.items_at(&["spec", "inputs"]) {
        inputs.push(with_provider(Value::of(input), set));
    }
    let namespace = set.namespace().unwrap_or("");
    let from = set.node.items_at(&["spec", "inputsFrom"]);
    for entry in from {
        let found = providers.of(namespace, entry);
        if found.is_empty() {
            return Err((entry.span, "the inputs of this provider are not in the repository".to_owned()));
        }
        for provider in found {
            if provider.node.text_at(&["spec", "type"]) != Some("Static") {
                return Err((entry.span, "this provider takes its inputs from elsewhere".to_owned()));
            }
            let values = provider.node.at(&["spec", "defaultValues"]).map_or(Value::Map(BTreeMap::new()), Value::of);
            inputs.push(with_provider(values, provider));
        }
    }
    if inputs.is_empty() && from.is_empty() {
        inputs.push(Value::Nil);
    }
    inputs.truncate(MAX_INPUTS);
    Ok(inputs)
}

fn with_provider(mut inputs: Value, provider: &Resource) -> Value {
    if let Value::Map(map) = &mut inputs {
        let text = |text: Option<&str>| Value::Text(text.unwrap_or("").to_owned());
        let provider = BTreeMap::from([
            ("apiVersion".to_owned(), text(Some(&provider.api_version))),
            ("kind".to_owned(), text(Some(&provider.kind))),
            ("name".to_owned(), text(provider.name())),
            ("namespace".to_owned(), text(provider.namespace())),
        ]);
        map.entry("provider".to_owned()).or_insert(Value::Map(provider));
    }
    inputs
}

/// The documents of a rendered template, each part with the span of the template's part that it came from.
fn documents(text: &str, input: &Value, template: &Node) -> Rendered {
    let rendered = template::render(text, input).map_err(|reason| (template.span, reason))?;
    let parsed = yaml::parse(template.span.file, &rendered);
    if parsed.documents.iter().any(|document| document.broken) {
        return Err((template.span, "the rendered template is no YAML".to_owned()));
    }
    let documents = parsed.documents.into_iter().map(|document| placed(document.root, Some(template), template.span));
    Ok(documents.filter_map(Resource::new).collect())
}

/// Gives a rendered node the spans of the template, as deep as they have the same shape.
fn placed(node: Node, template: Option<&Node>, outer: Span) -> Node {
    let span = template.map_or(outer, |template| template.span);
    let value = match &node.value {
        Yaml::Map(entries) => Yaml::Map(Arc::new(
            entries
                .iter()
                .map(|entry| {
                    let twin = template.and_then(|template| template.entry(entry.key.text()?));
                    let key = moved(entry.key.clone(), twin.map_or(span, |twin| twin.key.span));
                    Entry { key, value: placed(entry.value.clone(), twin.map(|twin| &twin.value), span) }
                })
                .collect(),
        )),
        Yaml::Seq(items) => Yaml::Seq(Arc::new(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    placed(item.clone(), template.and_then(|template| template.items().get(index)), span)
                })
                .collect(),
        )),
        Yaml::Scalar(scalar) => {
            let mut scalar = scalar.clone();
            // An input that was unknown stands here as it was written.
            scalar.unknown |= scalar.text.contains("${");
            Yaml::Scalar(scalar)
        }
    };
    Node { span, value, props: None }
}
