use crate::diagnostic::Finding;
use crate::formats::talconfig::{Talconfig, shared_addresses, shared_by};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// An address that nodes share, on a worker.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let configs = file.roots_of(Role::MachineConfig);
    let workers = configs.filter(|config| config.text_at(&["machine", "type"]) == Some("worker"));
    let written = workers.flat_map(|config| config.items_at(&["machine", "network", "interfaces"]));
    let written = shared_by(written).map(|address| finding(address, "this"));
    Talconfig::within(file, repo.tree()).flat_map(findings).chain(written).collect()
}

fn finding(address: &Node, machine: &str) -> Finding {
    Finding::new(address.span, format!("{machine} is no control plane node: Talos refuses a shared address there"))
}

fn findings(talconfig: Talconfig) -> Vec<Finding> {
    // Without a control plane that is what is wrong.
    if talconfig.control_plane().is_some_and(|nodes| nodes.is_empty()) {
        return Vec::new();
    }
    let workers = talconfig.machines().filter(|machine| machine.is_control_plane() == Some(false));
    let named =
        |machine: &Node| machine.text_at(&["hostname"]).map_or("a worker".to_owned(), |name| format!("`{name}`"));
    let of_role = talconfig.root.get("worker").filter(|_| talconfig.has_workers());
    let of_role = of_role.into_iter().flat_map(shared_addresses).map(|address| (address, "a worker".to_owned()));
    let own = workers.flat_map(|machine| machine.shared_addresses().map(move |address| (address, named(machine.node))));
    of_role.chain(own).map(|(address, name)| finding(address, &name)).collect()
}
