use crate::diagnostic::Finding;
use crate::formats::talconfig::{Network, Talconfig};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Node;

/// Networks of pods, Services and nodes with addresses in common.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    Talconfig::within(file, repo.tree()).flat_map(findings).collect()
}

fn findings(talconfig: Talconfig) -> Vec<Finding> {
    let networks = |field: &str, of: &'static str| {
        let written = talconfig.root.items_at(&[field]).iter();
        written.filter_map(move |node| Some((Network::read(node.literal()?)?, node, of))).collect::<Vec<_>>()
    };
    let mut all = networks("clusterPodNets", "pods");
    all.extend(networks("clusterSvcNets", "Services"));
    let addresses = talconfig.machines().flat_map(|machine| machine.addresses());
    let nodes = addresses.filter_map(|(address, node)| Some((Network::read(&address.to_string())?, node, "a node")));
    let others: Vec<(Network, &Node, &str)> = all.iter().copied().chain(nodes).collect();
    let finding = |(index, (network, node, of)): (usize, &(Network, &Node, &str))| {
        let mut later = others.iter().skip(index + 1);
        let (_, other, by) = later.find(|(other, _, by)| by != of && network.overlaps(*other))?;
        let message = format!("`{}` is for {of}, and {by} has addresses in it", node.text()?);
        let message = if *by == "Services" { message.replace("has addresses", "have addresses") } else { message };
        Some(Finding::new(node.span, message).related(other.span, "these addresses"))
    };
    all.iter().enumerate().filter_map(finding).collect()
}
