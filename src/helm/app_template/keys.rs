//! Keys that app-template does not read.

use super::App;
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
        self.level(values, charts.keys("values"));
        for (section, level) in SECTIONS {
            for item in values.entries_at(&[section]) {
                self.level(&item.value, charts.keys(level));
            }
        }
        for controller in values.entries_at(&["controllers"]) {
            for group in ["containers", "initContainers"] {
                for container in controller.value.entries_at(&[group]) {
                    self.level(&container.value, charts.keys("container"));
                    self.level_at(&container.value, "probes", charts.keys("probes"));
                    for probe in container.value.entries_at(&["probes"]) {
                        self.level(&probe.value, charts.keys("probe"));
                    }
                }
            }
            self.level_at(&controller.value, "pod", charts.keys("pod"));
            self.level_at(&controller.value, "cronjob", charts.keys("cronjob"));
            self.level_at(&controller.value, "statefulset", charts.keys("statefulset"));
        }
        self.level_at(values, "defaultPodOptions", charts.keys("pod"));
        for service in values.entries_at(&["service"]) {
            for port in service.value.entries_at(&["ports"]) {
                self.level(&port.value, charts.keys("port"));
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
            if known.binary_search_by(|name| name.as_str().cmp(key)).is_err() && !key.contains("{{") {
                let (span, name) = (entry.key.span, key.into());
                self.faults.push(Fault { span, kind: FaultKind::Key, name, expected: known.to_vec() });
            }
        }
    }
}
