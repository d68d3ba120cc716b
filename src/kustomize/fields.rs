//! Where transformers look: the fields that they touch, by kind.

use super::gvk::{FIRST, Gvk, LAST, gvk_of};
use super::path::split;
use crate::yaml::{Node, Pairs};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use smol_str::SmolStr;
use std::collections::HashMap;
use std::fmt;
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

/// `schemas/kustomize/fields.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Table {
    /// Where a kind keeps its pod spec: what `$pod` stands for.
    pods: HashMap<SmolStr, SmolStr>,
    name_reference: Pairs<Selector, Places>,
    name_prefix: Places,
    name_suffix: Places,
    namespace: Places,
    common_labels: Places,
    template_labels: Places,
    common_annotations: Places,
    images: Places,
    replicas: Places,
    var_reference: Places,
}

/// Paths with the kinds that have the field, and whether an absent one is made: those below `create` are.
#[derive(Debug, Default)]
struct Places(Vec<(SmolStr, Vec<Selector>, bool)>);

/// `Kind`, `version Kind`, `group/version Kind`; `*` for any.
#[derive(Debug)]
struct Selector(Gvk);

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
    /// The built-in fields.
    pub fn of(table: Table) -> Self {
        let Table { pods, .. } = &table;
        let path = |path: &str, kind: &SmolStr| match path.strip_prefix("$pod") {
            Some(rest) => split(&format!("{}{rest}", pods.get(kind).map_or("", SmolStr::as_str)), '/').into(),
            None => split(path, '/').into(),
        };
        let specs = |places: &Places| -> Vec<FieldSpec> {
            let each =
                places.0.iter().flat_map(|(path, kinds, create)| kinds.iter().map(move |kind| (path, kind, create)));
            each.map(|(written, Selector(gvk), create)| FieldSpec {
                gvk: gvk.clone(),
                path: path(written, &gvk.kind),
                create: *create,
            })
            .collect()
        };
        let mut common_labels = specs(&table.common_labels);
        common_labels.extend(specs(&table.template_labels));
        Fields {
            name_prefix: specs(&table.name_prefix),
            name_suffix: specs(&table.name_suffix),
            namespace: specs(&table.namespace),
            common_labels,
            labels: Vec::new(),
            template_labels: specs(&table.template_labels),
            common_annotations: specs(&table.common_annotations),
            images: specs(&table.images),
            replicas: specs(&table.replicas),
            var_reference: specs(&table.var_reference),
            name_reference: table
                .name_reference
                .0
                .iter()
                .map(|(kind, places)| (kind.0.clone(), specs(places)))
                .collect(),
            referrers: OnceLock::new(),
        }
    }

    /// Adds the fields of a `configurations` file.
    pub fn read_configuration(&mut self, root: &Node) -> Result<(), Conflict> {
        for (name, list) in self.lists() {
            merge(list, root.items_at(&[name]).iter().map(field_spec))?;
        }
        for item in root.items_at(&["nameReference"]) {
            let specs = item.items_at(&["fieldSpecs"]).iter().map(field_spec);
            self.add_name_reference(&gvk_of(item), specs)?;
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

    /// Adds fields that hold the name of a kind; whether any is new.
    pub fn add_name_reference(&mut self, gvk: &Gvk, specs: impl Iterator<Item = FieldSpec>) -> Result<bool, Conflict> {
        let is_changed = match self.name_reference.iter_mut().find(|(existing, _)| existing == gvk) {
            Some((_, list)) => merge(list, specs)?,
            None => {
                self.name_reference.push((gvk.clone(), specs.collect()));
                true
            }
        };
        if is_changed {
            self.referrers = OnceLock::new();
        }
        Ok(is_changed)
    }

    /// Whether no transformer finds anything.
    pub fn is_empty(&self) -> bool {
        self.name_reference.is_empty() && self.namespace.is_empty() && self.common_labels.is_empty()
    }

    /// Adds all fields that `other` has. What comes first holds, and the order is kustomize's: a field of one kind
    /// stands before the same field of any kind and takes its place.
    pub fn absorb(&mut self, other: &Fields) -> Result<(), Conflict> {
        let mut is_changed = false;
        for ((_, list), more) in self.lists().into_iter().zip(other.all()) {
            // Most levels are configured alike.
            is_changed |= list != more && merge(list, more.iter().cloned())?;
        }
        if self.name_reference != other.name_reference {
            for (gvk, specs) in &other.name_reference {
                is_changed |= self.add_name_reference(gvk, specs.iter().cloned())?;
            }
        }
        if is_changed {
            self.sort();
        }
        Ok(())
    }

    fn sort(&mut self) {
        for (_, list) in self.lists() {
            list.sort_by_cached_key(|spec| spec.gvk.rank(&FIRST, &LAST));
        }
        self.name_reference.sort_by_cached_key(|(gvk, _)| gvk.rank(&FIRST, &LAST));
    }

    /// The lists by the names that `configurations` gives them.
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

    /// The lists in the same order.
    fn all(&self) -> [&Vec<FieldSpec>; 10] {
        [
            &self.name_prefix,
            &self.name_suffix,
            &self.namespace,
            &self.common_labels,
            &self.labels,
            &self.template_labels,
            &self.common_annotations,
            &self.images,
            &self.replicas,
            &self.var_reference,
        ]
    }
}

/// The path of a field that one spec creates and another does not: kustomize refuses both.
#[derive(Debug)]
pub(super) struct Conflict(pub String);

/// Adds specs that no earlier one covers; whether there are any.
pub(super) fn merge(list: &mut Vec<FieldSpec>, more: impl Iterator<Item = FieldSpec>) -> Result<bool, Conflict> {
    let before = list.len();
    for spec in more {
        match list.iter().find(|existing| existing.path == spec.path && existing.gvk.selected_by(&spec.gvk)) {
            Some(existing) if existing.create != spec.create => return Err(Conflict(spec.path.join("/"))),
            Some(_) => {}
            None => list.push(spec),
        }
    }
    Ok(list.len() > before)
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

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let (api_version, kind) = text.rsplit_once(' ').unwrap_or(("", text));
        let mut gvk = Gvk::of(api_version, kind);
        for part in [&mut gvk.version, &mut gvk.kind] {
            if part == "*" {
                *part = SmolStr::default();
            }
        }
        Ok(Selector(gvk))
    }
}

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Places;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a mapping of paths to lists of kinds")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Places, A::Error> {
                let (mut places, mut created) = (Vec::new(), Vec::new());
                while let Some(path) = map.next_key::<SmolStr>()? {
                    if path == "create" {
                        let below: Pairs<SmolStr, Vec<Selector>> = map.next_value()?;
                        created.extend(below.0.into_iter().map(|(path, kinds)| (path, kinds, true)));
                    } else {
                        places.push((path, map.next_value()?, false));
                    }
                }
                places.append(&mut created);
                Ok(Places(places))
            }
        }

        deserializer.deserialize_map(Each)
    }
}
