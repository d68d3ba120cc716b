use crate::diagnostic::{Finding, did_you_mean};
use crate::formats::renovate::NAMES;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::source::within;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// A misspelt option, value of an option, manager or datasource in Renovate's configuration.
pub const RULE: Rule = Rule::warning(check);

/// Letters in which a name may differ from the one that is meant: there may be names newer than the table.
const MOST: usize = 2;

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    file.roots_of(Role::Renovate).flat_map(findings).collect()
}

fn findings(config: &Node) -> Vec<Finding> {
    let rules = ["packageRules", "customManagers"].into_iter().flat_map(|key| config.items_at(&[key]));
    let parts: Vec<&Node> = rules.chain([config]).collect();
    let options = parts.iter().flat_map(|part| part.entries()).map(|entry| &entry.key);
    let listed = |key: &'static str| parts.iter().flat_map(move |part| part.items_at(&[key]));
    let values = NAMES.values.iter().flat_map(|(option, known)| {
        let given = parts.iter().filter_map(|part| part.get(option));
        let words = given.flat_map(|value| std::slice::from_ref(value).iter().chain(value.items()));
        words.filter_map(|word| misspelt(word, option, known))
    });
    let managers = listed("matchManagers").chain(listed("enabledManagers"));
    let options =
        options.filter(|key| key.text().is_some_and(|name| !name.starts_with('$') && !NAMES.managers.contains(name)));
    options
        .filter_map(|key| misspelt(key, "option", &NAMES.options))
        .chain(managers.filter_map(|name| misspelt(name, "manager", &NAMES.managers)))
        .chain(values)
        .chain(listed("extends").filter_map(|name| misspelt(name, "preset", &NAMES.presets)))
        .chain(listed("matchDatasources").filter_map(|name| misspelt(name, "datasource", &NAMES.datasources)))
        .collect()
}

fn misspelt(node: &Node, what: &str, known: &BTreeSet<String>) -> Option<Finding> {
    let name = node
        .literal()
        .map(|name| name.split('(').next().unwrap_or(name))
        .filter(|name| !known.contains(*name) && name.len() > 2 * MOST)?;
    let near = within(MOST, name, known.iter().map(String::as_str))?;
    let finding = Finding::new(node.span, format!("Renovate has no {what} `{name}`"));
    Some(finding.help(did_you_mean(near)))
}
