use crate::diagnostic::Finding;
use crate::formats::talconfig::{Talconfig, shared_addresses};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Node;

/// An address that nodes share, on a worker.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    Talconfig::within(file, repo.tree()).flat_map(findings).collect()
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
    let finding = |(address, name): (&Node, String)| {
        Finding::new(address.span, format!("{name} is no control plane node: Talos refuses a shared address there"))
    };
    of_role.chain(own).map(finding).collect()
}
