use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Resource, Role};
use crate::rule::Rule;
use crate::yaml::{Entry, Mode, Node, Resolved, go_number};

/// A version that a chart prints differently, because YAML reads it as a number.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for values in values(file) {
        values.walk_entries(&mut |entry| found.extend(finding(entry)));
    }
    found
}

/// The values of charts: a schema judges the fields of all else.
fn values(file: &File) -> Vec<&Node> {
    let name = file.source.name();
    let is_values = name.ends_with("values.yaml") || name.ends_with("values.yml");
    let files = file.roots_of(Role::Other).filter(|_| is_values);
    let releases = file.resources().iter().filter(|resource| resource.is_helm_release());
    files.chain(releases.filter_map(|release: &Resource| release.node.at(&["spec", "values"]))).collect()
}

fn finding(entry: &Entry) -> Option<Finding> {
    let key = entry.key.text()?;
    let text = entry.value.known()?;
    // A whole `version` is the number of a format far more often than a release.
    let number = match (key, entry.value.resolve(Mode::Yaml12)?) {
        ("tag", Resolved::Int(number)) => number as f64,
        ("tag" | "version" | "appVersion", Resolved::Float(number)) => number,
        _ => return None,
    };
    let printed = go_number(number);
    let message = format!("version `{text}` is read as a number, and printed as `{printed}`");
    let finding = Finding::new(entry.value.span, message).help(format!("quote it: `\"{text}\"`"));
    let written = (entry.value.span.end - entry.value.span.start) as usize == text.len();
    match printed != text {
        true if written => Some(finding.unsafe_fix("quote the version", entry.value.span, format!("\"{text}\""))),
        true => Some(finding),
        false => None,
    }
}
