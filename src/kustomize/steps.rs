//! The built-in generators and transformers of a kustomization, in kustomize's order.

use super::context::Context;
use super::fields::{Conflict, FieldSpec, Fields, field_spec, merge};
use super::file::Kustomization;
use super::gather::{check_fields, configured_in, record};
use super::generate::{absorb, generated};
use super::gvk::Gvk;
use super::level::Level;
use super::object::string_pairs;
use super::origin::Origin;
use super::patch::{apply_json6902, apply_patch, apply_strategic_merges};
use super::replace::apply_replacements;
use super::transform::{Affix, Subjects, add_affix, set_image, set_namespace, set_pairs, set_replicas};
use crate::yaml::Node;
use smol_str::SmolStr;
use std::sync::Arc;

/// Runs the generators of a kustomization.
pub(super) fn generate(context: &mut Context, level: &mut Level, kustomization: &Kustomization, folder: &str) {
    let options = kustomization.root.get("generatorOptions").filter(|options| options.is_map());
    for (field, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for args in kustomization.items(field) {
            let Some(mut object) = generated(context, args, kind, options, folder) else { continue };
            object.origin = configured_in(context, kustomization)
                .map(|path| Arc::new(Origin::builtin(&path, &format!("{kind}Generator"))));
            absorb(context, level, object, args);
        }
    }
    for field in ["helmCharts", "helmChartInflationGenerator"] {
        if let Some(node) = kustomization.root.get(field).filter(|node| !node.is_null()) {
            context.unchecked(node.span, "Helm charts are not inflated");
        }
    }
}

/// Runs the transformers of a kustomization.
pub(super) fn transform(context: &mut Context, level: &mut Level, kustomization: &Kustomization, folder: &str) {
    let fields = level.fields.clone();
    let list = |field: &str| kustomization.items(field);
    let configured_in = configured_in(context, kustomization);
    let done = |level: &mut Level, kind: &str| {
        level.set.drop_deleted();
        if let Some(path) = &configured_in {
            record(&mut level.set.objects, &Arc::new(Origin::builtin(path, kind)));
        }
    };
    if !list("patchesStrategicMerge").is_empty() {
        apply_strategic_merges(context, level, list("patchesStrategicMerge"), folder);
        done(level, "PatchStrategicMergeTransformer");
    }
    let mut index = None;
    for patch in list("patches") {
        apply_patch(context, level, patch, folder, &mut index);
        done(level, "PatchTransformer");
    }
    let filled =
        |field: &str| kustomization.root.get(field).filter(|node| node.text().is_some_and(|text| !text.is_empty()));
    if let Some(namespace) = filled("namespace") {
        set_namespace(context, level, namespace, &fields.namespace, Subjects::Default, false);
        done(level, "NamespaceTransformer");
    }
    if let Some(prefix) = filled("namePrefix") {
        add_affix(context, level, prefix, &fields.name_prefix, Affix::Prefix);
        done(level, "PrefixTransformer");
    }
    if let Some(suffix) = filled("nameSuffix") {
        add_affix(context, level, suffix, &fields.name_suffix, Affix::Suffix);
        done(level, "SuffixTransformer");
    }
    for label in list("labels") {
        let pairs = string_pairs(label.get("pairs"));
        let mut specs = Vec::new();
        let merged = label_fields(label, &fields, &mut specs);
        check_fields(context, merged, label);
        set_pairs(context, level, &pairs, &specs);
        done(level, "LabelTransformer");
    }
    let common = string_pairs(kustomization.root.get("commonLabels"));
    if !common.is_empty() || !list("labels").is_empty() {
        set_pairs(context, level, &common, &fields.common_labels);
        done(level, "LabelTransformer");
    }
    let annotations = string_pairs(kustomization.root.get("commonAnnotations"));
    if !annotations.is_empty() {
        set_pairs(context, level, &annotations, &fields.common_annotations);
        done(level, "AnnotationsTransformer");
    }
    for patch in list("patchesJson6902") {
        apply_json6902(context, level, patch, folder);
        done(level, "PatchJson6902Transformer");
    }
    for replicas in list("replicas") {
        set_replicas(context, level, replicas, &fields.replicas);
        done(level, "ReplicaCountTransformer");
    }
    for image in list("images").iter().chain(list("imageTags")) {
        set_image(context, level, image, &fields.images);
        done(level, "ImageTagTransformer");
    }
    if !list("replacements").is_empty() {
        apply_replacements(context, level, list("replacements"), folder);
        done(level, "ReplacementTransformer");
    }
}

/// The fields that an entry of `labels` sets.
fn label_fields(label: &Node, fields: &Fields, specs: &mut Vec<FieldSpec>) -> Result<(), Conflict> {
    let flag = |field: &str| label.get(field).is_some_and(Node::is_true);
    let of_claims = |spec: &FieldSpec| spec.path.iter().any(|key| key == "volumeClaimTemplates[]");
    let claims = label.get("includeVolumeClaimTemplates").map(Node::is_true);
    specs.extend(label.items_at(&["fields"]).iter().map(field_spec));
    merge(specs, fields.labels.iter().cloned())?;
    if flag("includeSelectors") {
        merge(specs, fields.common_labels.iter().cloned())?;
        return Ok(());
    }
    let templates = fields.template_labels.iter();
    let wanted = templates.filter(|spec| {
        if of_claims(spec) { claims.unwrap_or(flag("includeTemplates")) } else { flag("includeTemplates") }
    });
    merge(specs, wanted.cloned())?;
    let path = ["metadata", "labels"].map(SmolStr::new_static);
    merge(specs, std::iter::once(FieldSpec { gvk: Gvk::default(), path: path.into(), create: true }))?;
    Ok(())
}
