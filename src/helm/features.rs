//! What the values of charts switch on, and which of them exclude one another: `schemas/features.yaml`.

use super::release::Release;
use crate::links::Kind;
use crate::resource::Resource;
use crate::yaml::{Node, OneOrMany, Pairs, from_table};
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What is known of one chart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    open: SmolStr,
    features: Vec<Feature>,
    conflicts: Vec<Conflict>,
    services: Option<Services>,
}

/// Where the Services of Gateways are called as those are.
#[derive(Debug, Deserialize)]
struct Services {
    value: SmolStr,
    is: SmolStr,
    controller: SmolStr,
}

/// Something that a value switches on.
#[derive(Debug, Deserialize)]
pub struct Feature {
    /// The dotted path of the value.
    pub value: SmolStr,
    kinds: OneOrMany<Kind>,
    #[serde(default, rename = "where")]
    only: Pairs<SmolStr, SmolStr>,
}

/// Values that do not go together.
#[derive(Debug, Deserialize)]
pub struct Conflict {
    these: Pairs<SmolStr, SmolStr>,
    #[serde(default)]
    unless: Pairs<SmolStr, SmolStr>,
    /// What to do.
    pub why: String,
}

static TABLE: LazyLock<BTreeMap<SmolStr, Row>> =
    LazyLock::new(|| from_table(include_str!("../../schemas/features.yaml")));

impl Release {
    fn row(&self) -> Option<&'static Row> {
        TABLE.get(self.chart.known_name()?)
    }

    /// A value by its dotted path.
    pub fn value(&self, path: &str) -> Option<&Node> {
        at(&self.values, path)
    }

    /// The features of its chart that are switched off.
    pub fn switched_off(&self) -> impl Iterator<Item = &'static Feature> {
        let closed = self.row().filter(|row| self.value(&row.open).is_none());
        let features = closed.map_or(&[][..], |row| &row.features).iter();
        features.filter(|feature| match self.value(&feature.value) {
            Some(value) => value.is_false() && !value.is_unknown(),
            None => !self.partial,
        })
    }

    /// The controller of the classes whose Gateways have a Service of their own name, which this release runs.
    pub fn names_services(&self) -> Option<&'static str> {
        let services = self.row()?.services.as_ref()?;
        let value = self.value(&services.value)?.literal();
        (value == Some(services.is.as_str())).then_some(services.controller.as_str())
    }

    /// Values that do not go together, each with its path.
    pub fn conflicts(&self) -> Vec<(&'static Conflict, Vec<(&'static str, &Node)>)> {
        let conflicts = self.row().map_or(&[][..], |row| &row.conflicts).iter();
        let holds = |(path, text): &'static (SmolStr, SmolStr)| {
            let value = self.value(path)?;
            value.known().filter(|own| own.eq_ignore_ascii_case(text)).map(|_| (path.as_str(), value))
        };
        let found = conflicts.filter_map(|conflict| {
            let excused = self.partial || conflict.unless.0.iter().any(|pair| holds(pair).is_some());
            let these: Option<Vec<_>> = conflict.these.0.iter().map(holds).collect();
            Some((conflict, these.filter(|_| !excused)?))
        });
        found.collect()
    }
}

impl Feature {
    /// Whether an object is of this feature.
    pub fn has(&self, resource: &Resource) -> bool {
        let is_kind = self.kinds.0.iter().any(|kind| resource.is(&kind.group, &kind.kind));
        let field = |(path, text): &(SmolStr, SmolStr)| at(&resource.node, path).and_then(Node::known) == Some(text);
        is_kind && self.only.0.iter().all(field)
    }
}

fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    path.split('.').try_fold(node, |node, key| node.get(key)).filter(|node| !node.is_null())
}
