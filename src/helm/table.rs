//! Charts that a table describes: `schemas/charts/*.yaml` says which objects they create under which names.

use super::object::{Object, is_empty, plain};
use super::objects::Objects;
use super::release::Release;
use super::text::is_template;
use crate::resource::Resource;
use crate::yaml::{Node, Pairs};
use serde::Deserialize;
use smol_str::SmolStr;

/// What a chart creates.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Table {
    /// The API groups whose CRDs it brings.
    pub groups: Vec<SmolStr>,
    /// The kinds of which it, and the operator in it, make no other objects than those of the table.
    pub all: Vec<SmolStr>,
    /// What the chart calls itself where that is not its name.
    pub(super) name: Option<SmolStr>,
    /// What the chart's `fullname` is where it is not the usual one.
    fullname: Option<SmolStr>,
    /// Longest `fullname`, in bytes, where it is not that of a DNS label.
    truncate: Option<usize>,
    objects: Vec<Row>,
}

/// An object of a chart, or one for `each` item of a list or mapping in the values.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    kind: SmolStr,
    api_version: Option<SmolStr>,
    name: SmolStr,
    namespace: Option<SmolStr>,
    #[serde(default)]
    ports: Pairs<SmolStr, SmolStr>,
    each: Option<SmolStr>,
    #[serde(default)]
    when: Vec<SmolStr>,
}

/// The objects of a release whose chart a table describes; never said to be all.
pub(super) fn objects(release: &Release, table: &Table) -> Objects {
    let reader = Reader { release, fullname: fullname(release, table) };
    let resources = table.objects.iter().flat_map(|object| reader.resources(object)).collect();
    Objects { resources, ..Objects::default() }
}

/// The name that `helm create` gives: the release's, followed by the chart's where it is not part of it.
fn fullname(release: &Release, table: &Table) -> Option<Node> {
    let value = |key: &str| release.values.get(key).filter(|node| !is_empty(node));
    let cut = |node: &Node| {
        let text = node.known().filter(|text| !is_template(text))?;
        let short: String = text.chars().take(table.truncate.unwrap_or(63)).collect();
        Some(Node::string(node.span, short.trim_end_matches('-')))
    };
    if let Some(written) = value("fullnameOverride") {
        return cut(written);
    }
    let name = release.name.known()?;
    if let Some(fixed) = &table.fullname {
        return Some(Node::string(release.name.span, fixed.clone()));
    }
    let chart = value("nameOverride").map_or(table.name.as_deref(), Node::known)?;
    if name.contains(chart) {
        return cut(&release.name);
    }
    cut(&Node::string(release.name.span, format!("{name}-{chart}")))
}

struct Reader<'a> {
    release: &'a Release,
    fullname: Option<Node>,
}

impl Reader<'_> {
    /// The objects of one row: one, or one for `each` item of a list or mapping in the values.
    fn resources(&self, row: &Row) -> Vec<Resource> {
        let Some(path) = &row.each else {
            return self.resource(row, None, &self.release.values).into_iter().collect();
        };
        let Some(list) = lookup(&self.release.values, path) else { return Vec::new() };
        let items = list.items().iter().map(|item| (None, item));
        let entries = list.entries().iter().map(|entry| (Some(&entry.key), &entry.value));
        items.chain(entries).filter_map(|(key, item)| self.resource(row, key, item)).collect()
    }

    fn resource(&self, row: &Row, key: Option<&Node>, item: &Node) -> Option<Resource> {
        if !row.when.iter().all(|condition| self.holds(condition, item)) {
            return None;
        }
        let kind = row.kind.as_str();
        let api_version = row.api_version.as_deref().unwrap_or(match kind {
            "StorageClass" => "storage.k8s.io/v1",
            "IngressClass" => "networking.k8s.io/v1",
            "GatewayClass" => "gateway.networking.k8s.io/v1",
            _ => "v1",
        });
        let name = self.pattern(&row.name, key, item)?;
        let span = name.span;
        let namespace = match &row.namespace {
            Some(pattern) => self.pattern(pattern, key, item),
            None => self.release.namespace.clone().filter(|_| !kind.ends_with("Class")),
        };
        let annotations = Object::at(span).put("meta.helm.sh/release-name", self.release.name.clone());
        let annotations = annotations.maybe("meta.helm.sh/release-namespace", self.release.namespace.clone()).node();
        let metadata = Object::at(span).put("name", name).maybe("namespace", namespace).put("annotations", annotations);
        let head = Object::at(span).text("apiVersion", api_version).text("kind", kind);
        let ports = row.ports.0.iter().filter_map(|(name, port)| {
            let port = self.pattern(port, key, item)?;
            let port = plain(port.span, port.known().filter(|text| text.parse::<u16>().is_ok())?);
            let name = Node::string(span, name.clone());
            Some(Object::at(span).put("name", name).put("port", port).node())
        });
        // A port that is not known would make the others look like all of them.
        let ports: Vec<Node> = ports.collect();
        let all_known = ports.len() == row.ports.0.len();
        let spec = Object::at(span).list("ports", if all_known { ports } else { Vec::new() });
        let spec = Some(spec).filter(|spec| !spec.is_empty()).map(Object::node);
        Resource::new(head.put("metadata", metadata.node()).maybe("spec", spec).node())
    }

    /// Whether a condition of a row holds; one that is not known does not.
    fn holds(&self, condition: &str, item: &Node) -> bool {
        if let Some(path) = condition.strip_prefix('!') {
            return self.value(path, item).is_none();
        }
        if let Some(path) = condition.strip_prefix('?') {
            return self.value(path, item).is_some();
        }
        let (path, default) = condition.split_once('|').unwrap_or((condition, "false"));
        self.value(path, item).map_or(default == "true", |node| !node.is_unknown() && node.is_true())
    }

    /// A pattern with its `{…}` filled in; `None` where one of them is not known.
    fn pattern(&self, pattern: &str, key: Option<&Node>, item: &Node) -> Option<Node> {
        let mut text = String::new();
        let mut span = self.release.name.span;
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (field, after) = after.split_once('}')?;
            let (path, default) = match field.split_once('|') {
                Some((path, default)) => (path, Some(default)),
                None => (field, None),
            };
            let found = match path {
                "fullname" => self.fullname.clone(),
                "release" => Some(self.release.name.clone()),
                "namespace" => self.release.namespace.clone(),
                "key" => key.cloned(),
                _ => self.value(path, item).filter(|node| !is_empty(node)).cloned(),
            };
            match (found, default) {
                (Some(node), _) => {
                    text.push_str(node.known().filter(|text| !is_template(text))?);
                    span = node.span;
                }
                (None, Some("@fullname")) => text.push_str(self.fullname.as_ref()?.known()?),
                (None, Some(default)) => text.push_str(default),
                (None, None) => return None,
            }
            rest = after;
        }
        text.push_str(rest);
        Some(Node::string(span, text))
    }

    /// A value: of the item where the path begins with a dot, else of the release.
    fn value<'n>(&'n self, path: &str, item: &'n Node) -> Option<&'n Node> {
        match path.strip_prefix('.') {
            Some(path) => lookup(item, path),
            None => lookup(&self.release.values, path),
        }
    }
}

fn lookup<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    path.split('.').try_fold(node, |node, key| node.get(key)).filter(|node| !node.is_null())
}
