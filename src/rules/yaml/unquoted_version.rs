use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::{Entry, Mode, Resolved};

/// A version that YAML reads as a number, so that `1.10` becomes 1.1.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for resource in file.resources() {
        resource.node.walk_entries(&mut |entry| found.extend(finding(entry)));
    }
    found
}

fn finding(entry: &Entry) -> Option<Finding> {
    let key = entry.key.text()?;
    let text = entry.value.known()?;
    let number = match (key, entry.value.resolve(Mode::Yaml12)?) {
        // `version: 1` is the number of a format far more often than a release.
        ("tag", Resolved::Int(number)) if entry.value.span.end - entry.value.span.start == text.len() as u32 => {
            number as f64
        }
        ("tag" | "version" | "targetRevision" | "appVersion", Resolved::Float(number)) => number,
        _ => return None,
    };
    let message = match number.to_string() {
        read if read == text => format!("version `{text}` is read as a number, because it is not quoted"),
        read => format!("version `{text}` is read as the number {read}"),
    };
    let finding = Finding::new(entry.value.span, message).help("quote it: `1.20` and `1.2` are the same number");
    Some(finding.safe_fix("quote the version", entry.value.span, format!("\"{text}\"")))
}
