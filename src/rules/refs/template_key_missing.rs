use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::formats::go_template::fields;
use crate::model::cluster::Cluster;
use crate::resource::Resource;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Entry;

/// A template of an ExternalSecret that uses a key which is not fetched.
pub const RULE: Rule = Rule::cluster(Severity::Error, check);

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
