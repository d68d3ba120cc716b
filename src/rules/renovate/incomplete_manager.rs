use crate::diagnostic::Finding;
use crate::formats::renovate::{NAMES, regex_managers};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// A custom manager that does not say what it extracts.
pub const RULE: Rule = Rule::error(check);

/// What it has to extract: one of each.
const NEEDED: [&[&str]; 3] = [&["currentValue", "currentDigest"], &["datasource"], &["depName", "packageName"]];

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let managers = || file.roots_of(Role::Renovate).flat_map(regex_managers);
    managers().filter_map(finding).chain(managers().flat_map(foreign)).collect()
}

/// Fields that no custom manager has; a name close to one is said elsewhere.
fn foreign(manager: &Node) -> impl Iterator<Item = Finding> {
    let fields = manager.entries().iter().filter_map(|entry| Some((entry.key.text()?, entry.key.span)));
    let foreign = fields.filter(|(name, _)| NAMES.options.contains(*name) && !NAMES.custom_manager.contains(*name));
    foreign.map(|(name, span)| {
        let help = "set it in `packageRules`, or as a template of the custom manager";
        Finding::new(span, format!("a custom manager has no field `{name}`")).help(help)
    })
}

fn finding(manager: &Node) -> Option<Finding> {
    let Some(strings) = manager.get("matchStrings").filter(|strings| !strings.items().is_empty()) else {
        let finding = Finding::new(manager.span.before(), "this custom manager has no `matchStrings`");
        return Some(finding.help("add the expressions that find versions"));
    };
    let captures = |field: &str| {
        let group = format!("(?<{field}>");
        let captured = strings.items().iter().any(|text| text.text().is_none_or(|text| text.contains(&group)));
        captured || manager.get(&format!("{field}Template")).is_some()
    };
    let missing = NEEDED.iter().filter(|fields| !fields.iter().any(|field| captures(field)));
    let missing: Vec<&str> = missing.filter_map(|fields| fields.first().copied()).collect();
    let first = missing.first()?;
    let message = format!("no pattern of this custom manager captures `{}`", missing.join("`, `"));
    Some(Finding::new(strings.span, message).help(format!("add a group `(?<{first}>…)`, or `{first}Template`")))
}
