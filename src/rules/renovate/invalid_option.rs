use crate::diagnostic::Finding;
use crate::formats::renovate::{NAMES, age_fault, schedule_fault, wanted_type};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// An option of Renovate's configuration whose value it refuses or ignores.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    file.roots_of(Role::Renovate).for_each(|config| options(config, &mut found));
    found
}

fn options(node: &Node, found: &mut Vec<Finding>) {
    for entry in node.entries() {
        let name = entry.key.text().unwrap_or("");
        found.extend(fault(name, &entry.value));
        if !NAMES.free.contains(name) {
            options(&entry.value, found);
        }
    }
    node.items().iter().for_each(|item| options(item, found));
}

fn fault(name: &str, value: &Node) -> Option<Finding> {
    match name {
        "minimumReleaseAge" => {
            let (text, fault) = value.literal().and_then(|text| Some((text, age_fault(text)?)))?;
            let message = format!("Renovate ignores the age `{text}`: {fault}");
            Some(Finding::new(value.span, message).help("write a number and a unit: `3 days`"))
        }
        "schedule" | "automergeSchedule" => {
            let entries = value.items().iter().chain(std::iter::once(value).filter(|value| !value.is_seq()));
            let (entry, fault) = entries.filter_map(|entry| Some((entry, schedule_fault(entry.literal()?)?))).next()?;
            let message = format!("Renovate cannot read the schedule `{}`: {fault}", entry.text()?);
            let help = "write words such as `before 5am on monday`, or a cron expression such as `* 0-4 * * 1`";
            Some(Finding::new(entry.span, message).help(help))
        }
        _ => {
            let message = format!("`{name}` must be {}", wanted_type(name, value)?);
            let help = "correct the value, or remove the option: Renovate refuses the whole configuration";
            Some(Finding::new(value.span, message).help(help))
        }
    }
}
