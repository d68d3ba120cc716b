//! What is known of charts: the tables under `schemas/charts/`.

use super::levels::Levels;
use super::release::Release;
use super::table::Table;
use crate::schema::{Fault, FaultKind, check_value};
use crate::yaml::from_table;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The tables that come with the program.
const TABLES: [&str; 5] = [
    include_str!("../../schemas/charts/databases.yaml"),
    include_str!("../../schemas/charts/networking.yaml"),
    include_str!("../../schemas/charts/observability.yaml"),
    include_str!("../../schemas/charts/operations.yaml"),
    include_str!("../../schemas/charts/storage.yaml"),
];

/// What is known of charts.
#[derive(Debug, Default)]
pub struct Charts {
    tables: BTreeMap<SmolStr, Table>,
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

    /// What app-template has against the values of a release; nothing where its version is not known.
    pub fn refused(&self, release: &Release) -> Vec<Fault> {
        let Some(major) = release.chart.major() else { return Vec::new() };
        let Some(schema) = self.app_template.get_or_init(Levels::embedded).schema(major) else { return Vec::new() };
        let mut faults = check_value(schema, &release.values, "app-template");
        // Major 2 still comes with values of its own for whatever is called `main`.
        faults.retain(|fault| major > 2 || fault.kind != FaultKind::MissingField);
        faults
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
