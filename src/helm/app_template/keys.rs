//! Keys that app-template does not read.

use super::App;
use crate::helm::text::is_template;
use crate::helm::{Charts, Fault, FaultKind};
use crate::yaml::Node;
use smol_str::SmolStr;

/// Sections whose items all have the keys of one level.
const SECTIONS: [(&str, &str); 9] = [
    ("service", "service"),
    ("route", "route"),
    ("ingress", "ingress"),
    ("persistence", "persistence"),
    ("serviceMonitor", "serviceMonitor"),
    ("configMaps", "configMap"),
    ("secrets", "secret"),
    ("controllers", "controller"),
    ("podMonitor", "podMonitor"),
];

impl App<'_> {
    /// Notes keys that no version from 3 on reads; older versions had others.
    pub(super) fn unknown_keys(&mut self, charts: &Charts) {
        if self.major < 3 {
            return;
        }
        let values = self.values;
        let (container, probes, probe) = (charts.keys("container"), charts.keys("probes"), charts.keys("probe"));
        self.level(values, charts.keys("values"));
        for (section, level) in SECTIONS {
            let items = values.entries_at(&[section]);
            let known = if items.is_empty() { &[] } else { charts.keys(level) };
            for item in items {
                self.level(&item.value, known);
            }
        }
        for controller in values.entries_at(&["controllers"]) {
            for group in ["containers", "initContainers"] {
                for item in controller.value.entries_at(&[group]) {
                    self.level(&item.value, container);
                    self.level_at(&item.value, "probes", probes);
                    for written in item.value.entries_at(&["probes"]) {
                        self.level(&written.value, probe);
                    }
                }
            }
            self.level_at(&controller.value, "pod", charts.keys("pod"));
            self.level_at(&controller.value, "cronjob", charts.keys("cronjob"));
            self.level_at(&controller.value, "statefulset", charts.keys("statefulset"));
        }
        self.level_at(values, "defaultPodOptions", charts.keys("pod"));
        let port = charts.keys("port");
        for service in values.entries_at(&["service"]) {
            for written in service.value.entries_at(&["ports"]) {
                self.level(&written.value, port);
            }
        }
    }

    fn level_at(&mut self, node: &Node, key: &str, known: &[SmolStr]) {
        if let Some(node) = node.get(key) {
            self.level(node, known);
        }
    }

    fn level(&mut self, node: &Node, known: &[SmolStr]) {
        if known.is_empty() {
            return;
        }
        for entry in node.entries() {
            let Some(key) = entry.key.known() else { continue };
            if known.binary_search_by(|name| name.as_str().cmp(key)).is_err() && !is_template(key) {
                let (span, name) = (entry.key.span, key.into());
                self.faults.push(Fault { span, kind: FaultKind::Key, name, expected: known.to_vec() });
            }
        }
    }
}
