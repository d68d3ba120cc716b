//! Charts that a table describes: `schemas/charts/*.yaml` says which objects they create under which names.

use super::levels::Levels;
use super::object::{Object, is_empty, plain};
use super::text::is_template;
use super::{Objects, Release};
use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::resource::Resource;
use crate::schema::{Fault, FaultKind, Version, check_value, same_letters};
use crate::source::FileId;
use crate::yaml::{Node, from_table, parse};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The tables that come with the program.
const TABLES: [&str; 5] = [
    include_str!("../../schemas/charts/databases.yaml"),
    include_str!("../../schemas/charts/networking.yaml"),
    include_str!("../../schemas/charts/observability.yaml"),
    include_str!("../../schemas/charts/operations.yaml"),
    include_str!("../../schemas/charts/storage.yaml"),
];

/// The first major version of app-template whose own schema refuses what it does not know.
const FIRST_WITH_SCHEMA: u32 = 3;

/// The last minor version of each major of app-template that the table of its values describes.
const LAST_KNOWN: [Version; 3] = [Version(3, 7), Version(4, 6), Version(5, 1)];

/// Whether a release is of an app-template that is newer than the table.
fn is_newer(release: &Release) -> bool {
    let version = release.chart.version.as_ref().and_then(Node::known).and_then(Version::read);
    version.is_some_and(|version| LAST_KNOWN.iter().any(|known| known.0 == version.0 && *known < version))
}

/// Keys in the values of charts as they spell them, by the chart's name; a dot steps into a mapping.
type Keys = BTreeMap<String, Vec<String>>;

/// What is known of charts.
#[derive(Debug, Default)]
pub struct Charts {
    tables: BTreeMap<SmolStr, Table>,
    keys: OnceLock<Keys>,
    /// What the values of app-template may be.
    app_template: OnceLock<Levels>,
}

/// What a chart creates.
#[derive(Debug, Clone)]
pub struct Table {
    /// The API groups whose CRDs it brings.
    pub groups: Vec<SmolStr>,
    /// What the chart calls itself.
    name: SmolStr,
    /// What the chart's `fullname` is where it is not the usual one.
    fullname: Option<SmolStr>,
    /// Longest `fullname`, in bytes.
    longest: usize,
    /// Its objects, as the table writes them.
    objects: Vec<Node>,
}

impl Charts {
    /// The charts that come with the program.
    pub fn builtin() -> Self {
        let mut charts = Charts::default();
        for text in TABLES {
            charts.add(text);
        }
        charts
    }

    /// Adds the tables of a text, over those of the same name.
    pub fn add(&mut self, text: &str) {
        for entry in root(text).entries() {
            let (Some(chart), table) = (entry.key.text(), &entry.value) else { continue };
            let chart = SmolStr::new(chart);
            let groups = texts(table.items_at(&["groups"]));
            let fullname = table.text_at(&["fullname"]).map(SmolStr::new);
            let objects = table.items_at(&["objects"]).to_vec();
            let name = table.text_at(&["name"]).map_or_else(|| chart.clone(), SmolStr::new);
            let longest = table.text_at(&["truncate"]).and_then(|text| text.parse().ok()).unwrap_or(63);
            self.tables.insert(chart, Table { groups, name, fullname, longest, objects });
        }
    }

    /// The table of a chart.
    pub fn table(&self, chart: &str) -> Option<&Table> {
        self.tables.get(chart)
    }

    /// Keys in the values of a release that its chart has in another spelling, which it does not read.
    pub fn misspelt(&self, release: &Release) -> Vec<Fault> {
        let Some(chart) = release.chart.known_name() else { return Vec::new() };
        let keys = self.keys.get_or_init(|| from_table(include_str!("../../schemas/charts/keys.yaml")));
        let Some(keys) = keys.get(chart) else { return Vec::new() };
        let mut levels: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (parent, key) in keys.iter().flat_map(|path| steps(path)) {
            levels.entry(parent).or_default().insert(key);
        }
        let mut faults = Vec::new();
        for (parent, known) in &levels {
            let path: Vec<&str> = parent.split('.').filter(|step| !step.is_empty()).collect();
            let level = release.values.at(&path);
            for entry in level.map_or(&[][..], Node::entries) {
                let Some(key) = entry.key.known().filter(|key| !known.contains(key)) else { continue };
                let Some(near) = same_letters(key, known.iter().copied()) else { continue };
                let message = format!("{chart} does not read `{key}`");
                let finding = Finding::new(entry.key.span, message).help(did_you_mean(near)).at_most(Severity::Warning);
                let finding = finding.unsafe_fix(format!("rename it to `{near}`"), entry.key.span, near);
                faults.push(Fault { kind: FaultKind::UnknownField, finding });
            }
        }
        faults
    }

    /// What app-template has against the values of a release; nothing where its version is not known.
    pub fn refused(&self, release: &Release) -> Vec<Fault> {
        let Some(major) = release.chart.major() else { return Vec::new() };
        let Some(schema) = self.app_template.get_or_init(Levels::embedded).schema(major) else { return Vec::new() };
        let mut faults = check_value(schema, &release.values, "app-template");
        // Major 2 still comes with values of its own for whatever is called `main`.
        faults.retain(|fault| major > 2 || fault.kind != FaultKind::MissingField);
        // Before it had a schema of its values the chart ignored what it did not know, and a newer one may know more.
        if major < FIRST_WITH_SCHEMA || is_newer(release) {
            faults.iter_mut().for_each(|fault| fault.finding = fault.finding.clone().at_most(Severity::Warning));
        }
        faults
    }
}

