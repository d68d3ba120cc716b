//! Transformers and generators that are configured in files or texts of their own.

use super::context::Context;
use super::fault::{Fault, FaultKind};
use super::fields::{FieldSpec, field_spec};
use super::gather::record;
use super::generate::{absorb, generated};
use super::level::Level;
use super::object::{Object, put, string_pairs};
use super::origin::Origin;
use super::patch::{apply_json6902, apply_patch, apply_strategic_merges};
use super::replace::apply_replacements;
use super::transform::{Affix, Subjects, add_affix, set_image, set_namespace, set_pairs, set_replicas};
use crate::source::nearest;
use crate::yaml::{Node, Style};
use smol_str::SmolStr;
use std::sync::Arc;

/// The transformers that kustomize has built in.
const TRANSFORMERS: [&str; 13] = [
    "AnnotationsTransformer",
    "ImageTagTransformer",
    "LabelTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixSuffixTransformer",
    "PrefixTransformer",
    "SuffixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "ValueAddTransformer",
];

/// The entries of `transformers`.
pub(super) fn transform(context: &mut Context, level: &mut Level, configs: &[Object], folder: &str) {
    for config in configs {
        let node = &config.node;
        if config.id.gvk.version != "builtin" || !config.id.gvk.group.is_empty() {
            context.unchecked(node.span, format!("`{}` is no built-in transformer", config.id.gvk.kind));
            continue;
        }
        plugin(context, level, &config.id.gvk.kind, node, folder);
        level.set.drop_deleted();
        if let Some(origin) = plugin_origin(config) {
            record(&mut level.set.objects, &Arc::new(origin));
        }
    }
}

fn plugin(context: &mut Context, level: &mut Level, kind: &str, node: &Node, folder: &str) {
    let specs: Vec<FieldSpec> = node.items_at(&["fieldSpecs"]).iter().map(field_spec).collect();
    let filled = |field: &str| node.get(field).filter(|node| node.text().is_some_and(|text| !text.is_empty()));
    match kind {
        "AnnotationsTransformer" => set_pairs(context, level, &string_pairs(node.get("annotations")), &specs),
        "LabelTransformer" => set_pairs(context, level, &string_pairs(node.get("labels")), &specs),
        "PrefixTransformer" | "SuffixTransformer" | "PrefixSuffixTransformer" => {
            if let Some(prefix) = filled("prefix").filter(|_| kind != "SuffixTransformer") {
                add_affix(context, level, prefix, &specs, Affix::Prefix);
            }
            if let Some(suffix) = filled("suffix").filter(|_| kind != "PrefixTransformer") {
                add_affix(context, level, suffix, &specs, Affix::Suffix);
            }
        }
        "NamespaceTransformer" => {
            let subjects = match node.text_at(&["setRoleBindingSubjects"]) {
                Some("allServiceAccounts") => Subjects::ServiceAccounts,
                Some("none") => Subjects::Untouched,
                _ => Subjects::Default,
            };
            let unset_only = node.get("unsetOnly").is_some_and(Node::is_true);
            if let Some(namespace) = node.at(&["metadata", "namespace"]) {
                set_namespace(context, level, namespace, &specs, subjects, unset_only);
            }
        }
        "PatchTransformer" => apply_patch(context, level, node, folder, &mut None),
        "PatchJson6902Transformer" => apply_json6902(context, level, node, folder),
        "PatchStrategicMergeTransformer" => {
            let texts = node.get("patches").into_iter();
            let list: Vec<Node> = node.items_at(&["paths"]).iter().chain(texts).cloned().collect();
            apply_strategic_merges(context, level, &list, folder);
        }
        "ImageTagTransformer" => {
            if let Some(image) = node.get("imageTag") {
                set_image(context, level, image, &specs);
            }
        }
        "ReplicaCountTransformer" => {
            if let Some(replica) = node.get("replica") {
                set_replicas(context, level, replica, &specs);
            }
        }
        "ReplacementTransformer" => apply_replacements(context, level, node.items_at(&["replacements"]), folder),
        "ValueAddTransformer" | "HashTransformer" => context.unchecked(node.span, format!("`{kind}` is not run")),
        _ => {
            let span = node.get("kind").map_or(node.span, |kind| kind.span);
            let fault = Fault::new(FaultKind::PluginInvalid, span, format!("kustomize has no transformer `{kind}`"));
            context.fault(fault.suggest(nearest(kind, TRANSFORMERS)));
        }
    }
}

/// The entries of `generators`.
pub(super) fn generate(context: &mut Context, level: &mut Level, configs: &[Object], folder: &str) {
    for config in configs {
        let node = &config.node;
        let builtin = config.id.gvk.version == "builtin" && config.id.gvk.group.is_empty();
        let made = match config.id.gvk.kind.as_str() {
            "ConfigMapGenerator" if builtin => generated(context, node, "ConfigMap", None, folder),
            "SecretGenerator" if builtin => generated(context, node, "Secret", None, folder),
            "IAMPolicyGenerator" if builtin => iam_policy(context, node),
            kind => {
                let reason =
                    if builtin { format!("`{kind}` is not run") } else { format!("`{kind}` is no built-in generator") };
                context.unchecked(node.span, reason);
                None
            }
        };
        let Some(mut object) = made else { continue };
        object.origin = plugin_origin(config).map(Arc::new);
        absorb(context, level, object, node);
    }
}

/// The service account of GKE's workload identity.
fn iam_policy(context: &Context, node: &Node) -> Option<Object> {
    let name = node.at(&["kubernetesService", "name"])?;
    let account = node.at(&["serviceAccount", "name"])?;
    let project = node.text_at(&["serviceAccount", "projectId"])?;
    let email = format!("{}@{project}.iam.gserviceaccount.com", account.text()?);
    let plain = |text: &'static str| Node::scalar(node.span, text, Style::Plain);
    let mut annotations = Node::map(account.span, Vec::new());
    put(&mut annotations, "iam.gke.io/gcp-service-account", Node::string(account.span, email));
    let mut metadata = Node::map(name.span, Vec::new());
    put(&mut metadata, "annotations", annotations);
    put(&mut metadata, "name", name.clone());
    if let Some(namespace) = node.at(&["kubernetesService", "namespace"]) {
        put(&mut metadata, "namespace", namespace.clone());
    }
    let mut root = Node::map(node.span, Vec::new());
    put(&mut root, "apiVersion", plain("v1"));
    put(&mut root, "kind", plain("ServiceAccount"));
    put(&mut root, "metadata", metadata);
    Some(Object::new(root, context.facts))
}

/// A plugin as the origin of what it makes or changes.
fn plugin_origin(config: &Object) -> Option<Origin> {
    let origin = config.origin.as_ref()?;
    let text = |path: &[&str]| SmolStr::new(config.node.text_at(path).unwrap_or_default());
    let configured_by =
        [text(&["apiVersion"]), text(&["kind"]), text(&["metadata", "name"]), text(&["metadata", "namespace"])];
    Some(Origin { path: SmolStr::default(), configured_in: origin.path.clone(), configured_by })
}
