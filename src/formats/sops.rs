//! `.sops.yaml` and what SOPS leaves in a file (<https://getsops.io/docs>).

use crate::resource::{File, Resource, Role, Syntax, Tree};
use crate::secret::{is_encrypted, is_placeholder};
use crate::source::{Span, folder_of};
use crate::yaml::{Document, Entry, Node};
use regex::{Regex, RegexBuilder};
use std::collections::{BTreeMap, BTreeSet};

/// The key under which SOPS keeps its metadata.
pub const METADATA: &str = "sops";

/// The settings that choose which values of a file are encrypted.
pub const CHOICES: [&str; 6] = [
    "encrypted_suffix",
    "unencrypted_suffix",
    "encrypted_regex",
    "unencrypted_regex",
    "encrypted_comment_regex",
    "unencrypted_comment_regex",
];

/// A creation rule of a `.sops.yaml`.
#[derive(Debug, Clone)]
pub struct CreationRule {
    /// The whole rule.
    pub span: Span,
    /// Which paths it claims, relative to the folder of the configuration; every path where absent.
    path_regex: Option<Regex>,
    /// Which values it encrypts.
    pub choice: Choice,
    /// Whether at least four of five files that it claims are encrypted.
    pub is_kept: bool,
    /// Whether it claims no resource but Secrets and ConfigMaps: so what else it claims is secret, too.
    claims_secrets: bool,
    /// The age recipients to which it encrypts.
    pub recipients: BTreeSet<String>,
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
        let regex = |pattern: &str| regex(pattern).ok();
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
        text("unencrypted_suffix").map_or_else(Choice::everything, |suffix| Choice::ExceptSuffix(suffix.to_owned()))
    }

    /// What SOPS encrypts unless it is told otherwise.
    fn everything() -> Self {
        Choice::ExceptSuffix("_unencrypted".to_owned())
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

/// The age recipients that a creation rule, or the metadata of an encrypted file, names.
pub fn recipients(settings: &Node) -> BTreeSet<String> {
    let groups = settings.items_at(&["key_groups"]).iter().chain([settings]);
    let ages = groups.filter_map(|group| group.get("age"));
    let entries = ages.flat_map(|age| age.items().iter().chain([age]));
    let texts = entries.filter_map(|entry| entry.text_at(&["recipient"]).or_else(|| entry.text()));
    let words = texts.flat_map(|text| text.split(',')).map(|word| word.trim().to_owned());
    words.filter(|word| !word.is_empty()).collect()
}

/// Whether a file holds a document that SOPS encrypted.
pub fn is_encrypted_file(file: &File) -> bool {
    // In files of lines the metadata are lines, too.
    let in_lines = || file.source.text.contains("sops_mac=ENC[") || file.source.text.contains("\nmac = ENC[");
    file.parsed.documents.iter().any(|document| metadata(document).is_some()) || is_lines(file) && in_lines()
}

/// Whether a file is one of lines `key=value` that SOPS reads by its name.
fn is_lines(file: &File) -> bool {
    file.source.name().ends_with(".env") || file.source.name().ends_with(".ini")
}

/// Values in clear that the metadata of their own file says are encrypted.
pub fn in_clear(file: &File) -> Vec<&Node> {
    let Some(settings) = file.documents().find_map(metadata) else { return Vec::new() };
    let choice = Choice::read(settings);
    let leaves = file.documents().flat_map(|document| choice.leaves(&document.root));
    leaves.filter(|leaf| !is_encrypted(leaf)).collect()
}

/// The setting of an encrypted document that chooses the values to be encrypted, where it chose none.
pub fn idle_choice(document: &Document) -> Option<&Entry> {
    let settings = metadata(document)?;
    let setting = settings.entries().iter().find(|entry| entry.key.text().is_some_and(|key| CHOICES.contains(&key)))?;
    let mut encrypted = false;
    let own = document.root.entries().iter().filter(|entry| entry.key.text() != Some(METADATA));
    own.for_each(|entry| entry.value.walk(&mut |node| encrypted |= is_encrypted(node)));
    (!encrypted).then_some(setting)
}

/// The creation rules of every `.sops.yaml` of a repository, by folder.
#[derive(Debug, Default)]
pub struct Policy {
    folders: BTreeMap<String, Vec<CreationRule>>,
}

impl Policy {
    /// Reads the configurations of a tree.
    pub fn read(tree: &Tree) -> Self {
        let configs = tree.files().iter().filter(|file| file.source.name() == ".sops.yaml");
        let rules = configs.filter_map(|file| {
            let (folder, root) = (file.source.folder(), file.root()?);
            let rules = root.items_at(&["creation_rules"]).iter().map(|rule| creation_rule(rule, folder));
            Some((folder.to_owned(), rules.collect()))
        });
        let mut policy = Policy { folders: rules.collect() };
        policy.judge(tree);
        policy
    }

    /// The first creation rule that claims a path, of the nearest `.sops.yaml` above it.
    pub fn rule_for(&self, path: &str) -> Option<&CreationRule> {
        self.rules_above(path)?.iter().find(|rule| rule.claims(path))
    }

    /// Whether a file is encrypted, or reported because it is not.
    pub fn is_encrypted_or_should_be(&self, file: &File) -> bool {
        is_encrypted_file(file) || self.should_be_encrypted(file).is_some()
    }

    /// Whether a file must be encrypted and is not: its name says so, or a creation rule that is kept; with the rule.
    pub fn should_be_encrypted(&self, file: &File) -> Option<Option<&CreationRule>> {
        let data = matches!(file.syntax, Syntax::Yaml | Syntax::Json) || is_lines(file);
        let named = file.source.name().contains(".sops.");
        let claimed = self.rule_for(&file.source.path).filter(|rule| named || rule.is_kept);
        let wanted = (named || claimed.is_some()) && data && !file.source.text.trim().is_empty();
        (wanted && file.source.name() != ".sops.yaml" && !is_encrypted_file(file) && holds_secrets(file, claimed))
            .then_some(claimed)
    }

    /// The creation rules of the nearest `.sops.yaml` above a path.
    pub fn rules_above(&self, path: &str) -> Option<&[CreationRule]> {
        let mut folder = folder_of(path);
        loop {
            if let Some(rules) = self.folders.get(folder) {
                return Some(rules);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder_of(folder);
        }
    }

    /// The values in clear of all files that a rule for nothing but secrets claims.
    pub fn values_in_clear(&self, tree: &Tree) -> Vec<Span> {
        if self.folders.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for file in tree.files().iter().filter(|file| !file.source.text.is_empty() && !is_encrypted_file(file)) {
            let rule = self.rule_for(&file.source.path).filter(|rule| rule.claims_secrets && rule.path_regex.is_some());
            let Some(rule) = rule else { continue };
            if file.parsed.documents.is_empty() {
                found.push(file.source.span(0..file.source.text.len()));
            }
            for (document, _) in file.with_roles().filter(|(_, role)| !is_exempt(*role)) {
                let leaves = rule.choice.leaves(&document.root).into_iter().map(|leaf| leaf.span);
                found.extend(leaves.filter(|leaf| !says_what_it_is(&document.root, *leaf)));
            }
        }
        found
    }

    /// A rule whose pattern also matches files that nobody encrypts says nothing about any one of them.
    fn judge(&mut self, tree: &Tree) {
        if self.folders.is_empty() {
            return;
        }
        let data = tree.files().iter().filter(|file| matches!(file.syntax, Syntax::Yaml | Syntax::Json));
        let data: Vec<&File> = data.filter(|file| !file.source.text.is_empty()).collect();
        for rule in self.folders.values_mut().flatten() {
            let claimed: Vec<&&File> = data.iter().filter(|file| rule.claims(&file.source.path)).collect();
            let encrypted = claimed.iter().filter(|file| is_encrypted_file(file)).count();
            rule.is_kept = claimed.len() >= 5 && encrypted * 5 >= claimed.len() * 4;
            let kind = |resource: &Resource| matches!(resource.kind.as_str(), "Secret" | "ConfigMap");
            rule.claims_secrets = claimed.iter().all(|file| file.resources().iter().all(kind));
        }
    }
}

/// A pattern, compiled within 256 KiB: more than any path asks for, and quickly done.
fn regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(1 << 18).build()
}

/// Whether Go cannot read a pattern; what it reads otherwise than we do is left to it.
pub fn is_refused(pattern: &str) -> bool {
    let differs = ["{", "\\Q", "\\C"].iter().any(|mark| pattern.contains(mark));
    !differs && matches!(regex(pattern), Err(regex::Error::Syntax(_)))
}

fn creation_rule(rule: &Node, folder: &str) -> CreationRule {
    // A pattern that cannot be read claims nothing.
    let pattern = rule.text_at(&["path_regex"]).or_else(|| rule.text_at(&["filename_regex"]));
    let path_regex = pattern.map(|pattern| regex(pattern).or_else(|_| Regex::new("$^")));
    CreationRule {
        span: rule.get("path_regex").map_or(rule.span, |node| node.span),
        path_regex: path_regex.and_then(Result::ok),
        choice: Choice::read(rule),
        is_kept: false,
        claims_secrets: false,
        recipients: recipients(rule),
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

/// Whether a file in clear has values that SOPS is to encrypt; placeholders aside.
fn holds_secrets(file: &File, rule: Option<&CreationRule>) -> bool {
    if is_lines(file) || file.parsed.documents.iter().any(|document| document.broken) {
        return true;
    }
    let data = file.with_roles().filter(|(_, role)| rule.is_none() || !is_exempt(*role));
    let leaves = data.flat_map(|(document, _)| match rule {
        Some(rule) => rule.choice.leaves(&document.root),
        // Nobody says what to encrypt: the data of a resource, all of any other document.
        None if document.root.get("kind").is_some() => {
            let data =
                document.root.entries().iter().filter(|entry| matches!(entry.key.text(), Some("data" | "stringData")));
            data.flat_map(|entry| Choice::everything().leaves(&entry.value)).collect()
        }
        None => Choice::everything().leaves(&document.root),
    });
    leaves.filter(|leaf| !is_encrypted(leaf)).any(|leaf| leaf.text().is_some_and(|text| !is_placeholder(text)))
}

/// Whether nobody encrypts such a document, whatever a rule claims.
fn is_exempt(role: Role) -> bool {
    matches!(role, Role::SopsConfig | Role::Kustomization | Role::Workflow | Role::Config)
}

/// Whether a place of a resource belongs to its kind or its metadata.
fn says_what_it_is(root: &Node, place: Span) -> bool {
    let fields = ["apiVersion", "kind", "metadata"].iter().filter_map(|key| root.get(key));
    root.get("kind").is_some() && fields.into_iter().any(|field| field.span.contains(place))
}
