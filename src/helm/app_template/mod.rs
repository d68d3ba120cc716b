//! bjw-s app-template: a chart whose values describe controllers, services, routes and volumes by identifier.
//! Behaviour by its documentation and by what `helm template` gives for real releases.

mod config;
mod container;
mod network;
mod persistence;
mod workload;

use super::object::{Object, is_empty};
use super::text::Scope;
use super::{Charts, Fault, FaultKind, Objects, Release, set_unknown};
use crate::resource::Resource;
use crate::schema::{self, check_value};
use crate::yaml::{Entry, Node};
use smol_str::SmolStr;

/// The major version assumed where none is known.
pub(super) const NEWEST: u32 = 5;

/// Most volumes and mounts that are derived for a release.
const MAX_MOUNTS: usize = 20_000;

/// Whether values have the shape that no other chart's have: controllers that hold containers.
pub(super) fn has_shape(values: &Node) -> bool {
    let controllers = values.entries_at(&["controllers"]);
    controllers.iter().any(|entry| entry.value.get("containers").is_some_and(Node::is_map))
}

/// The objects of an app-template release.
pub(super) fn objects(release: &Release, major: u32, charts: &Charts) -> Objects {
    let mut app = App::new(release, major);
    app.workloads();
    app.services();
    app.routes();
    app.ingresses();
    app.monitors();
    app.claims();
    app.data();
    app.access();
    app.raw_resources();
    // A chart recognised by its shape may be another one on the same library, with keys and defaults of its own.
    let known = release.chart.known_name().is_some();
    let mut refused = if known { charts.refused(release) } else { Vec::new() };
    refused.extend(app.resources.iter().flat_map(refused_by_server));
    let complete = app.complete && known;
    Objects { resources: app.resources, complete, whole: true, faults: app.faults, refused, misfits: Vec::new() }
}

/// Values in an object of the chart that the API server refuses: a quantity, a schedule, a name.
fn refused_by_server(object: &Resource) -> Vec<schema::Fault> {
    let admission = schema::admission_schema(object);
    let mut faults = admission.map_or_else(Vec::new, |admission| check_value(admission, &object.node, &object.kind));
    faults.retain(|fault| fault.kind == schema::FaultKind::InvalidValue);
    faults
}

/// An enabled item of one of the chart's sections.
#[derive(Clone)]
struct Item<'a> {
    /// Its key: what identifiers refer to.
    id: &'a str,
    key: &'a Node,
    value: &'a Node,
    /// The name of the object it becomes.
    name: Node,
}

/// An entry of a section that is not switched off: its identifier, key and value.
type Enabled<'a> = (&'a str, &'a Node, &'a Node);

/// One release while it is read.
struct App<'a> {
    release: &'a Release,
    values: &'a Node,
    major: u32,
    scope: Scope<'a>,
    fullname: Node,
    controllers: Vec<Item<'a>>,
    services: Vec<Item<'a>>,
    config_maps: Vec<Item<'a>>,
    secrets: Vec<Item<'a>>,
    claims: Vec<Item<'a>>,
    accounts: Vec<Item<'a>>,
    storage: Vec<Enabled<'a>>,
    /// How many volumes and mounts may still be made: values can ask for as many as items times containers.
    mounts_left: usize,
    /// The labels that all objects of the release carry.
    common_labels: Node,
    /// The annotations by which Helm knows its own.
    annotations: Node,
    resources: Vec<Resource>,
    faults: Vec<Fault>,
    complete: bool,
}

impl<'a> App<'a> {
    fn new(release: &'a Release, major: u32) -> Self {
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
        app.claims = app.section(&["persistence"], persistence::creates_claim);
        app.accounts = app.service_accounts();
        app.storage = app.enabled(values.entries_at(&["persistence"]));
        app
    }

    /// The enabled items of a section, in the order in which Go templates walk a map, with the names they get.
    fn section(&mut self, path: &[&str], counts: impl Fn(&Node) -> bool) -> Vec<Item<'a>> {
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
    fn enabled(&mut self, entries: &'a [Entry]) -> Vec<Enabled<'a>> {
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
    fn name(&self, path: &[&str], id: &str, key: &Node, value: &Node, count: usize) -> Node {
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
    fn field(&self, value: &Node, key: &str) -> Option<Node> {
        value.get(key).filter(|node| !is_empty(node)).map(|node| self.scope.tree(node))
    }

    /// Adds an object. `at` is the key that asks for it.
    fn add(&mut self, api_version: &str, kind: &str, at: &Node, name: &Node, labels: Option<Node>, body: Object) {
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
    fn pass(&self, out: Object, entries: &[Entry], fields: &[&str]) -> Object {
        entries.iter().fold(out, |out, entry| {
            let known = entry.key.text().is_some_and(|key| fields.contains(&key));
            if !known || is_empty(&entry.value) {
                return out;
            }
            out.entry(entry.key.clone(), self.scope.tree(&entry.value))
        })
    }

    /// The labels that select the pods of a controller.
    fn selector(&self, controller: &Item) -> Object {
        // Major 4 renamed the label; pods of earlier ones carry it as a component.
        let label = if self.major >= 4 { "app.kubernetes.io/controller" } else { "app.kubernetes.io/component" };
        self.labels().put(label, Node::string(controller.key.span, controller.id))
    }

    /// The labels of all objects, to add to.
    fn labels(&self) -> Object {
        Object::of(&self.common_labels)
    }

    /// Notes that a name refers to nothing.
    fn fault(&mut self, kind: FaultKind, node: &Node, expected: Vec<SmolStr>) {
        if let Some(name) = node.known() {
            self.faults.push(Fault { span: node.span, kind, name: name.into(), expected });
        }
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
fn sorted(entries: &[Entry]) -> Vec<Enabled<'_>> {
    let with_id = entries.iter().rev().filter_map(|entry| Some((entry.key.text()?, &entry.key, &entry.value)));
    let mut sorted: Vec<Enabled> = with_id.collect();
    sorted.sort_by_key(|(id, ..)| *id);
    sorted.dedup_by_key(|(id, ..)| *id);
    sorted
}

/// The item that an identifier names.
fn find<'i, 'a>(items: &'i [Item<'a>], id: &str) -> Option<&'i Item<'a>> {
    items.iter().find(|item| item.id == id)
}

/// The identifiers of items, for suggestions.
fn ids(items: &[Item]) -> Vec<SmolStr> {
    items.iter().map(|item| item.id.into()).collect()
}
