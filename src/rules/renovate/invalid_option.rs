use crate::diagnostic::Finding;
use crate::formats::renovate::{KNOWN, age_fault, schedule_fault};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::{Entry, Mode, Node, Resolved};

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
        found.extend(fault(name, entry));
        if !KNOWN.free.contains(name) {
            options(&entry.value, found);
        }
    }
    node.items().iter().for_each(|item| options(item, found));
}

fn fault(name: &str, entry: &Entry) -> Option<Finding> {
    let value = &entry.value;
    let text = value.text().unwrap_or("");
    // A preset fills in what it is given.
    if value.is_null() || text.contains("{{") {
        return None;
    }
    let type_of = value.resolve(Mode::Yaml12);
    let wanted = match name {
        "minimumReleaseAge" | "schedule" | "automergeSchedule" => return time_fault(name, value),
        _ if KNOWN.booleans.contains(name) => {
            let is_one = matches!(type_of, Some(Resolved::Bool(_))) || matches!(text, "true" | "false");
            (!is_one).then_some("`true` or `false`")
        }
        _ if KNOWN.integers.contains(name) => {
            (!matches!(type_of, Some(Resolved::Int(_) | Resolved::Float(_)))).then_some("a number")
        }
        _ if KNOWN.lists.contains(name) => (!value.is_seq()).then_some("a list"),
        _ => None,
    };
    let message = format!("`{name}` must be {}", wanted?);
    Some(
        Finding::new(value.span, message)
            .help("Renovate refuses the whole configuration: change the value, or remove the option"),
    )
}

/// What is wrong with a schedule or an age.
fn time_fault(name: &str, value: &Node) -> Option<Finding> {
    if name == "minimumReleaseAge" {
        let (text, fault) = value.text().and_then(|text| Some((text, age_fault(text)?)))?;
        let message = format!("Renovate ignores the age `{text}`: {fault}");
        return Some(Finding::new(value.span, message).help("write a number and a unit: `3 days`"));
    }
    let entries = value.items().iter().chain(std::iter::once(value).filter(|value| !value.is_seq()));
    let (entry, fault) = entries.filter_map(|entry| Some((entry, schedule_fault(entry.text()?)?))).next()?;
    let message = format!("Renovate cannot read the schedule `{}`: {fault}", entry.text()?);
    Some(
        Finding::new(entry.span, message)
            .help("write words such as `before 5am on monday`, or a cron expression such as `* 0-4 * * 1`"),
    )
}