/// The levels of a dotted path, each with the key that it has there.
fn steps(path: &str) -> Vec<(&str, &str)> {
    match path.split_once('.') {
        Some((parent, key)) => vec![("", parent), (parent, key)],
        None => vec![("", path)],
    }
}

pub(super) fn root(text: &str) -> Node {
    let parsed = parse(FileId(u32::MAX), text);
    let root = parsed.documents.into_iter().next().map(|document| document.root);
    root.unwrap_or_else(|| Node::null(crate::source::Span::new(FileId(u32::MAX), 0, 0)))
}

fn texts(items: &[Node]) -> Vec<SmolStr> {
    items.iter().filter_map(Node::text).map(SmolStr::new).collect()
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
        let short: String = text.chars().take(table.longest).collect();
        Some(Node::string(node.span, short.trim_end_matches('-')))
    };
    if let Some(written) = value("fullnameOverride") {
        return cut(written);
    }
    let name = release.name.known()?;
    if let Some(fixed) = &table.fullname {
        return Some(Node::string(release.name.span, fixed.clone()));
    }
    let chart = value("nameOverride").map_or(Some(table.name.as_str()), Node::known)?;
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
    fn resources(&self, row: &Node) -> Vec<Resource> {
        let Some(path) = row.text_at(&["each"]) else {
            return self.resource(row, None, &self.release.values).into_iter().collect();
        };
        let Some(list) = lookup(&self.release.values, path) else { return Vec::new() };
        let items = list.items().iter().map(|item| (None, item));
        let entries = list.entries().iter().map(|entry| (Some(&entry.key), &entry.value));
        items.chain(entries).filter_map(|(key, item)| self.resource(row, key, item)).collect()
    }

    fn resource(&self, row: &Node, key: Option<&Node>, item: &Node) -> Option<Resource> {
        if !row.items_at(&["when"]).iter().filter_map(Node::text).all(|condition| self.holds(condition, item)) {
            return None;
        }
        let kind = row.text_at(&["kind"])?;
        let api_version = row.text_at(&["apiVersion"]).unwrap_or(match kind {
            "StorageClass" => "storage.k8s.io/v1",
            "IngressClass" => "networking.k8s.io/v1",
            "GatewayClass" => "gateway.networking.k8s.io/v1",
            _ => "v1",
        });
        let name = self.pattern(row.text_at(&["name"])?, key, item)?;
        let span = name.span;
        let namespace = match row.text_at(&["namespace"]) {
            Some(pattern) => self.pattern(pattern, key, item),
            None => self.release.namespace.clone().filter(|_| !kind.ends_with("Class")),
        };
        let annotations = Object::at(span).put("meta.helm.sh/release-name", self.release.name.clone());
        let annotations = annotations.maybe("meta.helm.sh/release-namespace", self.release.namespace.clone()).node();
        let metadata = Object::at(span).put("name", name).maybe("namespace", namespace).put("annotations", annotations);
        let head = Object::at(span).text("apiVersion", api_version).text("kind", kind);
        let ports = row.entries_at(&["ports"]).iter().filter_map(|entry| {
            let port = self.pattern(entry.value.text()?, key, item)?;
            let port = plain(port.span, port.known().filter(|text| text.parse::<u16>().is_ok())?);
            let name = Node::string(span, entry.key.text()?);
            Some(Object::at(span).put("name", name).put("port", port).node())
        });
        // A port that is not known would make the others look like all of them.
        let ports: Vec<Node> = ports.collect();
        let all_known = ports.len() == row.entries_at(&["ports"]).len();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::helm::{Chart, model};

    fn names(chart: &str, release: &str, values: &str) -> Vec<String> {
        let span = crate::source::Span::new(FileId(0), 0, 0);
        let name = Some(Node::string(span, chart));
        let release = Release {
            name: Node::string(span, release),
            namespace: None,
            chart: Chart { name, ..Chart::default() },
            values: root(values),
            post_renderers: Vec::new(),
            partial: false,
        };
        let charts = Charts::builtin();
        let super::super::Model::Table(table) = model(&release, &charts) else { return Vec::new() };
        objects(&release, table).resources.iter().map(Resource::title).collect()
    }

    #[test]
    fn every_table_is_read() {
        for (name, table) in &Charts::builtin().tables {
            for row in &table.objects {
                for field in row.entries() {
                    let known = ["kind", "apiVersion", "name", "namespace", "ports", "each", "when"];
                    assert!(known.contains(&field.key.text().unwrap_or("")), "{name}: {:?}", field.key);
                }
                assert!(row.get("when").is_none_or(Node::is_seq), "{name}: `when` is a list");
            }
        }
    }

    #[test]
    fn names_follow_release_and_values() {
        let values = "cephBlockPools: [{storageClass: {enabled: true, name: fast}}, {storageClass: {enabled: false}}]\n\
                      cephObjectStores: []\ncephFileSystems: []\n";
        let made = names("rook-ceph-cluster", "ceph", values);
        assert!(made.contains(&"StorageClass/fast".to_owned()), "{made:?}");
        assert_eq!(made.iter().filter(|title| title.starts_with("StorageClass")).count(), 1, "{made:?}");
        assert!(names("cert-manager", "certs", "").contains(&"Service/certs-cert-manager-webhook".to_owned()));
        assert!(names("cert-manager", "cert-manager", "").contains(&"Service/cert-manager-webhook".to_owned()));
        assert!(names("grafana", "x", "fullnameOverride: board").contains(&"Service/board".to_owned()));
        assert!(names("nobody-knows", "x", "").is_empty());
    }
}
