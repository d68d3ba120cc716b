//! Talos: machine configs, their patches, and talhelper's `talconfig.yaml`.

use crate::kustomize::embedded;
use crate::resource::{File, Role, Tree};
use crate::source::Span;
use crate::yaml::{Entry, Node, from_table};
use serde::Deserialize;
use std::sync::LazyLock;

/// A field that Talos replaced: a row of `schemas/talos.yaml`.
#[derive(Debug, Deserialize)]
pub struct Replaced {
    /// Its path in the machine config; lists are passed through.
    pub field: String,
    /// The version of Talos that replaced it.
    pub since: String,
    /// The path of what to write now.
    pub instead: String,
}

/// `schemas/talos.yaml`.
#[derive(Debug, Default, Deserialize)]
struct Table {
    replaced: Vec<Replaced>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| from_table(include_str!("../../schemas/talos.yaml")));

/// The machine configs in a file, whole or in part: its own, and the patches that a talconfig holds.
pub fn machine_configs(file: &File, tree: &Tree) -> Vec<Node> {
    let patches = file.roots_of(Role::Talconfig).flat_map(patches);
    let inline = patches.flat_map(|patch| embedded(tree, patch).unwrap_or_default());
    file.roots_of(Role::MachineConfig).cloned().chain(inline).collect()
}

/// Patches of a talconfig: of all nodes, of a role, of one node. Each is YAML in a text, or `@` and a path.
pub fn patches(talconfig: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    talconfig.walk_entries(&mut |Entry { key, value }| {
        if matches!(key.text(), Some("patches" | "configPatches")) {
            found.extend(value.items().iter().filter(|patch| patch.text().is_some()));
        }
    });
    found
}

/// The fields of a machine config, or of a JSON patch of one, that Talos replaced, with their place.
pub fn replaced(config: &Node) -> Vec<(Span, &'static Replaced)> {
    let mut found = Vec::new();
    if let [first, ..] = config.items()
        && first.get("op").is_some()
    {
        for path in config.items().iter().filter_map(|operation| operation.get("path")) {
            let field = path.text().unwrap_or("").trim_start_matches('/').replace('/', ".");
            found.extend(TABLE.replaced.iter().filter(|row| row.field == field).map(|row| (path.span, row)));
        }
        return found;
    }
    fields(config, &mut Vec::new(), &mut found);
    found
}

fn fields<'a>(node: &'a Node, path: &mut Vec<&'a str>, found: &mut Vec<(Span, &'static Replaced)>) {
    for Entry { key, value } in node.entries() {
        let Some(name) = key.text() else { continue };
        path.push(name);
        let is_here = |row: &&Replaced| row.field.split('.').eq(path.iter().copied());
        found.extend(TABLE.replaced.iter().filter(is_here).map(|row| (key.span, row)));
        fields(value, path, found);
        path.pop();
    }
    for item in node.items() {
        fields(item, path, found);
    }
}
