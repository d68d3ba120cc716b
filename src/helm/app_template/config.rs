//! `configMaps`, `secrets`, `serviceAccount`, `rbac` and `rawResources`.

use super::super::fault::FaultKind;
use super::super::object::{Object, is_empty};
use super::app::{App, Item, find, ids};
use crate::yaml::Node;
use smol_str::SmolStr;

/// The API group of roles.
const RBAC: &str = "rbac.authorization.k8s.io";

impl<'a> App<'a> {
    /// Adds the ConfigMaps and Secrets.
    pub(super) fn data(&mut self) {
        // What the chart renders last ends without a line break, and a block of text at its end with it.
        let rendered_after = ["secrets", "networkpolicies", "rawResources"];
        let mut last = self.config_maps.len();
        if rendered_after.iter().any(|section| !self.values.entries_at(&[section]).is_empty()) {
            last = 0;
        }
        for (items, kind) in [(self.config_maps.clone(), "ConfigMap"), (self.secrets.clone(), "Secret")] {
            for (index, item) in items.into_iter().enumerate() {
                let span = item.key.span;
                let mut body = Object::at(span);
                for field in ["data", "binaryData", "stringData", "type"] {
                    let value = self.field(item.value, field);
                    let ends = kind == "ConfigMap" && index + 1 == last;
                    body = body.maybe(field, if ends { value.map(without_last_break) } else { value });
                }
                let labels = self.common_labels.clone();
                self.add("v1", kind, item.key, &item.name, Some(labels), body);
            }
        }
    }

    /// The ServiceAccounts: configured ones, else the default one of major 5 on.
    pub(super) fn service_accounts(&mut self) -> Vec<Item<'a>> {
        let release = self.release;
        let default = |name: Node| Item { id: "default", key: &release.name, value: &release.values, name };
        if self.major < 4 {
            let account = self.values.get("serviceAccount");
            if !account.and_then(|account| account.get("create")).is_some_and(Node::is_true) {
                return Vec::new();
            }
            let name = account.and_then(|account| self.field(account, "name"));
            return vec![default(name.unwrap_or_else(|| self.fullname.clone()))];
        }
        let accounts = self.section(&["serviceAccount"], |_| true);
        let switch = self.values.at(&["global", "createDefaultServiceAccount"]);
        if !accounts.is_empty() || self.major < 5 || switch.is_some_and(Node::is_false) {
            return accounts;
        }
        let id = release.name.text().unwrap_or("default");
        vec![Item { id, ..default(self.fullname.clone()) }]
    }

    /// Adds ServiceAccounts, roles and bindings.
    pub(super) fn access(&mut self) {
        for account in self.accounts.clone() {
            let labels = self.common_labels.clone();
            let body = Object::at(account.key.span);
            self.add("v1", "ServiceAccount", account.key, &account.name, Some(labels), body);
        }
        let roles = self.section(&["rbac", "roles"], |_| true);
        let version = format!("{RBAC}/v1");
        for role in &roles {
            let kind = self.field(role.value, "type");
            let kind = kind.as_ref().and_then(Node::text).unwrap_or("Role");
            let body = Object::at(role.key.span).maybe("rules", self.field(role.value, "rules"));
            let labels = self.common_labels.clone();
            self.add(&version, kind, role.key, &role.name, Some(labels), body);
        }
        for binding in self.section(&["rbac", "bindings"], |_| true) {
            let kind = self.field(binding.value, "type");
            let kind = kind.as_ref().and_then(Node::text).unwrap_or("RoleBinding");
            let role = binding.value.get("roleRef").and_then(|reference| self.role_reference(reference, &roles));
            let subjects = binding.value.items_at(&["subjects"]);
            let subjects = subjects.iter().filter_map(|subject| self.subject(subject)).collect();
            let body = Object::at(binding.key.span).maybe("roleRef", role).list("subjects", subjects);
            let labels = self.common_labels.clone();
            self.add(&version, kind, binding.key, &binding.name, Some(labels), body);
        }
    }

    fn role_reference(&mut self, reference: &Node, roles: &[Item<'a>]) -> Option<Node> {
        let out = Object::at(reference.span).text("apiGroup", RBAC);
        let Some(identifier) = reference.get("identifier").filter(|node| !is_empty(node)) else {
            let (kind, name) = (self.field(reference, "kind"), self.field(reference, "name"));
            return Some(out.maybe("kind", kind).maybe("name", name).node());
        };
        let identifier = self.scope.text(identifier);
        let Some(role) = find(roles, identifier.known()?) else {
            self.fault(FaultKind::Role, &identifier, ids(roles));
            return None;
        };
        let kind = self.field(role.value, "type").unwrap_or_else(|| Node::string(identifier.span, "Role"));
        Some(out.put("kind", kind).put("name", role.name.clone().with_span(identifier.span)).node())
    }

    fn subject(&mut self, subject: &Node) -> Option<Node> {
        let Some(identifier) = subject.get("identifier").filter(|node| !is_empty(node)) else {
            return Some(self.scope.tree(subject));
        };
        let identifier = self.scope.text(identifier);
        let Some(account) = find(&self.accounts, identifier.known()?) else {
            self.fault(FaultKind::ServiceAccount, &identifier, ids(&self.accounts));
            return None;
        };
        let name = account.name.clone().with_span(identifier.span);
        let out = Object::at(subject.span).text("kind", "ServiceAccount").put("name", name);
        Some(out.maybe("namespace", self.release.namespace.clone()).node())
    }

    /// Adds the resources that are written out in the values.
    pub(super) fn raw_resources(&mut self) {
        for item in self.section(&["rawResources"], |_| true) {
            let manifest = item.value.get("manifest").unwrap_or(item.value);
            let text = |key: &str| manifest.text_at(&[key]);
            let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
                self.complete = false;
                continue;
            };
            let mut body = Object::at(item.key.span);
            for entry in manifest.entries() {
                let key = entry.key.text().unwrap_or("");
                if !matches!(key, "apiVersion" | "kind" | "metadata" | "enabled" | "annotations" | "labels")
                    && !matches!(key, "forceRename" | "prefix" | "suffix" | "nameOverride")
                {
                    body = body.entry(entry.key.clone(), self.scope.tree(&entry.value));
                }
            }
            let name = manifest.at(&["metadata", "name"]).map(|name| self.scope.text(name));
            let labels = self.common_labels.clone();
            self.add(api_version, kind, item.key, &name.unwrap_or(item.name), Some(labels), body);
        }
    }
}

/// Whether a letter may stand in a block of text: the printer takes tabs and all beyond the first plane for control
/// characters.
fn prints_bare(letter: char) -> bool {
    letter == '\n' || !letter.is_control() && letter != '\u{feff}' && letter < '\u{fffe}'
}

/// Data whose last text, when it prints as a block, has lost the line breaks at its end.
fn without_last_break(mut data: Node) -> Node {
    let last = data.entries().iter().filter_map(|entry| entry.key.text()).max().map(SmolStr::new);
    let Some(text) = last.as_ref().and_then(|key| data.get(key)?.known()) else { return data };
    // What prints in quotes loses nothing.
    if !text.ends_with('\n') || text.contains(" \n") || !text.chars().all(prints_bare) {
        return data;
    }
    let text = SmolStr::new(text.trim_end_matches('\n'));
    if let Some(node) = last.and_then(|key| data.get_mut(&key)) {
        *node = Node::string(node.span, text);
    }
    data
}
