//! `.sops.yaml` and what SOPS leaves in a file (<https://getsops.io/docs>).

use crate::resource::{File, Role, Tree};
use crate::secret::is_encrypted;
use crate::source::{Span, folder_of};
use crate::yaml::{Document, Entry, Node};
use regex::Regex;

/// The key under which SOPS keeps its metadata.
pub const METADATA: &str = "sops";

/// A creation rule of a `.sops.yaml`.
#[derive(Debug, Clone)]
pub struct CreationRule {
    /// The whole rule.
    pub span: Span,
    /// Which paths it claims, relative to the folder of the configuration; every path where absent.
    path_regex: Option<Regex>,
    /// Which values it encrypts.
    pub choice: Choice,
    folder: String,
}

/// Which values of a file are encrypted: at most one of the settings may be set, the suffix is SOPS's default.
#[derive(Debug, Clone)]
pub enum Choice {
    /// Everything but keys with this ending.
    ExceptSuffix(String),
    /// Only keys with this ending.
    OnlySuffix(String),
    /// Everything but keys that match.
    ExceptRegex(Regex),
    /// Only below keys that match.
    OnlyRegex(Regex),
    /// Chosen by comments, or by a pattern that cannot be read.
    Unknown,
}

impl Choice {
    /// The choice that a creation rule or the metadata of an encrypted file makes.
    fn read(settings: &Node) -> Self {
        let text = |key: &str| settings.text_at(&[key]);
        let regex = |pattern: &str| Regex::new(pattern).ok();
        if text("encrypted_comment_regex").or(text("unencrypted_comment_regex")).is_some() {
            return Choice::Unknown;
        }
        if let Some(pattern) = text("encrypted_regex") {
            return regex(pattern).map_or(Choice::Unknown, Choice::OnlyRegex);
        }
        if let Some(pattern) = text("unencrypted_regex") {
            return regex(pattern).map_or(Choice::Unknown, Choice::ExceptRegex);
        }
        if let Some(suffix) = text("encrypted_suffix") {
            return Choice::OnlySuffix(suffix.to_owned());
        }
        Choice::ExceptSuffix(text("unencrypted_suffix").unwrap_or("_unencrypted").to_owned())
    }

    /// Whether a value below these keys is encrypted.
    fn takes(&self, path: &[&str]) -> bool {
        match self {
            Choice::ExceptSuffix(suffix) => !path.iter().any(|key| key.ends_with(suffix.as_str())),
            Choice::OnlySuffix(suffix) => path.iter().any(|key| key.ends_with(suffix.as_str())),
            Choice::ExceptRegex(regex) => !path.iter().any(|key| regex.is_match(key)),
            Choice::OnlyRegex(regex) => path.iter().any(|key| regex.is_match(key)),
            Choice::Unknown => false,
        }
    }

    /// The values that are chosen and hold something.
    pub fn leaves<'a>(&self, root: &'a Node) -> Vec<&'a Node> {
        let mut found = Vec::new();
        let mut path = Vec::new();
        for entry in root.entries().iter().filter(|entry| entry.key.text() != Some(METADATA)) {
            self.collect(entry, &mut path, &mut found);
        }
        found
    }

    fn collect<'a>(&self, entry: &'a Entry, path: &mut Vec<&'a str>, found: &mut Vec<&'a Node>) {
        path.push(entry.key.text().unwrap_or(""));
        self.below(&entry.value, path, found);
        path.pop();
    }

    fn below<'a>(&self, node: &'a Node, path: &mut Vec<&'a str>, found: &mut Vec<&'a Node>) {
        if node.text().is_some_and(|text| !text.is_empty()) && self.takes(path) {
            found.push(node);
        }
        node.entries().iter().for_each(|entry| self.collect(entry, path, found));
        node.items().iter().for_each(|item| self.below(item, path, found));
    }
}

/// The metadata that SOPS wrote into a document.
pub fn metadata(document: &Document) -> Option<&Node> {
    document
        .root
        .get(METADATA)
        .filter(|metadata| metadata.get("mac").is_some() || metadata.get("lastmodified").is_some())
}

/// Whether a file holds a document that SOPS encrypted.
pub fn is_encrypted_file(file: &File) -> bool {
    file.parsed.documents.iter().any(|document| metadata(document).is_some())
}

/// Values in clear that the metadata of their own file says are encrypted.
pub fn in_clear(file: &File) -> Vec<&Node> {
    let Some(settings) = file.documents().find_map(metadata) else { return Vec::new() };
    let choice = Choice::read(settings);
    let leaves = file.documents().flat_map(|document| choice.leaves(&document.root));
    leaves.filter(|leaf| !is_encrypted(leaf)).collect()
}

/// The creation rules that hold for a path: those of the nearest `.sops.yaml` above it.
fn creation_rules(tree: &Tree, path: &str) -> Vec<CreationRule> {
    let mut folder = folder_of(path);
    loop {
        let config = if folder.is_empty() { ".sops.yaml".to_owned() } else { format!("{folder}/.sops.yaml") };
        if let Some(root) = tree.find(&config).and_then(File::root) {
            return root.items_at(&["creation_rules"]).iter().map(|rule| creation_rule(rule, folder)).collect();
        }
        if folder.is_empty() {
            return Vec::new();
        }
        folder = folder_of(folder);
    }
}

fn creation_rule(rule: &Node, folder: &str) -> CreationRule {
    // A pattern that cannot be read claims nothing.
    let path_regex = rule.text_at(&["path_regex"]).map(|pattern| Regex::new(pattern).or_else(|_| Regex::new("$^")));
    CreationRule {
        span: rule.get("path_regex").map_or(rule.span, |node| node.span),
        path_regex: path_regex.and_then(Result::ok),
        choice: Choice::read(rule),
        folder: folder.to_owned(),
    }
}

impl CreationRule {
    /// Whether the rule's pattern, unanchored as in Go, finds something in the path.
    pub fn claims(&self, path: &str) -> bool {
        let relative = path.strip_prefix(self.folder.as_str()).map_or(path, |rest| rest.trim_start_matches('/'));
        self.path_regex.as_ref().is_none_or(|regex| regex.is_match(relative))
    }
}

/// The first creation rule that claims a file.
pub fn creation_rule_for(tree: &Tree, path: &str) -> Option<CreationRule> {
    creation_rules(tree, path).into_iter().find(|rule| rule.claims(path))
}

/// What a claimed file has in clear that its creation rule would encrypt; placeholders aside.
pub fn should_be_encrypted<'a>(file: &'a File, rule: &CreationRule) -> Vec<&'a Node> {
    let data = file.documents().filter(|document| {
        !matches!(file.role(document), Role::SopsConfig | Role::Kustomization | Role::Workflow | Role::Config)
    });
    data.flat_map(|document| rule.choice.leaves(&document.root)).filter(|leaf| !is_encrypted(leaf)).collect()
}
