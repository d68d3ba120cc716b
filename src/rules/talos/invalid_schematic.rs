use crate::diagnostic::Finding;
use crate::formats::talos::machine_configs;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// An installer whose schematic is no id of one.
pub const RULE: Rule = Rule::error(check);

/// Digits of a schematic's id.
const DIGITS: usize = 64;

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let configs = machine_configs(file, repo.tree());
    let installed = configs.iter().filter_map(|config| config.at(&["machine", "install", "image"]));
    let talconfigs: Vec<&Node> = file.roots_of(Role::Talconfig).collect();
    let mut images: Vec<&Node> = installed.collect();
    talconfigs.iter().for_each(|root| {
        root.walk_entries(&mut |entry| {
            images.extend((entry.key.text() == Some("talosImageURL")).then_some(&entry.value));
        });
    });
    images.into_iter().filter_map(finding).collect()
}

fn finding(image: &Node) -> Option<Finding> {
    let mut parts = image.literal()?.strip_prefix("factory.talos.dev/")?.split('/');
    let (kind, schematic) = (parts.next()?, parts.next()?);
    let id = schematic.split([':', '@']).next()?;
    let is_id = id.len() == DIGITS && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_id || !kind.contains("installer") {
        return None;
    }
    let count = id.chars().count();
    let fault = if count == DIGITS { "has others".to_owned() } else { format!("has {count} characters") };
    Some(Finding::new(image.span, format!("an id of a schematic is {DIGITS} hexadecimal digits, and this one {fault}")))
}
