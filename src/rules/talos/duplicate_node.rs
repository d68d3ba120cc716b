use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;
use std::collections::BTreeMap;

/// Two nodes of a talconfig with the same name or address.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let nodes: Vec<&Node> = file.roots_of(Role::Talconfig).flat_map(|root| root.items_at(&["nodes"])).collect();
    ["hostname", "ipAddress"].into_iter().flat_map(|key| duplicates(&nodes, key)).collect()
}

fn duplicates(nodes: &[&Node], key: &str) -> Vec<Finding> {
    let mut first: BTreeMap<&str, &Node> = BTreeMap::new();
    let mut found = Vec::new();
    for value in nodes.iter().filter_map(|node| node.get(key)) {
        let Some(text) = value.literal() else { continue };
        match first.get(text) {
            Some(other) => {
                let message = format!("another node has the {key} `{text}` already");
                found.push(Finding::new(value.span, message).related(other.span, "first here"));
            }
            None => drop(first.insert(text, value)),
        }
    }
    found
}
