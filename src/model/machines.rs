//! What machines are told, beside what runs on them.

use crate::formats::talos::{Plugin, TABLE};
use crate::model::inventory::Installation;
use crate::model::repo::Repo;

/// The network plug-in that every cluster of a repository installs by a chart, on no other one.
#[derive(Debug, Clone, Copy)]
pub struct Network<'a> {
    /// Its chart.
    pub plugin: &'static Plugin,
    /// Its release in one of the clusters.
    pub release: &'a Installation,
    /// Whether it does what kube-proxy does.
    pub is_proxy: bool,
}

/// The network plug-in of all clusters of a repository, where they have one.
pub fn network(repo: &Repo) -> Option<Network<'_>> {
    let plugin = |release: &&Installation| {
        TABLE.plugins.iter().find(|plugin| release.release.chart.known_name() == Some(plugin.chart.as_str()))
    };
    let networks = repo.inventories().iter().map(|inventory| {
        let release = inventory.releases.iter().find(|release| plugin(release).is_some())?;
        let plugin = plugin(&release)?;
        let value = |path: &Option<String>| {
            let path: Vec<&str> = path.as_ref()?.split('.').collect();
            release.release.values.at(&path)
        };
        let is_proxy = value(&plugin.as_proxy).is_some_and(|node| matches!(node.literal(), Some("true" | "strict")));
        let alone = value(&plugin.beside).is_none() && !release.release.partial;
        alone.then_some(Network { plugin, release, is_proxy })
    });
    let networks: Option<Vec<Network>> = networks.collect();
    networks?.into_iter().next()
}
