use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Entry;
use regex::Regex;
use std::sync::LazyLock;

/// A template of an ExternalSecret that uses a key which is not fetched.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

/// What stands between `{{` and `}}`, a text in quotes, a field of the fetched data.
static PARTS: LazyLock<Option<[Regex; 3]>> = LazyLock::new(|| {
    let regex = |pattern| Regex::new(pattern).ok();
    let quoted = r#""(?:[^"\\]|\\.)*"|`[^`]*`"#;
    Some([regex(r"(?s)\{\{(.*?)\}\}")?, regex(quoted)?, regex(r"(?:^|[\s(|-])\.([A-Za-z_][A-Za-z0-9_]*)")?])
});

fn check(cluster: &Cluster) -> Vec<Finding> {
    let secrets = cluster.applied().filter(|(_, resource)| resource.is("external-secrets.io", "ExternalSecret"));
    secrets.flat_map(|(_, resource)| findings(resource)).collect()
}

fn findings(resource: &Resource) -> Vec<Finding> {
    let node = &resource.node;
    let data = node.items_at(&["spec", "data"]);
    let keys: Vec<&str> = data.iter().filter_map(|item| item.get("secretKey")?.literal()).collect();
    if keys.is_empty() || keys.len() != data.len() || !node.items_at(&["spec", "dataFrom"]).is_empty() {
        return Vec::new();
    }
    let templates = node.entries_at(&["spec", "target", "template", "data"]).iter();
    templates.flat_map(|template| unknown(template, &keys)).collect()
}

fn unknown(template: &Entry, keys: &[&str]) -> Vec<Finding> {
    let mut fields = template.value.known().and_then(fields).unwrap_or_default();
    fields.retain(|field| !keys.contains(&field.as_str()));
    let help = |field: &str| match nearest(field, keys.iter().copied()) {
        Some(near) => did_you_mean(format_args!(".{near}")),
        None => format!("`data` fetches {}", keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
    };
    let finding = |field: String| {
        let message = format!("the template uses `.{field}`, which this ExternalSecret does not fetch");
        Finding::new(template.key.span, message).help(help(&field))
    };
    fields.into_iter().map(finding).collect()
}

/// The fields of the fetched data that a template uses; `None` where what `.` stands for may change.
fn fields(template: &str) -> Option<Vec<String>> {
    let [actions, quoted, field] = PARTS.as_ref()?;
    let mut found = Vec::new();
    for action in actions.captures_iter(template) {
        let action = quoted.replace_all(action.get(1)?.as_str(), "\"\"").into_owned();
        let changes = |word: &str| matches!(word, "range" | "with" | "define" | "block" | "template");
        if action.contains(['$', '/']) || action.split(|letter: char| !letter.is_alphanumeric()).any(changes) {
            return None;
        }
        found.extend(field.captures_iter(&action).filter_map(|field| Some(field.get(1)?.as_str().to_owned())));
    }
    found.sort();
    found.dedup();
    Some(found)
}
