//! The built-in transformers, in kustomize's order.

use super::accumulate::{Level, Run};
use super::facts::{Conflict, FieldSpec, Fields, merge};
use super::fault::{Fault, FaultKind};
use super::file::Kustomization;
use super::gvk::Gvk;
use super::image;
use super::object::{Object, as_string, map_at, put, string_pairs};
use super::origin::Origin;
use super::path;
use super::visit::{Absent, entry, visit};
use crate::source::nearest;
use crate::yaml::{Entry, Node, Value};
use smol_str::SmolStr;
use std::collections::HashMap;
use std::sync::Arc;

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

impl Run<'_> {
    /// Runs the transformers of a kustomization.
    pub(super) fn transform(&mut self, level: &mut Level, kustomization: &Kustomization, folder: &str) {
        let fields = level.fields.clone();
        let list = |field: &str| kustomization.items(field);
        let configured_in = self.configured_in(kustomization);
        let done = |level: &mut Level, kind: &str| {
            level.set.drop_deleted();
            if let Some(path) = &configured_in {
                record(&mut level.set.objects, &Arc::new(Origin::builtin(path, kind)));
            }
        };
        if !list("patchesStrategicMerge").is_empty() {
            self.patches_strategic_merge(level, list("patchesStrategicMerge"), folder);
            done(level, "PatchStrategicMergeTransformer");
        }
        let mut index = None;
        for patch in list("patches") {
            self.patch(level, patch, folder, &mut index);
            done(level, "PatchTransformer");
        }
        let known =
            |field: &str| kustomization.root.get(field).filter(|node| node.text().is_some_and(|text| !text.is_empty()));
        if let Some(namespace) = known("namespace") {
            self.namespace(level, namespace, &fields.namespace, Subjects::Default, false);
            done(level, "NamespaceTransformer");
        }
        if let Some(prefix) = known("namePrefix") {
            self.affix(level, prefix, &fields.name_prefix, Affix::Prefix);
            done(level, "PrefixTransformer");
        }
        if let Some(suffix) = known("nameSuffix") {
            self.affix(level, suffix, &fields.name_suffix, Affix::Suffix);
            done(level, "SuffixTransformer");
        }
        for label in list("labels") {
            let pairs = string_pairs(label.get("pairs"));
            let mut specs = Vec::new();
            let merged = label_fields(label, &fields, &mut specs);
            self.check_fields(merged, label);
            self.pairs(level, &pairs, &specs);
            done(level, "LabelTransformer");
        }
        let common = string_pairs(kustomization.root.get("commonLabels"));
        if !common.is_empty() || !list("labels").is_empty() {
            self.pairs(level, &common, &fields.common_labels);
            done(level, "LabelTransformer");
        }
        let annotations = string_pairs(kustomization.root.get("commonAnnotations"));
        if !annotations.is_empty() {
            self.pairs(level, &annotations, &fields.common_annotations);
            done(level, "AnnotationsTransformer");
        }
        for patch in list("patchesJson6902") {
            self.patch_json6902(level, patch, folder);
            done(level, "PatchJson6902Transformer");
        }
        for replicas in list("replicas") {
            self.replicas(level, replicas, &fields.replicas);
            done(level, "ReplicaCountTransformer");
        }
        for image in list("images").iter().chain(list("imageTags")) {
            self.image(level, image, &fields.images);
            done(level, "ImageTagTransformer");
        }
        if !list("replacements").is_empty() {
            self.replacements(level, list("replacements"), folder);
            done(level, "ReplacementTransformer");
        }
        self.plugins(level, list("transformers"), folder);
    }

    /// Applies `change` to every resource, reporting what does not fit at `at`.
    fn each(&mut self, level: &mut Level, at: &Node, mut change: impl FnMut(&mut Object) -> Result<(), String>) {
        for object in &mut level.set.objects {
            if let Err(message) = change(object) {
                let title = object.id.title();
                let fault = Fault::fatal(FaultKind::InvalidValue, at.span, message);
                self.notes.faults.push(fault.related(object.name_span(), format!("in `{title}`")));
            }
        }
    }

    /// Sets labels or annotations.
    pub(super) fn pairs(&mut self, level: &mut Level, pairs: &[Entry], fields: &[FieldSpec]) {
        for pair in pairs {
            self.each(level, &pair.value, |object| {
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
    pub(super) fn namespace(
        &mut self,
        level: &mut Level,
        namespace: &Node,
        fields: &[FieldSpec],
        subjects: Subjects,
        unset_only: bool,
    ) {
        let value = as_string(namespace);
        let name = SmolStr::new(namespace.text().unwrap_or_default());
        level.set.objects_mut();
        self.each(level, namespace, |object| {
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
        let facts = &self.kustomize.facts;
        let mut known: HashMap<_, usize> = HashMap::new();
        for at in 0..level.set.objects.len() {
            let Some(object) = level.set.objects.get_mut(at) else { break };
            object.refresh(facts);
            let Some(first) = known.insert(object.id.key(), at) else { continue };
            let message = format!("in namespace `{name}` two resources are `{}`", object.id.title());
            let mut fault = Fault::fatal(FaultKind::DuplicateResource, namespace.span, message)
                .related(object.name_span(), "this one");
            if let Some(first) = level.set.objects.get(first) {
                fault = fault.related(first.name_span(), "and this one");
            }
            self.fault(fault);
        }
    }

    /// Adds a prefix or suffix to names.
    pub(super) fn affix(&mut self, level: &mut Level, text: &Node, fields: &[FieldSpec], affix: Affix) {
        let part = SmolStr::new(text.text().unwrap_or_default());
        let unknown = text.is_unknown();
        let facts = &self.kustomize.facts;
        level.set.objects_mut();
        self.each(level, text, |object| {
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
    pub(super) fn replicas(&mut self, level: &mut Level, replicas: &Node, fields: &[FieldSpec]) {
        let name = replicas.text_at(&["name"]).unwrap_or_default();
        let zero = Node::scalar(replicas.span, "0", crate::yaml::Style::Plain);
        let count = replicas.get("count").filter(|count| !count.is_null()).unwrap_or(&zero).clone();
        let mut found = false;
        let mut candidates = Vec::new();
        self.each(level, &count, |object| {
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
        if !found && !self.notes.incomplete {
            let span = replicas.get("name").map_or(replicas.span, |name| name.span);
            let near = nearest(name, candidates.iter().map(SmolStr::as_str));
            let message = format!("no resource with replicas is named `{name}`");
            self.fault(Fault::fatal(FaultKind::ReplicasUnmatched, span, message).suggest(near));
        }
    }

    /// Changes the images with a name.
    pub(super) fn image(&mut self, level: &mut Level, image: &Node, fields: &[FieldSpec]) {
        let change = match image::Change::of(image) {
            Ok(change) => change,
            Err(message) => return self.fault(Fault::fatal(FaultKind::InvalidValue, image.span, message)),
        };
        self.each(level, image, |object| {
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

    /// Adds what `configurations`, `crds` and `openapi` say.
    pub(super) fn configure(&mut self, level: &mut Level, kustomization: &Kustomization, folder: &str) {
        let defaults = &self.kustomize.facts.fields;
        let mut fields = defaults.clone();
        let mut configured = Fields::default();
        for path in kustomization.items("configurations") {
            let Some(file) = self.file(path, folder, FaultKind::PluginInvalid) else { continue };
            for root in self.documents(path, file, FaultKind::PluginInvalid).unwrap_or_default() {
                let read = configured.read_configuration(&root);
                self.check_fields(read, path);
            }
            let mut with_defaults = Fields::clone(defaults);
            let merged = with_defaults.absorb(&configured);
            self.check_fields(merged, path);
            fields = Arc::new(with_defaults);
        }
        let merged = level.add_fields(&fields, defaults);
        self.check_fields(merged, kustomization.items("configurations").first().unwrap_or(&kustomization.root));
        for path in kustomization.items("crds") {
            let Some(file) = self.file(path, folder, FaultKind::PluginInvalid) else { continue };
            for root in self.documents(path, file, FaultKind::PluginInvalid).unwrap_or_default() {
                let read = read_crds(&root, Arc::make_mut(&mut level.fields));
                self.check_fields(read, path);
            }
        }
    }

    /// Notes that two field specs do not go together.
    pub(super) fn check_fields(&mut self, merged: Result<(), Conflict>, at: &Node) {
        let Err(Conflict(path)) = merged else { return };
        let message = format!("the field `{path}` has `create: true` once and not another time");
        let fault = Fault::fatal(FaultKind::PluginInvalid, at.span, message);
        self.fault(fault.help("give both entries the same `create`; kustomize's own count too"));
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

/// The fields that an entry of `labels` sets.
fn label_fields(label: &Node, fields: &Fields, specs: &mut Vec<FieldSpec>) -> Result<(), Conflict> {
    let flag = |field: &str| label.get(field).is_some_and(Node::is_true);
    let of_claims = |spec: &FieldSpec| spec.path.iter().any(|key| key == "volumeClaimTemplates[]");
    let claims = label.get("includeVolumeClaimTemplates").map(Node::is_true);
    specs.extend(label.items_at(&["fields"]).iter().map(super::facts::field_spec));
    merge(specs, fields.labels.iter().cloned())?;
    if flag("includeSelectors") {
        return merge(specs, fields.common_labels.iter().cloned());
    }
    let templates = fields.template_labels.iter();
    let wanted = templates.filter(|spec| {
        if of_claims(spec) { claims.unwrap_or(flag("includeTemplates")) } else { flag("includeTemplates") }
    });
    merge(specs, wanted.cloned())?;
    let path = ["metadata", "labels"].map(SmolStr::new_static);
    merge(specs, std::iter::once(FieldSpec { gvk: Gvk::default(), path: path.into(), create: true }))
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

/// The fields that OpenAPI definitions of custom resources mark.
fn read_crds(root: &Node, fields: &mut Fields) -> Result<(), Conflict> {
    for definition in root.entries() {
        let Some(properties) = definition.value.at(&["Schema", "properties"]) else { continue };
        if !["kind", "apiVersion", "metadata"].iter().all(|key| properties.get(key).is_some()) {
            continue;
        }
        let name = definition.key.text().unwrap_or_default();
        let kind = name.rsplit('.').next().unwrap_or(name);
        crd_fields(root, name, &Gvk { kind: kind.into(), ..Gvk::default() }, "", fields, 0)?;
    }
    Ok(())
}

fn crd_fields(
    root: &Node,
    name: &str,
    gvk: &Gvk,
    path: &str,
    fields: &mut Fields,
    depth: usize,
) -> Result<(), Conflict> {
    const DEEPEST: usize = 16;
    if depth > DEEPEST {
        return Ok(());
    }
    let properties = root.get(name).map(|definition| definition.entries_at(&["Schema", "properties"]));
    for property in properties.unwrap_or_default() {
        let key = property.key.text().unwrap_or_default();
        let here = if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") };
        let spec = |path: &str| FieldSpec { gvk: gvk.clone(), path: path::split(path, '/').into(), create: false };
        let marked = |mark: &str| property.value.text_at(&[mark]);
        if marked("x-kubernetes-annotation").is_some() {
            merge(&mut fields.common_annotations, std::iter::once(spec(&here)))?;
        }
        if marked("x-kubernetes-label-selector").is_some() {
            merge(&mut fields.common_labels, std::iter::once(spec(&here)))?;
        }
        if marked("x-kubernetes-identity").is_some() {
            merge(&mut fields.name_prefix, std::iter::once(spec(&here)))?;
        }
        if let (Some(version), Some(kind)) =
            (marked("x-kubernetes-object-ref-api-version"), marked("x-kubernetes-object-ref-kind"))
        {
            let name_key = marked("x-kubernetes-object-ref-name-key").unwrap_or("name");
            let referred = Gvk { group: SmolStr::default(), version: version.into(), kind: kind.into() };
            fields.add_name_reference(referred, std::iter::once(spec(&format!("{here}/{name_key}"))))?;
        }
        if let Some(reference) = property.value.text_at(&["$ref"]) {
            crd_fields(root, reference, gvk, &here, fields, depth + 1)?;
        }
    }
    Ok(())
}
