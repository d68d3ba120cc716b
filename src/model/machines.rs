//! What machines are told, beside what runs on them.

use crate::formats::talconfig::{Labels, Talconfig};
use crate::formats::talos::{Plugin, TABLE, machine_configs};
use crate::model::inventory::Installation;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::source::{Span, is_slip};
use crate::yaml::{Entry, Node};

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

/// Where the machine configs in a file leave on what the cluster brings itself: where they say so, and talconfigs that
/// do not turn it off on every node of the control plane.
pub fn left_on(file: &File, repo: &Repo, field: &[&str]) -> Vec<Span> {
    let configs = machine_configs(file, repo.tree());
    let said =
        configs.iter().filter_map(|config| config.at(field).filter(|node| node.is_false())).map(|node| node.span);
    let unsaid = |talconfig: Talconfig| {
        let controlling = talconfig.control_plane()?.into_iter();
        let told = controlling.map(|machine| talconfig.patched(repo.tree(), machine, field));
        let told: Vec<Option<Node>> = told.collect::<Option<_>>()?;
        let place = talconfig.root.entry("cniConfig").or_else(|| talconfig.root.entries().first())?;
        told.iter().any(Option::is_none).then_some(place.key.span)
    };
    said.chain(Talconfig::within(file, repo.tree()).filter_map(unsaid)).collect()
}

/// The release of a chart that every cluster of a repository installs.
pub fn installed<'a>(repo: &'a Repo, chart: &str) -> Option<&'a Installation> {
    let releases = repo
        .inventories()
        .iter()
        .map(|inventory| inventory.releases.iter().find(|release| release.release.chart.known_name() == Some(chart)));
    releases.collect::<Option<Vec<_>>>()?.into_iter().next()
}

/// The talconfig of the only cluster of a repository: with several, nothing says which is whose.
pub fn only_talconfig(repo: &Repo) -> Option<Talconfig<'_>> {
    let mut all = Talconfig::all(repo.tree()).filter(|_| repo.fleet().clusters.len() == 1);
    all.next().filter(|_| all.next().is_none())
}

/// What was meant by a label that no machine has.
#[derive(Debug)]
pub enum Meant<'a> {
    /// This key, from which it differs by a slip of the fingers.
    Key(&'a str),
    /// One of the values that machines have.
    Values(Vec<&'a str>),
}

/// The machines of a cluster, by their labels.
#[derive(Debug)]
pub struct Machines(Vec<Labels>);

impl Machines {
    /// The machines of the only cluster of a repository, where the labels of all of them are known.
    pub fn of(repo: &Repo) -> Option<Machines> {
        only_talconfig(repo)?.labels(repo.tree()).map(Machines)
    }

    /// How many machines have these labels, at most: whoever adds labels later may give them others.
    pub fn at_most(&self, selector: Option<&Node>) -> usize {
        let asked = selector.map_or(&[][..], Node::entries);
        let may_have = |machine: &&Labels| {
            asked.iter().all(|label| match label.key.literal() {
                Some(key) if self.0.iter().any(|other| other.contains_key(key)) => {
                    let value = machine.get(key);
                    value.is_some_and(|value| {
                        value.is_none() || label.value.literal().is_none_or(|own| value.as_deref() == Some(own))
                    })
                }
                _ => true,
            })
        };
        self.0.iter().filter(may_have).count()
    }

    /// What was meant by a label that no machine has; `None` where one may have it.
    pub fn meant(&self, label: &Entry) -> Option<Meant<'_>> {
        let (key, value) = label.key.literal().zip(label.value.literal())?;
        let values: Vec<&Option<String>> = self.0.iter().filter_map(|machine| machine.get(key)).collect();
        if !values.is_empty() {
            let values: Option<Vec<&str>> = values.into_iter().map(|value| value.as_deref()).collect();
            return values.filter(|values| !values.contains(&value)).map(Meant::Values);
        }
        let keys = self.0.iter().flatten().map(|(key, _)| key).chain(&TABLE.node_labels);
        let known = TABLE.node_labels.contains(key);
        keys.filter(|other| !known && is_slip(key, other)).map(|key| Meant::Key(key)).next()
    }
}
