//! What Renovate reads with which manager: its own patterns, and those of the configuration.

use super::Found;
use crate::formats::renovate::config::{Ignored, Preset, listed, preset, regex_managers};
use crate::formats::renovate::{NAMES, Pattern};
use crate::resource::{File, Role, Tree};
use crate::source::{FileId, Span};
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// The places of a configuration, in the order in which Renovate looks; the first that is there counts.
const PLACES: [&str; 13] = [
    "renovate.json",
    "renovate.jsonc",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.jsonc",
    ".github/renovate.json5",
    ".gitlab/renovate.json",
    ".gitlab/renovate.jsonc",
    ".gitlab/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".renovaterc.jsonc",
    ".renovaterc.json5",
];

/// Most presets that one configuration leads to.
const MAX_PRESETS: usize = 100;

/// Whether a manager reads a file.
pub(super) enum Reading {
    /// It does.
    Yes,
    /// Because a preset in the repository says so: Renovate reads that from the server.
    Preset,
    /// A preset that is not here may say so.
    Unknown,
    /// It does not, and why.
    No(String),
}

/// A HelmRepository, as it is written.
#[derive(Debug)]
pub(super) struct Repository {
    pub name: String,
    /// Empty where none is written.
    pub namespace: String,
    /// Of its name.
    pub span: Span,
    /// Whether it is a registry of images.
    pub oci: bool,
}

/// What the configuration says.
#[derive(Debug)]
pub(super) struct Settings {
    /// Patterns of each manager: Renovate's own, those of the configuration, those of its presets.
    patterns: BTreeMap<String, [Vec<Pattern>; 3]>,
    disabled: BTreeSet<String>,
    enabled: BTreeSet<String>,
    /// Whether it extends a preset of another repository.
    open: bool,
    ignored_paths: Ignored,
    ignored: BTreeSet<String>,
    /// Custom managers, and whether a preset has it.
    pub customs: Vec<(Node, bool)>,
    /// The HelmRepositories in files that the flux manager reads, by name.
    pub repositories: BTreeMap<String, Vec<Repository>>,
}

impl Settings {
    /// Reads the configuration of a repository; `None` where it has none.
    pub fn read(tree: &Tree) -> Option<Self> {
        let main = PLACES.iter().find_map(|path| tree.find(path))?;
        let own = NAMES.files.iter().map(|(manager, patterns)| {
            let patterns = patterns.iter().filter_map(|text| Pattern::new(text)).collect();
            (manager.clone(), [patterns, Vec::new(), Vec::new()])
        });
        let mut settings = Settings {
            patterns: own.collect(),
            disabled: BTreeSet::new(),
            enabled: BTreeSet::new(),
            open: false,
            ignored_paths: Ignored::default(),
            ignored: BTreeSet::new(),
            customs: Vec::new(),
            repositories: BTreeMap::new(),
        };
        let (files, open) = configurations(tree, main);
        settings.open = open;
        for (file, is_preset) in files {
            file.roots_of(Role::Renovate).for_each(|root| settings.add(root, is_preset));
        }
        Some(settings)
    }

    fn add(&mut self, root: &Node, is_preset: bool) {
        let texts = |node: Option<&Node>| -> Vec<String> {
            node.into_iter().flat_map(listed).filter_map(|node| node.text().map(str::to_owned)).collect()
        };
        self.ignored_paths.add(root);
        self.enabled.extend(texts(root.get("enabledManagers")));
        self.ignored.extend(texts(root.get("ignoreDeps")));
        for entry in root.entries() {
            let Some(name) = entry.key.text().filter(|name| NAMES.managers.contains(*name)) else { continue };
            let patterns = texts(entry.value.get("managerFilePatterns")).into_iter().map(|text| Pattern::new(&text));
            let old = texts(entry.value.get("fileMatch")).into_iter().map(|text| Pattern::regex(&text, false));
            let lists = self.patterns.entry(name.to_owned()).or_default();
            let list = if is_preset { &mut lists[2] } else { &mut lists[1] };
            list.extend(patterns.chain(old).flatten());
            match entry.value.get("enabled").map(Node::is_true) {
                Some(false) => _ = self.disabled.insert(name.to_owned()),
                Some(true) => _ = self.disabled.remove(name),
                None => {}
            }
        }
        self.customs.extend(regex_managers(root).map(|node| (node.clone(), is_preset)));
    }

    /// Whether a manager reads the file at a path.
    pub fn reads(&self, manager: &str, path: &str) -> Reading {
        if self.ignored_paths.has(path) {
            return Reading::No("`ignorePaths` leaves this file out".to_owned());
        }
        if self.disabled.contains(manager) || !self.enabled.is_empty() && !self.enabled.contains(manager) {
            return Reading::No(format!("the manager `{manager}` is switched off"));
        }
        let fits = |list: &Vec<Pattern>| list.iter().any(|pattern| pattern.matches(path));
        match self.patterns.get(manager) {
            Some([own, written, _]) if fits(own) || fits(written) => Reading::Yes,
            Some([.., preset]) if fits(preset) => Reading::Preset,
            _ if self.open => Reading::Unknown,
            _ => Reading::No(format!("no pattern in `managerFilePatterns` of `{manager}` matches this file")),
        }
    }

    /// What was found, unless the configuration says to leave it alone.
    pub fn kept(&self, found: Found) -> Found {
        let ignored = self.ignored.contains(found.name.as_str()).then_some("`ignoreDeps` names it");
        Found { skipped: found.skipped.or(ignored), ..found }
    }
}

/// The configuration and the presets in the repository that it leads to, each with whether it is one; and whether it leads
/// to presets of other repositories.
fn configurations<'t>(tree: &'t Tree, main: &'t File) -> (Vec<(&'t File, bool)>, bool) {
    let (mut all, mut open) = (vec![(main, false)], false);
    let mut seen: BTreeSet<FileId> = BTreeSet::from([main.source.id]);
    let mut at = 0;
    while let Some((file, _)) = all.get(at).copied().filter(|_| at < MAX_PRESETS) {
        at += 1;
        let extended = file.roots_of(Role::Renovate).filter_map(|root| root.get("extends")).flat_map(listed);
        for text in extended.filter_map(Node::text) {
            match preset(tree, file, text) {
                Preset::Here(id) if seen.insert(id) => all.extend(tree.file(id).map(|file| (file, true))),
                Preset::Elsewhere(..) => open = true,
                Preset::Here(_) | Preset::BuiltIn => {}
            }
        }
    }
    (all, open)
}
