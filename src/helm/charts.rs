//! What is known of charts: the tables under `schemas/charts/`.

use super::levels::Levels;
use super::release::Release;
use super::table::Table;
use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::schema::{Fault, FaultKind, Version, check_value, same_letters};
use crate::source::is_slip;
use crate::yaml::{Node, from_table};
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

/// The shortest key that is taken for another with a letter wrong; shorter ones are often words of their own.
const MIN_WORD: usize = 8;

/// The last minor version of each major of app-template that the table of its values describes.
const LAST_KNOWN: [Version; 3] = [Version(3, 7), Version(4, 6), Version(5, 1)];

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
        let mut tables: BTreeMap<SmolStr, Table> = from_table(text);
        for (chart, table) in &mut tables {
            table.name.get_or_insert_with(|| chart.clone());
        }
        self.tables.append(&mut tables);
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
                let slip = || known.iter().copied().find(|known| is_misspelt(key, known));
                let Some(near) = same_letters(key, known.iter().copied()).or_else(slip) else { continue };
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

/// Whether a key is a long one with a slip of the fingers in it, and not its plural: both may be there.
fn is_misspelt(key: &str, known: &str) -> bool {
    let plural = |one: &str, other: &str| one.strip_suffix('s') == Some(other);
    key.len() >= MIN_WORD && is_slip(key, known) && !plural(key, known) && !plural(known, key)
}

/// Whether a release is of an app-template that is newer than the table.
fn is_newer(release: &Release) -> bool {
    let version = release.chart.version.as_ref().and_then(Node::known).and_then(Version::read);
    version.is_some_and(|version| LAST_KNOWN.iter().any(|known| known.0 == version.0 && *known < version))
}

/// The levels of a dotted path, each with the key that it has there.
fn steps(path: &str) -> Vec<(&str, &str)> {
    match path.split_once('.') {
        Some((parent, key)) => vec![("", parent), (parent, key)],
        None => vec![("", path)],
    }
}

#[cfg(test)]
mod tests {
    use super::super::release::{Chart, Release};
    use super::super::table::objects;
    use super::*;
    use crate::resource::Resource;
    use crate::source::FileId;
    use crate::yaml::{Node, parse};

    fn names(chart: &str, release: &str, values: &str) -> Vec<String> {
        let span = crate::source::Span::new(FileId(0), 0, 0);
        let name = Some(Node::string(span, chart));
        let release = Release {
            name: Node::string(span, release),
            namespace: None,
            chart: Chart { name, ..Chart::default() },
            values: parse(FileId(0), values)
                .documents
                .first()
                .map_or_else(|| Node::null(span), |document| document.root.clone()),
            post_renderers: Vec::new(),
            partial: false,
        };
        let charts = Charts::builtin();
        let Some(table) = charts.table(chart) else { return Vec::new() };
        objects(&release, table).resources.iter().map(Resource::title).collect()
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
