use crate::diagnostic::Finding;
use crate::formats::renovate::{Manager, NAMES, Pattern};
use crate::model::doubt::is_convention;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// Patterns that leave a manager of Renovate no file to read.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    // Presets that are meant for other repositories stand alone.
    let configs = file.roots_of(Role::Renovate).filter(|_| !repo.resources().is_empty());
    configs.flat_map(|config| findings(config, repo)).collect()
}

fn findings(config: &Node, repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut read: Vec<&str> = Vec::new();
    for entry in config.entries() {
        let kind = entry.key.text().and_then(|name| NAMES.managers_without_files.get_key_value(name));
        let patterns = entry.value.entry("managerFilePatterns").or_else(|| entry.value.entry("fileMatch"));
        let manager = Manager::new(&entry.value);
        let (Some((name, groups)), Some(patterns), true) = (kind, patterns, manager.is_sound()) else { continue };
        let of_kind = repo.tree().files().iter().filter(|file| file.rendered.is_none() && updates(groups, file));
        let (matched, other): (Vec<&File>, Vec<&File>) = of_kind.partition(|file| manager.covers(&file.source.path));
        if matched.is_empty() && !other.is_empty() {
            let message = format!("`{name}` reads no file: nothing that it could update matches its patterns");
            let help = "correct the patterns: they are compared with paths from the root of the repository";
            found.push(Finding::new(patterns.value.span, message).help(help));
        }
        read.extend(matched.iter().map(|file| file.source.path.as_str()));
    }
    read.sort_unstable();
    read.dedup();
    found.extend(config.items_at(&["ignorePaths"]).iter().filter_map(|path| excludes_most(path, &read)));
    found
}

/// Whether a file has something that a manager could update: an object of one of these API groups, or whatever it is.
fn updates(groups: &[String], file: &File) -> bool {
    groups.is_empty() || file.resources().iter().any(|resource| groups.iter().any(|group| group == resource.group()))
}

/// An entry of `ignorePaths` that excludes nearly all that the managers are configured to read.
fn excludes_most(ignored: &Node, read: &[&str]) -> Option<Finding> {
    let text = ignored.text()?;
    let pattern = Pattern::new(text)?;
    let count = read.iter().filter(|path| path.contains(text) || pattern.matches(path)).count();
    let all = read.len();
    let message = format!("`{text}` excludes {count} of the {all} files that the managers are configured to read");
    let finding = Finding::new(ignored.span, message).help("exclude fewer files, or remove the entry");
    is_convention(count, all).then_some(finding)
}
