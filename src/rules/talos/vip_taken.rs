use crate::diagnostic::Finding;
use crate::formats::talconfig::Talconfig;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// An address that the control plane shares and one node has for itself.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    Talconfig::within(file, repo.tree()).flat_map(findings).collect()
}

fn findings(talconfig: Talconfig) -> Vec<Finding> {
    let owners: BTreeMap<IpAddr, &Node> = talconfig.machines().flat_map(|machine| machine.addresses()).collect();
    let shared = talconfig.machines().flat_map(|machine| machine.shared_addresses());
    let finding = |shared: &Node| {
        let address: IpAddr = shared.literal()?.parse().ok()?;
        let owner = owners.get(&address)?;
        let message = format!("`{address}` cannot be shared: a node has it for itself");
        Some(Finding::new(shared.span, message).related(owner.span, "the address of a node"))
    };
    let mut found: Vec<Finding> = shared.filter_map(finding).collect();
    // Nodes may repeat it by an alias.
    found.dedup();
    found
}
