use crate::diagnostic::Finding;
use crate::formats::talconfig::Talconfig;
use crate::formats::talos::{TABLE, moves_api_server};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Node;
use std::net::SocketAddr;

/// An endpoint on a node, at a port where the API server does not listen.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    Talconfig::within(file, repo.tree()).filter_map(|talconfig| finding(talconfig, repo)).collect()
}

fn finding(talconfig: Talconfig, repo: &Repo) -> Option<Finding> {
    let endpoint = talconfig.root.get("endpoint")?;
    let (scheme, address) = endpoint.literal()?.split_once("://")?;
    let address = address.trim_end_matches('/');
    // Without a port it is that of the scheme.
    let port = if scheme == "http" { 80 } else { 443 };
    let with_port = || Some(SocketAddr::new(address.trim_matches(['[', ']']).parse().ok()?, port));
    let address: SocketAddr = address.parse().ok().or_else(with_port)?;
    if scheme == "https" && address.port() == TABLE.port {
        return None;
    }
    // Behind any other address something may translate the port.
    let own = talconfig.machines().find_map(|machine| {
        let mut own = machine.addresses().into_iter();
        let is_shared = |node: &&Node| node.literal().and_then(|text| text.parse().ok()) == Some(address.ip());
        let shared = || machine.shared_addresses().find(is_shared);
        own.find(|(own, _)| *own == address.ip()).map(|(_, node)| node).or_else(shared)
    })?;
    let message = match scheme {
        "https" => format!("the API server listens at port {}, not at {}", TABLE.port, address.port()),
        _ => format!("the API server speaks https, not {scheme}"),
    };
    (!moves_api_server(repo.tree()))
        .then(|| Finding::new(endpoint.span, message).related(own.span, "the address is that of nodes"))
}
