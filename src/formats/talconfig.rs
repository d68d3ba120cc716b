//! talhelper's `talconfig.yaml`: the machines of a cluster, and what each is told.

use crate::formats::talos::{operations, patch_documents};
use crate::resource::{File, Role, Tree};
use crate::source::{Span, join};
use crate::yaml::Node;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// A talconfig.
#[derive(Debug, Clone, Copy)]
pub struct Talconfig<'a> {
    /// Its file.
    pub file: &'a File,
    /// All of it.
    pub root: &'a Node,
    /// The variables beside it.
    env: Option<&'a Node>,
}

/// A node of a talconfig.
#[derive(Debug, Clone, Copy)]
pub struct Machine<'a> {
    /// All that is said of it alone.
    pub node: &'a Node,
}

impl<'a> Talconfig<'a> {
    /// The talconfigs in a file. What a template makes of data that is not here shows neither how many machines there
    /// are nor what they are for.
    pub fn within(file: &'a File, tree: &'a Tree) -> impl Iterator<Item = Talconfig<'a>> {
        let roots = file.roots_of(Role::Talconfig).filter(|_| file.rendered.is_none());
        let env = || {
            let found = ["talenv.yaml", "talenv.yml"].into_iter().filter_map(|name| join(file.source.folder(), name));
            found.filter_map(|path| tree.find(&path)?.root()).next()
        };
        roots.map(move |root| Talconfig { file, root, env: env() })
    }

    /// The talconfigs of a repository.
    pub fn all(tree: &'a Tree) -> impl Iterator<Item = Talconfig<'a>> {
        let all = tree.files().iter().flat_map(|file| Talconfig::within(file, tree));
        all.filter(|talconfig| !talconfig.file.is_set_aside() && !talconfig.file.is_example())
    }

    /// The talconfig for which a file has variables.
    pub fn of_variables(env: &'a File, tree: &'a Tree) -> Option<Talconfig<'a>> {
        let names = ["talconfig.yaml", "talconfig.yml"].into_iter();
        let mut paths = names.filter_map(|name| join(env.source.folder(), name));
        paths.find_map(|path| Talconfig::within(tree.find(&path)?, tree).next())
    }

    /// What a field holds, or the variable that it names.
    pub fn value(&self, field: &str) -> Option<&'a Node> {
        let node = self.root.get(field)?;
        let variable = node.text().and_then(|text| text.strip_prefix("${")?.strip_suffix('}'));
        variable.map_or(Some(node), |name| self.env?.get(name))
    }

    /// Its machines.
    pub fn machines(&self) -> impl Iterator<Item = Machine<'a>> {
        self.root.items_at(&["nodes"]).iter().map(|node| Machine { node })
    }

    /// The nodes of the control plane; `None` where it is not known of each machine whether it is one.
    pub fn control_plane(&self) -> Option<Vec<Machine<'a>>> {
        let roles: Option<Vec<_>> =
            self.machines().map(|machine| Some((machine, machine.is_control_plane()?))).collect();
        Some(roles?.into_iter().filter(|(_, controls)| *controls).map(|(machine, _)| machine).collect())
    }

    /// Whether some machine is a worker.
    pub fn has_workers(&self) -> bool {
        self.machines().any(|machine| machine.is_control_plane() == Some(false))
    }

    /// Patches that workers get: those of all machines, of workers, and of each of them.
    pub fn patches_of_workers(&self) -> Vec<&'a Node> {
        let workers = self.machines().filter(|machine| machine.is_control_plane() == Some(false));
        let own = workers.flat_map(|machine| machine.node.items_at(&["patches"]));
        let common = [self.root.items_at(&["patches"]), self.root.items_at(&["worker", "patches"])];
        if self.has_workers() { common.into_iter().flatten().chain(own).collect() } else { Vec::new() }
    }

    /// Where workers get a file as a patch.
    pub fn worker_patch(&self, file: &File) -> Option<Span> {
        let is_file = |patch: &&Node| {
            let path = patch.text().and_then(|text| join(self.file.source.folder(), text.strip_prefix('@')?));
            path.as_deref() == Some(file.source.path.as_str())
        };
        self.patches_of_workers().into_iter().find(is_file).map(|patch| patch.span)
    }

    /// What the patches of a machine set at a path: nothing, or the value that counts. `None` where one of them cannot be
    /// read, or does it in another way.
    pub fn patched(&self, tree: &Tree, machine: Machine, path: &[&str]) -> Option<Option<Node>> {
        self.all_patched(tree, machine, path).map(|values| values.into_iter().next_back())
    }

    /// All that the patches of a machine set at a path, each after those that it takes the place of.
    fn all_patched(&self, tree: &Tree, machine: Machine, path: &[&str]) -> Option<Vec<Node>> {
        let mut values = Vec::new();
        for part in [Some(self.root), self.role(machine)?, Some(machine.node)].into_iter().flatten() {
            if part.get("configPatches").or(part.get("inlinePatch")).is_some() {
                return None;
            }
            for patch in part.items_at(&["patches"]) {
                for config in patch_documents(tree, self.file, patch)? {
                    if operations(&config).any(|operation| is_inside(operation, path)) {
                        return None;
                    }
                    values.extend(config.at(path).cloned());
                }
            }
        }
        Some(values)
    }

    /// What is said of all machines of the same role; `None` where its role is not known.
    fn role(&self, machine: Machine) -> Option<Option<&'a Node>> {
        Some(self.root.get(if machine.is_control_plane()? { "controlPlane" } else { "worker" }))
    }

    /// The labels that each machine is given, as far as that is known of all of them.
    pub fn labels(&self, tree: &Tree) -> Option<Vec<Labels>> {
        self.machines().map(|machine| self.labels_of(tree, machine)).collect()
    }

    fn labels_of(&self, tree: &Tree, machine: Machine) -> Option<Labels> {
        let mut labels = Labels::new();
        let patched = self.all_patched(tree, machine, &["machine", "nodeLabels"])?;
        let own =
            [self.role(machine)?, Some(machine.node)].into_iter().flatten().filter_map(|part| part.get("nodeLabels"));
        for entry in own.chain(&patched).flat_map(Node::entries) {
            let value = if entry.value.is_null() { Some("") } else { entry.value.literal() };
            labels.insert(entry.key.literal()?.to_owned(), value.map(str::to_owned));
        }
        if machine.is_control_plane()? {
            labels.entry("node-role.kubernetes.io/control-plane".to_owned()).or_insert(Some(String::new()));
        }
        // A name with a domain may be cut.
        let name = machine.node.get("hostname").and_then(Node::literal).filter(|name| !name.contains('.'));
        labels.insert("kubernetes.io/hostname".to_owned(), name.map(str::to_owned));
        Some(labels)
    }
}

