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
    let mut first: BTreeMap<(&str, String), (usize, &Node)> = BTreeMap::new();
    let mut found = Vec::new();
    let named =
        nodes.iter().enumerate().flat_map(|(index, node)| names(node).into_iter().map(move |name| (index, name)));
    for (index, (key, value)) in named {
        // Texts with the same variables are the same.
        let Some(text) = value.known().filter(|text| !text.is_empty() && !text.contains('*')) else { continue };
        let (owner, other) = *first.entry((key, text.to_lowercase())).or_insert((index, value));
        if owner != index {
            let message = format!("another node has the {key} `{text}` already");
            found.push(Finding::new(value.span, message).related(other.span, "first here"));
        }
    }
    found
}

/// What only one node can have.
fn names(node: &Node) -> Vec<(&'static str, &Node)> {
    let of_node = ["hostname", "ipAddress"].into_iter().filter_map(|key| Some((key, node.get(key)?)));
    let mut names: Vec<(&str, &Node)> = of_node.collect();
    node.walk_entries(&mut |entry| {
        names.extend((entry.key.text() == Some("hardwareAddr")).then_some(("hardwareAddr", &entry.value)));
    });
    names
}
