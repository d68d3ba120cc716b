use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::{Mode, Resolved};

/// A node port outside of the range that the API server hands out.
pub const RULE: Rule = Rule::error(check);

/// The default of the API server's `--service-node-port-range`.
const RANGE: std::ops::RangeInclusive<i128> = 30_000..=32_767;

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for resource in file.resources().iter().filter(|resource| resource.is("", "Service") || resource.is_helm_release())
    {
        resource.node.walk_entries(&mut |entry| {
            // Charts take 0 and nothing for "none".
            if entry.key.text() == Some("nodePort")
                && let Some(Resolved::Int(port)) = entry.value.resolve(Mode::Yaml11)
                && port != 0
                && !RANGE.contains(&port)
            {
                let message = format!("node port {port} is out of range");
                let help = format!("the API server takes {} to {}", RANGE.start(), RANGE.end());
                found.push(Finding::new(entry.value.span, message).help(help));
            }
        });
    }
    let widened = |file: &File| file.source.text.contains("service-node-port-range");
    if found.is_empty() || repo.tree().files().iter().any(widened) { Vec::new() } else { found }
}
