//! Where transformers look: the fields that they touch, by kind.

use super::gvk::{FIRST, Gvk, LAST, gvk_of};
use super::path::split;
use crate::yaml::Node;
use smol_str::SmolStr;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// A field that a transformer touches, and the kinds that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldSpec {
    /// The kinds; empty parts match any.
    pub gvk: Gvk,
    /// Keys from the root; `key[]` only where the field is a sequence.
    pub path: Arc<[SmolStr]>,
    /// Whether an absent field is made.
    pub create: bool,
}

/// Where each transformer looks: the built-in fields and those of `configurations` and `crds`.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    pub name_prefix: Vec<FieldSpec>,
    pub name_suffix: Vec<FieldSpec>,
    pub namespace: Vec<FieldSpec>,
    pub common_labels: Vec<FieldSpec>,
    pub labels: Vec<FieldSpec>,
    pub template_labels: Vec<FieldSpec>,
    pub common_annotations: Vec<FieldSpec>,
    pub images: Vec<FieldSpec>,
    pub replicas: Vec<FieldSpec>,
    pub var_reference: Vec<FieldSpec>,
    /// Referred kind with the fields that hold its name.
    name_reference: Vec<(Gvk, Vec<FieldSpec>)>,
    /// The same by the kind that has the field; the empty kind for fields of any.
    referrers: OnceLock<HashMap<SmolStr, Vec<(Gvk, FieldSpec)>>>,
}

impl Fields {
    /// Reads the table.
    pub fn read(root: &Node) -> Self {
        let pods: Vec<(SmolStr, SmolStr)> =
            root.entries_at(&["pods"]).iter().map(|entry| (text(&entry.key), text(&entry.value))).collect();
        let spec = |path: &str, kind: &str, create: bool| {
            let gvk = kind_selector(kind);
            let path = match path.strip_prefix("$pod") {
                Some(rest) => {
                    let pod = pods.iter().find(|(kind, _)| *kind == gvk.kind).map_or("", |(_, pod)| pod.as_str());
                    format!("{pod}{rest}")
                }
                None => path.to_owned(),
            };
            FieldSpec { gvk, path: split(&path, '/').into(), create }
        };
        let specs = |node: &Node, create: bool| -> Vec<FieldSpec> {
            let entries = node.entries().iter().filter(|entry| entry.key.text() != Some("create"));
            entries
                .flat_map(|entry| {
                    let path = entry.key.text().unwrap_or_default();
                    entry.value.items().iter().filter_map(Node::text).map(move |kind| spec(path, kind, create))
                })
                .collect()
        };
        let mut fields = Fields::default();
        for (name, list) in fields.lists() {
            let Some(node) = root.get(name) else { continue };
            *list = specs(node, false);
            list.extend(node.get("create").map(|node| specs(node, true)).unwrap_or_default());
        }
        fields.common_labels.extend(fields.template_labels.iter().cloned());
        for entry in root.entries_at(&["nameReference"]) {
            fields
                .name_reference
                .push((kind_selector(entry.key.text().unwrap_or_default()), specs(&entry.value, false)));
        }
        fields
    }

    /// Adds the fields of a `configurations` file.
    pub fn read_configuration(&mut self, root: &Node) -> Result<(), Conflict> {
        for (name, list) in self.lists() {
            merge(list, root.items_at(&[name]).iter().map(field_spec))?;
        }
        for item in root.items_at(&["nameReference"]) {
            let specs = item.items_at(&["fieldSpecs"]).iter().map(field_spec);
            self.add_name_reference(gvk_of(item), specs)?;
        }
        self.sort();
        Ok(())
    }

    /// Fields of a kind that hold the name of a resource, with the kinds they refer to.
    pub fn references_of(&self, gvk: &Gvk) -> impl Iterator<Item = &(Gvk, FieldSpec)> {
        let referrers = self.referrers.get_or_init(|| {
            let mut referrers: HashMap<SmolStr, Vec<(Gvk, FieldSpec)>> = HashMap::new();
            for (target, specs) in &self.name_reference {
                for spec in specs {
                    referrers.entry(spec.gvk.kind.clone()).or_default().push((target.clone(), spec.clone()));
                }
            }
            referrers
        });
        let own = referrers.get(&gvk.kind).into_iter().flatten();
        let any = referrers.get("").into_iter().flatten().filter(|_| !gvk.kind.is_empty());
        let gvk = gvk.clone();
        own.chain(any).filter(move |(_, spec)| gvk.selected_by(&spec.gvk))
    }

