use crate::diagnostic::Finding;
use crate::formats::talconfig::{Machine, Network, Talconfig};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Node;

/// A gateway in none of the networks of its interface.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let machines = Talconfig::within(file, repo.tree()).flat_map(|talconfig| talconfig.machines().collect::<Vec<_>>());
    let mut found: Vec<Finding> = machines.flat_map(Machine::interfaces).flat_map(findings).collect();
    // Nodes may repeat their routes by an alias.
    found.sort_by_key(|finding| finding.span);
    found.dedup_by_key(|finding| finding.span);
    found
}

fn findings(interface: &Node) -> Vec<Finding> {
    let addresses = interface.items_at(&["addresses"]);
    let networks: Option<Vec<Network>> = addresses.iter().map(|node| Network::read(node.literal()?)).collect();
    let routes = interface.items_at(&["routes"]);
    // A router or another route may make the gateway known.
    let told = interface.get("dhcp").is_some_and(|dhcp| !dhcp.is_false())
        || routes.iter().any(|route| route.get("network").is_some() && route.get("gateway").is_none());
    let Some(networks) = networks.filter(|networks| !networks.is_empty() && !told) else { return Vec::new() };
    let finding = |route: &Node| {
        let gateway = route.get("gateway")?;
        let address = Network::read(gateway.literal()?)?;
        let near = addresses.first().filter(|_| !networks.iter().any(|network| network.overlaps(address)))?;
        let message = format!("`{}` is in no network of the interface: the node cannot reach it", gateway.text()?);
        Some(Finding::new(gateway.span, message).related(near.span, "the interface has this address"))
    };
    routes.iter().filter_map(finding).collect()
}
