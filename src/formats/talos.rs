//! Talos: machine configs, their patches, and talhelper's `talconfig.yaml`.

use crate::kustomize::embedded;
use crate::resource::{File, Role, Tree};
use crate::schema::Version;
use crate::source::{Span, join};
use crate::yaml::{Entry, Node, from_table};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
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

/// A network plug-in that comes with a chart: a row of `schemas/talos.yaml`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plugin {
    /// The chart.
    pub chart: String,
    /// What people call it.
    pub name: String,
    /// The value that puts it beside another plug-in.
    pub beside: Option<String>,
    /// The value by which it does what kube-proxy does.
    pub as_proxy: Option<String>,
}

/// A setting that only control plane nodes have: a row of `schemas/talos.yaml`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ControlPlaneOnly {
    /// Its path in the machine config.
    pub field: String,
    /// Whether Talos refuses the config of a worker in which it is true; else the worker ignores it.
    #[serde(default)]
    pub refused: bool,
}

/// An object that upgrades what a talconfig installs: a row of `schemas/talos.yaml`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Upgrade {
    /// Its group.
    pub group: String,
    /// Its kind.
    pub kind: String,
    /// The path of its version.
    pub version: String,
    /// The field of the talconfig that says the same.
    pub field: String,
}

/// `schemas/talos.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Table {
    replaced: Vec<Replaced>,
    /// The oldest and the newest release of Kubernetes that a release of Talos runs.
    pub kubernetes: BTreeMap<Version, (Version, Version)>,
    /// Charts that bring a network plug-in.
    pub plugins: Vec<Plugin>,
    /// Settings that only control plane nodes have.
    pub control_plane_only: Vec<ControlPlaneOnly>,
    /// What upgrades machines from within the cluster.
    pub upgrades: Vec<Upgrade>,
    /// Keys of addresses.
    pub addresses: BTreeSet<String>,
    /// Labels that Kubernetes gives to every node, or to those of the control plane.
    pub node_labels: BTreeSet<String>,
    /// The port of the API server.
    pub port: u16,
}

/// What is known of Talos.
pub static TABLE: LazyLock<Table> = LazyLock::new(|| from_table(include_str!("../../schemas/talos.yaml")));

/// The machine configs in a file, whole or in part: its own, and the patches that a talconfig holds.
pub fn machine_configs(file: &File, tree: &Tree) -> Vec<Node> {
    let patches = file.roots_of(Role::Talconfig).flat_map(patches);
    let inline = patches.flat_map(|patch| embedded(tree, patch).unwrap_or_default());
    file.roots_of(Role::MachineConfig).cloned().chain(inline).collect()
}

/// A file that a machine config writes.
#[derive(Debug, Clone, Copy)]
pub struct MachineFile<'a> {
    /// The whole entry.
    pub node: &'a Node,
    /// Where it is written to.
    pub path: &'a Node,
    /// `create`, `append` or `overwrite`; `None` where it does not say.
    pub operation: Option<&'a Node>,
}

/// The files that a machine config writes, or a JSON patch of one adds.
pub fn files(config: &Node) -> Vec<MachineFile<'_>> {
    let of_operation =
        |operation: &'_ Node| operation.text_at(&["path"]).is_some_and(|path| path.starts_with("/machine/files"));
    let added = config
        .items()
        .iter()
        .filter(|operation| of_operation(operation))
        .filter_map(|operation| operation.get("value"));
    let added = added.flat_map(|value| if value.is_seq() { value.items() } else { std::slice::from_ref(value) });
    let entries = config.items_at(&["machine", "files"]).iter().chain(added);
    let file = |node| Some(MachineFile { node, path: node.get("path")?, operation: node.get("op") });
    // An entry with a directive says what to take away.
    entries.filter(|entry| entry.get("$patch").is_none()).filter_map(file).collect()
}

/// The machine configs that end up in one: the documents of a file, and all patches of a node of a talconfig.
pub fn merged(tree: &Tree) -> Vec<Vec<Node>> {
    let files = tree.files().iter().map(|file| file.roots_of(Role::MachineConfig).cloned().collect());
    let talconfigs = tree.files().iter().flat_map(|file| file.roots_of(Role::Talconfig).map(move |root| (file, root)));
    let nodes = talconfigs.flat_map(|(file, root)| {
        root.items_at(&["nodes"]).iter().map(move |node| {
            let role = if node.get("controlPlane").is_some_and(Node::is_true) { "controlPlane" } else { "worker" };
            let lists = [root.items_at(&["patches"]), root.items_at(&[role, "patches"]), node.items_at(&["patches"])];
            lists.into_iter().flatten().flat_map(|patch| documents(tree, file, patch)).collect()
        })
    });
    files.chain(nodes).filter(|configs: &Vec<Node>| configs.len() > 1).collect()
}

/// What a patch of a talconfig holds: a text, or the file behind an `@`.
fn documents(tree: &Tree, talconfig: &File, patch: &Node) -> Vec<Node> {
    patch_documents(tree, talconfig, patch).unwrap_or_default()
}

/// What a patch of a talconfig holds; `None` where that cannot be read.
pub fn patch_documents(tree: &Tree, talconfig: &File, patch: &Node) -> Option<Vec<Node>> {
    match patch.text()?.strip_prefix('@') {
        Some(path) => {
            let file = join(talconfig.source.folder(), path).and_then(|path| tree.find(&path))?;
            let whole = file.parsed.documents.iter().all(|document| !document.broken) && file.root().is_some();
            whole.then(|| file.roots_of(Role::MachineConfig).cloned().collect())
        }
        None => embedded(tree, patch),
    }
}

/// The operations of a JSON patch of a machine config.
pub fn operations(config: &Node) -> impl Iterator<Item = &Node> {
    config.items().iter().filter(|item| item.text_at(&["path"]).is_some_and(|path| path.starts_with('/')))
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

/// Whether some machine config moves the API server to another port.
pub fn moves_api_server(tree: &Tree) -> bool {
    let mut moved = false;
    let own = |role| matches!(role, Some(Role::MachineConfig | Role::Talconfig));
    for file in tree.files().iter().filter(|file| own(file.role_of_root())) {
        for config in machine_configs(file, tree) {
            config.walk_entries(&mut |entry| moved |= entry.key.text() == Some("localAPIServerPort"));
        }
    }
    moved
}