/// The labels of a machine; a value that is not known is `None`.
pub type Labels = BTreeMap<String, Option<String>>;

/// Whether an operation of a JSON patch is about what is at a path, above or below.
fn is_inside(operation: &Node, path: &[&str]) -> bool {
    let place = operation.text_at(&["path"]).unwrap_or("").trim_start_matches('/');
    place.split('/').zip(path).all(|(part, key)| part == *key)
}

/// A network: its first bits, and how many of them count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    bits: u32,
    length: u32,
}

impl Network {
    /// Reads `192.0.2.0/24`; a lone address is a network of its own. Only the fourth version is read.
    pub fn read(text: &str) -> Option<Network> {
        let (address, length) = text.trim().split_once('/').unwrap_or((text.trim(), "32"));
        let length = length.parse().ok().filter(|length| *length <= 32)?;
        Some(Network { bits: u32::from(address.parse::<Ipv4Addr>().ok()?), length })
    }

    /// Whether some address is in both.
    pub fn overlaps(self, other: Network) -> bool {
        let common = 32 - self.length.min(other.length);
        self.bits.checked_shr(common).unwrap_or(0) == other.bits.checked_shr(common).unwrap_or(0)
    }
}

impl<'a> Machine<'a> {
    /// Its interfaces.
    pub fn interfaces(self) -> &'a [Node] {
        self.node.items_at(&["networkInterfaces"])
    }

    /// Whether it is a node of the control plane; `None` where that is not known.
    pub fn is_control_plane(&self) -> Option<bool> {
        match self.node.get("controlPlane") {
            // Another spelling is a mistake, and says what was meant.
            None => {
                let meant = |key: &str| key.eq_ignore_ascii_case("controlPlane");
                let misspelt = self.node.entries().iter().any(|entry| entry.key.text().is_some_and(meant));
                (!misspelt).then_some(false)
            }
            Some(node) if node.is_true() => Some(true),
            Some(node) if node.is_false() => Some(false),
            Some(_) => None,
        }
    }

    /// The addresses that its interfaces share with other nodes.
    pub fn shared_addresses(self) -> impl Iterator<Item = &'a Node> {
        shared_addresses(self.node)
    }

    /// The addresses that it alone has, each with its place.
    pub fn addresses(&self) -> Vec<(IpAddr, &'a Node)> {
        let written = self.node.get("ipAddress").into_iter();
        let interfaces = self.node.items_at(&["networkInterfaces"]).iter();
        let written = written.chain(interfaces.flat_map(|interface| interface.items_at(&["addresses"])));
        let addresses = |node: &'a Node| {
            let texts = node.literal().unwrap_or("").split(',').map(|text| text.split('/').next().unwrap_or(text));
            texts.filter_map(|text| text.trim().parse().ok()).map(move |address| (address, node)).collect::<Vec<_>>()
        };
        written.flat_map(addresses).collect()
    }
}

/// The addresses in the interfaces of a node, or of all nodes of a role, that several nodes share.
pub fn shared_addresses(settings: &Node) -> impl Iterator<Item = &Node> {
    shared_by(settings.items_at(&["networkInterfaces"]).iter())
}

/// The addresses of interfaces that several nodes share.
pub fn shared_by<'a>(interfaces: impl Iterator<Item = &'a Node>) -> impl Iterator<Item = &'a Node> {
    let links = interfaces.flat_map(|interface| std::iter::once(interface).chain(interface.items_at(&["vlans"])));
    links.filter_map(|link| link.at(&["vip", "ip"]))
}
