use crate::diagnostic::Finding;
use crate::formats::renovate::{KNOWN, Manager, Pattern};
use crate::model::doubt::is_convention;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// Patterns that leave a manager of Renovate nothing to read.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    // Presets that are meant for other repositories stand alone.
    let configs = file.roots_of(Role::Renovate).filter(|_| !repo.resources().is_empty());
    configs.flat_map(|config| findings(config, repo)).collect()
}

/// Built-in managers that read no file without patterns, and none with these.
fn findings(config: &Node, repo: &Repo) -> Vec<Finding> {
    let paths =
        || repo.tree().files().iter().filter(|file| file.rendered.is_none()).map(|file| file.source.path.as_str());
    let mut found = Vec::new();
    let mut read: Vec<&str> = Vec::new();
    for entry in config.entries() {
        let name = entry.key.text().filter(|name| KNOWN.managers_without_files.contains(*name));
        let patterns = entry.value.entry("managerFilePatterns").or_else(|| entry.value.entry("fileMatch"));
        let manager = Manager::new(&entry.value);
        let (Some(name), Some(patterns), true) = (name, patterns, manager.is_sound()) else { continue };
        let files: Vec<&str> = paths().filter(|path| manager.covers(path)).collect();
        if files.is_empty() {
            let message = format!("`{name}` reads no file: none fits its patterns");
            let help = "change the patterns: they are compared with paths from the root of the repository";
            found.push(Finding::new(patterns.value.span, message).help(help));
        }
        read.extend(files);
    }
    read.sort_unstable();
    read.dedup();
    found.extend(config.items_at(&["ignorePaths"]).iter().filter_map(|path| left_out(path, &read)));
    found
}

/// An entry of `ignorePaths` that takes nearly all away that the managers are told to read.
fn left_out(ignored: &Node, read: &[&str]) -> Option<Finding> {
    let text = ignored.text()?;
    let pattern = Pattern::new(text)?;
    let count = read.iter().filter(|path| path.contains(text) || pattern.matches(path)).count();
    let message = format!("`{text}` leaves out {count} of the {} files that the managers are told to read", read.len());
    is_convention(count, read.len())
        .then(|| Finding::new(ignored.span, message).help("name fewer files, or remove the entry"))
}
