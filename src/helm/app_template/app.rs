//! One app-template release while it is read: its sections, and the names of what they become.

use super::super::fault::{Fault, FaultKind, unknown_name};
use super::super::object::{Object, is_empty, set_unknown};
use super::super::release::Release;
use super::super::text::Scope;
use crate::resource::Resource;
use crate::yaml::{Entry, Node};
use smol_str::SmolStr;

/// Most volumes and mounts that are derived for a release.
const MAX_MOUNTS: usize = 20_000;

/// An enabled item of one of the chart's sections.
#[derive(Clone)]
pub(super) struct Item<'a> {
    /// Its key: what identifiers refer to.
    pub(super) id: &'a str,
    pub(super) key: &'a Node,
    pub(super) value: &'a Node,
    /// The name of the object it becomes.
    pub(super) name: Node,
}

/// An entry of a section that is not switched off: its identifier, key and value.
pub(super) type Enabled<'a> = (&'a str, &'a Node, &'a Node);

/// One release while it is read.
pub(super) struct App<'a> {
    pub(super) release: &'a Release,
    pub(super) values: &'a Node,
    pub(super) major: u32,
    pub(super) scope: Scope<'a>,
    pub(super) fullname: Node,
    pub(super) controllers: Vec<Item<'a>>,
    pub(super) services: Vec<Item<'a>>,
    pub(super) config_maps: Vec<Item<'a>>,
    pub(super) secrets: Vec<Item<'a>>,
    pub(super) claims: Vec<Item<'a>>,
    pub(super) accounts: Vec<Item<'a>>,
    pub(super) storage: Vec<Enabled<'a>>,
    /// How many volumes and mounts may still be made: values can ask for as many as items times containers.
    pub(super) mounts_left: usize,
    /// The labels that all objects of the release carry.
    pub(super) common_labels: Node,
    /// The annotations by which Helm knows its own.
    pub(super) annotations: Node,
    pub(super) resources: Vec<Resource>,
    pub(super) faults: Vec<Fault>,
    pub(super) complete: bool,
}

impl<'a> App<'a> {
    pub(super) fn new(release: &'a Release, major: u32) -> Self {
        let values = &release.values;
        let namespace = release.namespace.as_ref();
        let chart = release.chart.known_name();
        let fullname = release.name.text().unwrap_or("").into();
        let mut scope = Scope { release: &release.name, namespace, chart, fullname, values };
        let text_at = |path: &[&str]| values.at(path).filter(|node| !is_empty(node)).map(|node| scope.text(node));
        let short = text_at(&["global", "nameOverride"]).unwrap_or_else(|| release.name.clone());
        let fullname = text_at(&["global", "fullnameOverride"]).or_else(|| text_at(&["fullnameOverride"]));
        let fullname = fullname.unwrap_or_else(|| full_name(&release.name, &short));
        scope.fullname = fullname.text().unwrap_or("").into();
        let at = || Object::at(release.name.span);
        let annotations = at()
            .put("meta.helm.sh/release-name", release.name.clone())
            .maybe("meta.helm.sh/release-namespace", release.namespace.clone());
        let labels = at().put("app.kubernetes.io/instance", release.name.clone()).put("app.kubernetes.io/name", short);
        let mut app = App {
            release,
            values,
            major,
            scope,
            fullname,
            controllers: Vec::new(),
            services: Vec::new(),
            config_maps: Vec::new(),
            secrets: Vec::new(),
            claims: Vec::new(),
            accounts: Vec::new(),
            storage: Vec::new(),
            mounts_left: MAX_MOUNTS,
            common_labels: labels.node(),
            annotations: annotations.node(),
            resources: Vec::new(),
            faults: Vec::new(),
            complete: true,
        };
        app.controllers = app.section(&["controllers"], |_| true);
        app.services = app.section(&["service"], |_| true);
        app.config_maps = app.section(&["configMaps"], |_| true);
        app.secrets = app.section(&["secrets"], |_| true);
        app.claims = app.section(&["persistence"], creates_claim);
        app.storage = app.enabled(values.entries_at(&["persistence"]));
        app
    }

