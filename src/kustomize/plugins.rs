//! Transformers and generators that are configured in files or texts of their own.

use super::accumulate::{Level, Run};
use super::facts::{FieldSpec, field_spec};
use super::fault::{Fault, FaultKind};
use super::object::{Object, put, string_pairs};
use super::origin::Origin;
use super::transform::{Affix, Subjects, record};
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

impl Run<'_> {
    /// The entries of `transformers`.
    pub(super) fn plugins(&mut self, level: &mut Level, list: &[Node], folder: &str) {
        for config in self.configs(list, folder) {
            let node = &config.node;
            if config.id.gvk.version != "builtin" || !config.id.gvk.group.is_empty() {
                self.unchecked(node.span, format!("`{}` is no built-in transformer", config.id.gvk.kind));
                continue;
            }
            self.plugin(level, &config.id.gvk.kind, node, folder);
            level.set.drop_deleted();
            if let Some(origin) = plugin_origin(&config) {
                record(&mut level.set.objects, &Arc::new(origin));
            }
        }
    }

    fn plugin(&mut self, level: &mut Level, kind: &str, node: &Node, folder: &str) {
        let specs: Vec<FieldSpec> = node.items_at(&["fieldSpecs"]).iter().map(field_spec).collect();
        let filled = |field: &str| node.get(field).filter(|node| node.text().is_some_and(|text| !text.is_empty()));
        match kind {
            "AnnotationsTransformer" => self.pairs(level, &string_pairs(node.get("annotations")), &specs),
            "LabelTransformer" => self.pairs(level, &string_pairs(node.get("labels")), &specs),
            "PrefixTransformer" | "SuffixTransformer" | "PrefixSuffixTransformer" => {
                if let Some(prefix) = filled("prefix").filter(|_| kind != "SuffixTransformer") {
                    self.affix(level, prefix, &specs, Affix::Prefix);
                }
                if let Some(suffix) = filled("suffix").filter(|_| kind != "PrefixTransformer") {
                    self.affix(level, suffix, &specs, Affix::Suffix);
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
                    self.namespace(level, namespace, &specs, subjects, unset_only);
                }
            }
            "PatchTransformer" => self.patch(level, node, folder, &mut None),
            "PatchJson6902Transformer" => self.patch_json6902(level, node, folder),
            "PatchStrategicMergeTransformer" => {
                let texts = node.get("patches").into_iter();
                let list: Vec<Node> = node.items_at(&["paths"]).iter().chain(texts).cloned().collect();
                self.patches_strategic_merge(level, &list, folder);
            }
            "ImageTagTransformer" => {
                if let Some(image) = node.get("imageTag") {
                    self.image(level, image, &specs);
                }
            }
            "ReplicaCountTransformer" => {
                if let Some(replica) = node.get("replica") {
                    self.replicas(level, replica, &specs);
                }
            }
            "ReplacementTransformer" => self.replacements(level, node.items_at(&["replacements"]), folder),
            "ValueAddTransformer" | "HashTransformer" => self.unchecked(node.span, format!("`{kind}` is not run")),
            _ => {
                let span = node.get("kind").map_or(node.span, |kind| kind.span);
                let fault =
                    Fault::fatal(FaultKind::PluginInvalid, span, format!("kustomize has no transformer `{kind}`"));
                self.fault(fault.suggest(nearest(kind, TRANSFORMERS)));
            }
        }
    }

    /// The entries of `generators`.
    pub(super) fn generators(&mut self, level: &mut Level, list: &[Node], folder: &str) {
        for config in self.configs(list, folder) {
            let node = &config.node;
            let builtin = config.id.gvk.version == "builtin" && config.id.gvk.group.is_empty();
            let made = match config.id.gvk.kind.as_str() {
                "ConfigMapGenerator" if builtin => self.generated(node, "ConfigMap", None, folder),
                "SecretGenerator" if builtin => self.generated(node, "Secret", None, folder),
                "IAMPolicyGenerator" if builtin => self.iam_policy(node),
                kind => {
                    let reason = if builtin {
                        format!("`{kind}` is not run")
                    } else {
                        format!("`{kind}` is no built-in generator")
                    };
                    self.unchecked(node.span, reason);
                    None
                }
            };
            let Some(mut object) = made else { continue };
            object.origin = plugin_origin(&config).map(Arc::new);
            self.absorb(level, object, node);
        }
    }

    /// The service account of GKE's workload identity.
    fn iam_policy(&self, node: &Node) -> Option<Object> {
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
        Some(Object::new(root, &self.kustomize.facts))
    }

    /// The configurations behind a list of paths, folders and texts.
    fn configs(&mut self, list: &[Node], folder: &str) -> Vec<Object> {
        let mut level = self.empty();
        for node in list {
            let inline = self.embedded(node).filter(|roots| roots.iter().any(Node::is_map));
            match inline {
                Some(roots) => {
                    for mut object in self.objects(roots.to_vec(), node.span, FaultKind::PluginInvalid) {
                        object.origin = self.origin.as_ref().map(|origin| Arc::new(origin.below("kustomization.yaml")));
                        self.append(&mut level.set, object, node.span);
                    }
                }
                None => self.resources(&mut level, std::slice::from_ref(node), folder),
            }
        }
        level.set.objects
    }
}

/// A plugin as the origin of what it makes or changes.
fn plugin_origin(config: &Object) -> Option<Origin> {
    let origin = config.origin.as_ref()?;
    let text = |path: &[&str]| SmolStr::new(config.node.text_at(path).unwrap_or_default());
    let configured_by =
        [text(&["apiVersion"]), text(&["kind"]), text(&["metadata", "name"]), text(&["metadata", "namespace"])];
    Some(Origin { path: SmolStr::default(), configured_in: origin.path.clone(), configured_by })
}
