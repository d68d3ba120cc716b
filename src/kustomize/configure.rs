//! `configurations` and `crds`: more fields that transformers touch.

use super::context::Context;
use super::fault::FaultKind;
use super::fields::{Conflict, FieldSpec, Fields, merge};
use super::file::Kustomization;
use super::gather::check_fields;
use super::gvk::Gvk;
use super::level::Level;
use super::path;
use super::read;
use crate::yaml::Node;
use smol_str::SmolStr;
use std::sync::Arc;

/// Adds what `configurations`, `crds` and `openapi` say.
pub(super) fn configure(context: &mut Context, level: &mut Level, kustomization: &Kustomization, folder: &str) {
    let defaults = &context.facts.fields;
    let mut fields = defaults.clone();
    let mut configured = Fields::default();
    for path in kustomization.items("configurations") {
        let Some(file) = read::file(context, path, folder, FaultKind::PluginInvalid) else { continue };
        for root in read::documents(context, path, file, FaultKind::PluginInvalid).unwrap_or_default() {
            let read = configured.read_configuration(&root);
            check_fields(context, read, path);
        }
        let mut with_defaults = Fields::clone(defaults);
        let merged = with_defaults.absorb(&configured);
        check_fields(context, merged, path);
        fields = Arc::new(with_defaults);
    }
    let merged = level.add_fields(&fields, defaults);
    check_fields(context, merged, kustomization.items("configurations").first().unwrap_or(&kustomization.root));
    for path in kustomization.items("crds") {
        let Some(file) = read::file(context, path, folder, FaultKind::PluginInvalid) else { continue };
        for root in read::documents(context, path, file, FaultKind::PluginInvalid).unwrap_or_default() {
            let read = read_crds(&root, Arc::make_mut(&mut level.fields));
            check_fields(context, read, path);
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
            fields.add_name_reference(&referred, std::iter::once(spec(&format!("{here}/{name_key}"))))?;
        }
        if let Some(reference) = property.value.text_at(&["$ref"]) {
            crd_fields(root, reference, gvk, &here, fields, depth + 1)?;
        }
    }
    Ok(())
}