    /// The enabled items of a section, in the order in which Go templates walk a map, with the names they get.
    pub(super) fn section(&mut self, path: &[&str], counts: impl Fn(&Node) -> bool) -> Vec<Item<'a>> {
        let values = self.values;
        let enabled = self.enabled(values.entries_at(path));
        let mut items: Vec<Item<'a>> = Vec::with_capacity(enabled.len());
        let enabled: Vec<_> = enabled.into_iter().filter(|(_, _, value)| counts(value)).collect();
        for (id, key, value) in &enabled {
            let name = self.name(path, id, key, value, enabled.len());
            self.complete &= !name.is_unknown();
            items.push(Item { id, key, value, name });
        }
        items
    }

    /// Entries that are not switched off, by key; one whose switch is not known is left out and admitted.
    pub(super) fn enabled(&mut self, entries: &'a [Entry]) -> Vec<Enabled<'a>> {
        let mut enabled = sorted(entries);
        enabled.retain(|(_, _, value)| {
            let switch = value.get("enabled").map(|node| self.scope.text(node));
            match switch {
                _ if value.is_null() => false,
                None => true,
                Some(node) if node.is_unknown() => {
                    self.complete = false;
                    false
                }
                Some(node) => !(node.is_null() || node.is_false() || node.text() == Some("false")),
            }
        });
        enabled
    }

    /// The name of the object that an item becomes, among `count` enabled ones.
    pub(super) fn name(&self, path: &[&str], id: &str, key: &Node, value: &Node, count: usize) -> Node {
        let field = |name: &str| value.get(name).filter(|node| !is_empty(node)).map(|node| self.scope.text(node));
        let newer = self.major >= 4;
        if let Some(forced) = field("forceRename") {
            return if newer { lower(forced) } else { forced };
        }
        let (prefix, suffix) = if newer { (field("prefix"), field("suffix")) } else { (None, field("nameOverride")) };
        let base = self.fullname.text().unwrap_or("");
        let prefixed = prefix.as_ref().and_then(Node::text).filter(|prefix| *prefix != base);
        let mut name = prefixed.map_or_else(|| base.to_owned(), |prefix| format!("{prefix}-{base}"));
        // What a name ends with already is not added again.
        let ends = |name: &str, part: &str| name.strip_suffix(part).is_some_and(|rest| rest.ends_with('-'));
        let always = if newer {
            self.values.at(&["global", "alwaysAppendIdentifierToResourceName"]).is_some_and(Node::is_true)
        } else {
            matches!(path, ["persistence" | "configMaps" | "secrets"])
        };
        if (always || count > 1) && (newer || suffix.is_none()) && id != name && !(newer && ends(&name, id)) {
            name = format!("{name}-{id}");
        }
        if let Some(suffix) = suffix.as_ref().and_then(Node::text)
            && !(if newer { ends(&name, suffix) } else { suffix == base })
        {
            name = format!("{name}-{suffix}");
        }
        if name == base {
            return self.fullname.clone();
        }
        let span = suffix.as_ref().or(prefix.as_ref()).unwrap_or(key).span;
        let mut node = Node::string(span, name);
        let parts = [Some(&self.fullname), prefix.as_ref(), suffix.as_ref()];
        set_unknown(&mut node, parts.into_iter().flatten().any(Node::is_unknown));
        if newer { lower(node) } else { node }
    }

    /// A field of an item as the chart renders it, unless it is empty.
    pub(super) fn field(&self, value: &Node, key: &str) -> Option<Node> {
        value.get(key).filter(|node| !is_empty(node)).map(|node| self.scope.tree(node))
    }

    /// Adds an object. `at` is the key that asks for it.
    pub(super) fn add(
        &mut self,
        api_version: &str,
        kind: &str,
        at: &Node,
        name: &Node,
        labels: Option<Node>,
        body: Object,
    ) {
        let namespace = if kind.starts_with("Cluster") { None } else { self.release.namespace.clone() };
        let metadata = Object::at(at.span)
            .put("name", name.clone())
            .maybe("namespace", namespace)
            .maybe("labels", labels)
            .put("annotations", self.annotations.clone());
        let head = Object::at(at.span).text("apiVersion", api_version).text("kind", kind);
        let node = head.put("metadata", metadata.node()).with(body).node();
        self.resources.extend(Resource::new(node));
    }

    /// Adds those entries that the chart hands on as written.
    pub(super) fn pass(&self, out: Object, entries: &[Entry], fields: &[&str]) -> Object {
        entries.iter().fold(out, |out, entry| {
            let known = entry.key.text().is_some_and(|key| fields.contains(&key));
            if !known || is_empty(&entry.value) {
                return out;
            }
            out.entry(entry.key.clone(), self.scope.tree(&entry.value))
        })
    }

    /// The labels that select the pods of a controller.
    pub(super) fn selector(&self, controller: &Item) -> Object {
        // Major 4 renamed the label; pods of earlier ones carry it as a component.
        let label = if self.major >= 4 { "app.kubernetes.io/controller" } else { "app.kubernetes.io/component" };
        self.labels().put(label, Node::string(controller.key.span, controller.id))
    }

    /// The labels of all objects, to add to.
    pub(super) fn labels(&self) -> Object {
        Object::of(&self.common_labels)
    }

    /// Notes that a name is not among those which exist there.
    pub(super) fn fault(&mut self, kind: FaultKind, node: &Node, names: Vec<SmolStr>) {
        self.faults.extend(unknown_name(kind, node, &names));
    }
}

