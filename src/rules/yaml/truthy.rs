use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Resource};
use crate::rule::Rule;
use crate::schema::FaultKind;
use crate::yaml::{Mode, Node, Resolved};

/// A plain `yes` or `on` where the API server wants a string and reads a boolean.
pub const RULE: Rule = Rule::error(check);

/// What to do where the quotes are there, and do not last.
const UNQUOTED: &str = "kustomize removes quotes that `${…}` does not need, and Flux replaces it after that: define \
                        `quote: '\"'` under `substitute` and write `${quote}${…}${quote}`";

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let mut found = repo.schema_findings(file, FaultKind::Truthy);
    for finding in found.iter_mut().filter(|finding| file.source.slice(finding.span).contains("${")) {
        finding.help = Some(UNQUOTED.to_owned());
    }
    // kustomize reads `yes` as a text and writes it with quotes; who applies the file as it is reads a boolean.
    let mode = if repo.validation().file_uses.is_kustomized() { Mode::Yaml12 } else { Mode::Yaml11 };
    let more = file.resources().iter().flat_map(strings).filter_map(|node| finding(&node, mode));
    found.extend(more.filter(|finding| !found.iter().any(|known| known.span == finding.span)).collect::<Vec<_>>());
    found
}

/// Values that must be strings wherever they stand: labels, annotations, data, environment variables.
fn strings(resource: &Resource) -> Vec<Node> {
    let root = &resource.node;
    let mut found = Vec::new();
    if resource.is("", "ConfigMap") || resource.is("", "Secret") {
        for key in ["data", "stringData"] {
            found.extend(root.entries_at(&[key]).iter().map(|entry| entry.value.clone()));
        }
    }
    for key in ["labels", "annotations"] {
        found.extend(root.entries_at(&["metadata", key]).iter().map(|entry| entry.value.clone()));
    }
    if !resource.is_helm_release() {
        root.walk_entries(&mut |entry| {
            let variables =
                entry.value.items().iter().filter(|item| entry.key.text() == Some("env") && item.get("name").is_some());
            found.extend(variables.filter_map(|variable| variable.get("value").cloned()));
        });
    }
    found
}

fn finding(node: &Node, mode: Mode) -> Option<Finding> {
    let Some(Resolved::Bool(truth)) = node.resolve(mode) else { return None };
    let text = node.known()?;
    let message = format!("`{text}` is read as the boolean {truth}, but a string is required here");
    Some(Finding::new(node.span, message).help("quote it").safe_fix(
        "quote the value",
        node.span,
        format!("\"{text}\""),
    ))
}
