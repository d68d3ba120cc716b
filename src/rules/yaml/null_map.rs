use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Entry;

/// A key that takes a mapping or list and has nothing below it.
pub const RULE: Rule = Rule::info(check);

/// Keys that hold a mapping or list wherever Kubernetes and its charts use them, and change something by being empty.
const COLLECTIONS: [&str; 7] =
    ["matchLabels", "nodeSelector", "env", "envFrom", "hostnames", "tolerations", "parentRefs"];

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for resource in file.resources() {
        resource.node.walk_entries(&mut |entry| found.extend(finding(file, entry)));
    }
    found
}

fn finding(file: &File, entry: &Entry) -> Option<Finding> {
    let key = entry.key.text().filter(|key| COLLECTIONS.contains(key))?;
    // An explicit `null` is Helm's way to remove a default.
    if !entry.value.is_absent() || !file.source.slice(entry.key.span).starts_with(key) {
        return None;
    }
    let line = file.source.line(entry.key.span.start);
    let alone = file.source.line_text(line).trim() == format!("{key}:");
    let finding = Finding::new(entry.key.span, format!("`{key}` is empty: nothing is indented below it"));
    let finding = finding.help("remove the key, or indent what belongs to it");
    if !alone {
        return Some(finding);
    }
    // In a patch or in values the empty key removes what it would have overridden.
    let range = file.source.line_range(line);
    Some(finding.unsafe_fix("remove the key", file.source.span(range.start..range.end + 1), ""))
}