/// The name of the release with the name of the chart, which `nameOverride` replaces, unless it has that already.
fn full_name(release: &Node, chart: &Node) -> Node {
    let (Some(text), Some(name)) = (release.text(), chart.text()) else { return release.clone() };
    if text.contains(name) {
        return release.clone();
    }
    let mut full = Node::string(chart.span, format!("{text}-{name}"));
    set_unknown(&mut full, release.is_unknown() || chart.is_unknown());
    full
}

/// A name in lower case, where it is known.
fn lower(name: Node) -> Node {
    match name.known() {
        Some(text) if text.chars().any(char::is_uppercase) => Node::string(name.span, text.to_lowercase()),
        _ => name,
    }
}

/// Entries in the order in which Go templates walk a map; of duplicate keys the last.
pub(super) fn sorted(entries: &[Entry]) -> Vec<Enabled<'_>> {
    let with_id = entries.iter().rev().filter_map(|entry| Some((entry.key.text()?, &entry.key, &entry.value)));
    let mut sorted: Vec<Enabled> = with_id.collect();
    sorted.sort_by_key(|(id, ..)| *id);
    sorted.dedup_by_key(|(id, ..)| *id);
    sorted
}

/// The item that an identifier names.
pub(super) fn find<'i, 'a>(items: &'i [Item<'a>], id: &str) -> Option<&'i Item<'a>> {
    items.iter().find(|item| item.id == id)
}

/// The identifiers of items, for suggestions.
pub(super) fn ids(items: &[Item]) -> Vec<SmolStr> {
    items.iter().map(|item| item.id.into()).collect()
}

/// Whether an item of `persistence` becomes a PersistentVolumeClaim.
pub(super) fn creates_claim(item: &Node) -> bool {
    kind(item) == "persistentVolumeClaim" && item.get("existingClaim").is_none_or(is_empty)
}

/// The type of a persistence item.
pub(super) fn kind(item: &Node) -> &str {
    item.text_at(&["type"]).unwrap_or("persistentVolumeClaim")
}
