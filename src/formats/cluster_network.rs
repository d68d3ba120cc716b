//! What a talconfig says of the network of its cluster.

use super::talos::machine_configs;
use crate::kubernetes::network::Range;
use crate::resource::{File, Role, Tree};
use crate::yaml::{Node, from_table};
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::LazyLock;

/// `schemas/network.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Table {
    prism: u16,
    api_server: u16,
    local: Vec<SmolStr>,
    charts: BTreeMap<SmolStr, ChartNetwork>,
}

/// The dotted paths of the values in which a chart tells of the network.
#[derive(Debug, Default, Deserialize)]
pub struct ChartNetwork {
    /// The network in which packets keep their address.
    pub native: SmolStr,
    /// Where pods get their address from.
    pub pools: SmolStr,
    /// Who hands it out.
    pub mode: SmolStr,
    /// The mode in which Kubernetes does.
    pub kubernetes: SmolStr,
    /// The host of the API server.
    pub host: SmolStr,
    /// Its port.
    pub port: SmolStr,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| from_table(include_str!("../../schemas/network.yaml")));

/// What a chart tells of the network; `None` for one that has nothing to do with it.
pub fn of_chart(name: &str) -> Option<&'static ChartNetwork> {
    TABLE.charts.get(name)
}

/// Whether a host is the node itself.
pub fn is_local(host: &str) -> bool {
    TABLE.local.iter().any(|local| local == host)
}

/// The network of a Talos cluster.
#[derive(Debug)]
pub struct ClusterNetwork<'a> {
    /// The networks of its pods, as written.
    pub pods: Vec<(&'a Node, Range)>,
    /// The networks of its Services, as written.
    pub services: Vec<(&'a Node, Range)>,
    /// The addresses of its nodes.
    pub nodes: Vec<(&'a Node, IpAddr)>,
    tree: &'a Tree,
    talconfig: &'a File,
}

impl<'a> ClusterNetwork<'a> {
    /// The network that the only talconfig of a repository describes.
    pub fn of(tree: &'a Tree) -> Option<Self> {
        let shown = |(file, _): &(&File, &Node)| !file.is_set_aside() && !file.is_example();
        let all = tree.files().iter().flat_map(|file| file.roots_of(Role::Talconfig).map(move |root| (file, root)));
        let mut talconfigs = all.filter(shown).fuse();
        let (file, root) = talconfigs.next().filter(|_| talconfigs.next().is_none())?;
        let ranges = |field: &str| {
            let items = root.items_at(&[field]).iter();
            let ranges: Option<Vec<(&Node, Range)>> =
                items.map(|item| Some((item, Range::cidr(item.literal()?)?))).collect();
            ranges.unwrap_or_default()
        };
        let nodes = root.items_at(&["nodes"]).iter().filter_map(|node| node.get("ipAddress"));
        let nodes = nodes.flat_map(|node| {
            let texts = node.literal().unwrap_or("").split(',');
            texts.filter_map(move |text| Some((node, text.trim().parse().ok()?))).collect::<Vec<_>>()
        });
        let (pods, services) = (ranges("clusterPodNets"), ranges("clusterSvcNets"));
        Some(ClusterNetwork { pods, services, nodes: nodes.collect(), tree, talconfig: file })
    }

    /// The ports at which a node itself answers for the API server; `None` where that is not known.
    pub fn ports(&self) -> Option<BTreeSet<u16>> {
        let mut ports = BTreeSet::from([TABLE.prism, TABLE.api_server]);
        let folder = self.talconfig.source.folder();
        for config in self.tree.below(folder).flat_map(|file| machine_configs(file, self.tree)) {
            // A list of operations may say anything.
            if config.is_seq() {
                return None;
            }
            if let Some(port) = config.at(&["machine", "features", "kubePrism", "port"]) {
                ports.insert(port.literal()?.parse().ok()?);
            }
        }
        Some(ports)
    }
}