    /// Adds fields that hold the name of a kind.
    pub fn add_name_reference(&mut self, gvk: Gvk, specs: impl Iterator<Item = FieldSpec>) -> Result<(), Conflict> {
        self.referrers = OnceLock::new();
        match self.name_reference.iter_mut().find(|(existing, _)| *existing == gvk) {
            Some((_, list)) => merge(list, specs)?,
            None => self.name_reference.push((gvk, specs.collect())),
        }
        Ok(())
    }

    /// Whether no transformer finds anything.
    pub fn is_empty(&self) -> bool {
        self.name_reference.is_empty() && self.namespace.is_empty() && self.common_labels.is_empty()
    }

    /// Adds all fields that `other` has. What comes first holds, and the order is kustomize's: a field of one kind
    /// stands before the same field of any kind and takes its place.
    pub fn absorb(&mut self, other: &Fields) -> Result<(), Conflict> {
        let mut other = other.clone();
        for ((_, list), (_, more)) in self.lists().into_iter().zip(other.lists()) {
            merge(list, more.drain(..))?;
        }
        for (gvk, specs) in other.name_reference {
            self.add_name_reference(gvk, specs.into_iter())?;
        }
        self.sort();
        Ok(())
    }

    fn sort(&mut self) {
        for (_, list) in self.lists() {
            list.sort_by_cached_key(|spec| spec.gvk.rank(&FIRST, &LAST));
        }
        self.name_reference.sort_by_cached_key(|(gvk, _)| gvk.rank(&FIRST, &LAST));
    }

    fn lists(&mut self) -> [(&'static str, &mut Vec<FieldSpec>); 10] {
        [
            ("namePrefix", &mut self.name_prefix),
            ("nameSuffix", &mut self.name_suffix),
            ("namespace", &mut self.namespace),
            ("commonLabels", &mut self.common_labels),
            ("labels", &mut self.labels),
            ("templateLabels", &mut self.template_labels),
            ("commonAnnotations", &mut self.common_annotations),
            ("images", &mut self.images),
            ("replicas", &mut self.replicas),
            ("varReference", &mut self.var_reference),
        ]
    }
}

/// The path of a field that one spec creates and another does not: kustomize refuses both.
#[derive(Debug)]
pub(super) struct Conflict(pub String);

/// Adds specs that no earlier one covers.
pub(super) fn merge(list: &mut Vec<FieldSpec>, more: impl Iterator<Item = FieldSpec>) -> Result<(), Conflict> {
    for spec in more {
        match list.iter().find(|existing| existing.path == spec.path && existing.gvk.selected_by(&spec.gvk)) {
            Some(existing) if existing.create != spec.create => return Err(Conflict(spec.path.join("/"))),
            Some(_) => {}
            None => list.push(spec),
        }
    }
    Ok(())
}

/// A field spec as `configurations`, `labels[].fields` and transformers write it.
pub(super) fn field_spec(node: &Node) -> FieldSpec {
    let path = node.text_at(&["path"]).unwrap_or_default();
    FieldSpec {
        gvk: gvk_of(node),
        path: split(path, '/').into(),
        create: node.get("create").is_some_and(Node::is_true),
    }
}

/// `Kind`, `version Kind`, `group/version Kind`; `*` for any.
fn kind_selector(text: &str) -> Gvk {
    let (api_version, kind) = text.rsplit_once(' ').unwrap_or(("", text));
    let mut gvk = Gvk::of(api_version, kind);
    for part in [&mut gvk.version, &mut gvk.kind] {
        if part == "*" {
            *part = SmolStr::default();
        }
    }
    gvk
}

fn text(node: &Node) -> SmolStr {
    SmolStr::new(node.text().unwrap_or_default())
}
