use crate::diagnostic::Finding;
use crate::formats::talconfig::Talconfig;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Node;
use std::net::IpAddr;

/// Control plane nodes that share different addresses.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    Talconfig::within(file, repo.tree()).flat_map(|talconfig| findings(talconfig).unwrap_or_default()).collect()
}

fn findings(talconfig: Talconfig) -> Option<Vec<Finding>> {
    let mut shared: Vec<(IpAddr, &Node)> = Vec::new();
    for machine in talconfig.control_plane()? {
        let mut own = machine.shared_addresses();
        let Some(address) = own.next() else { continue };
        // Who shares several addresses may do it in any way.
        if own.next().is_some() {
            return None;
        }
        shared.push((address.literal()?.parse().ok()?, address));
    }
    let count = |address: &IpAddr| shared.iter().filter(|(other, _)| other == address).count();
    let (usual, place) = shared.iter().rev().max_by_key(|(address, _)| count(address))?;
    let others = shared.iter().filter(|(address, _)| address != usual);
    let finding = |(address, node): &(IpAddr, &Node)| {
        let message = format!("this node shares `{address}`, others of the control plane `{usual}`");
        Finding::new(node.span, message).related(place.span, "another node")
    };
    Some(others.map(finding).collect())
}
