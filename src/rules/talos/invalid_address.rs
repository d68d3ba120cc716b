use crate::diagnostic::Finding;
use crate::formats::talos::{TABLE, machine_configs};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::{Entry, Node};
use std::net::Ipv4Addr;

/// Four numbers in the place of an address, of which one is too large.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let configs = machine_configs(file, repo.tree());
    let mut found = Vec::new();
    for root in configs.iter().chain(file.roots_of(Role::Talconfig)) {
        root.walk_entries(&mut |Entry { key, value }| {
            if key.text() == Some("hardwareAddr") {
                found.extend(hardware(value));
            }
            if key.text().is_some_and(|key| TABLE.addresses.contains(key)) {
                let values = if value.is_seq() { value.items() } else { std::slice::from_ref(value) };
                found.extend(values.iter().filter_map(finding));
            }
        });
    }
    found
}

fn finding(node: &Node) -> Option<Finding> {
    let wrong = node.literal()?.split(',').map(str::trim).find(|text| is_wrong(text.trim_start_matches('!')))?;
    let message = match wrong.split_once('/') {
        Some((address, _)) if !is_wrong(address) => format!("`{wrong}` is no network: the prefix is longer than 32"),
        _ => format!("`{wrong}` is no address: each of its numbers is 255 at most"),
    };
    Some(Finding::new(node.span, message))
}

/// What is wrong with the address of a network card; one with a star stands for several.
fn hardware(node: &Node) -> Option<Finding> {
    let text = node.literal().filter(|text| !text.contains(['*', '?', '[']))?;
    let is_pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pairs: Vec<&str> = text.split([':', '-']).collect();
    let valid = matches!(pairs.len(), 6 | 8 | 20) && pairs.iter().all(|pair| is_pair(pair));
    (!valid).then(|| Finding::new(node.span, format!("`{text}` is no address of a network card")))
}

/// Whether a text has the form of an address or network, and is none.
fn is_wrong(text: &str) -> bool {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let formed = address.split('.').count() == 4 && address.split('.').all(is_number) && prefix.is_none_or(is_number);
    let in_range = |prefix: &str| prefix.parse::<u8>().is_ok_and(|length| length <= 32);
    let large = |part: &str| part.parse::<u8>().is_err();
    let valid = address.parse::<Ipv4Addr>().is_ok() || !address.split('.').any(large);
    formed && !(valid && prefix.is_none_or(in_range))
}
