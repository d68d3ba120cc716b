//! Every version that Renovate finds in a repository, and who updates it (<https://docs.renovatebot.com/modules/manager/>).

mod charts;
mod custom;
mod docker;
mod manifests;
mod settings;
mod tools;
mod workflows;

use crate::resource::{File, Syntax, Tree};
use crate::source::Span;
use crate::yaml::{Document, Node, parse};
use custom::Custom;
use regex::Regex;
use settings::{Reading, Settings};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A version in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Where it is written.
    pub span: Span,
    /// The manager that finds it, or would.
    pub manager: &'static str,
    /// What is updated.
    pub name: SmolStr,
    /// Its version.
    pub value: Option<SmolStr>,
    /// Its digest, or its commit.
    pub digest: Option<SmolStr>,
    /// Where Renovate looks for newer ones.
    pub datasource: SmolStr,
    /// Whether Renovate updates it.
    pub update: Update,
}

/// Whether Renovate updates a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// It does.
    Yes,
    /// It does not, and why.
    No(String),
    /// That is not known here, and why.
    Unsure(&'static str),
}

/// What a manager finds in a file.
#[derive(Debug, Clone)]
struct Found {
    span: Span,
    name: SmolStr,
    value: Option<SmolStr>,
    digest: Option<SmolStr>,
    datasource: SmolStr,
    /// Why Renovate does not update it, though it reads the file.
    skipped: Option<&'static str>,
}

/// A manager of Renovate's own: its name, and what it finds in a file.
struct BuiltIn {
    name: &'static str,
    find: fn(&Tree, &Settings, &File) -> Vec<Found>,
}

/// The managers whose files homelint knows.
const MANAGERS: [BuiltIn; 11] = [
    BuiltIn { name: "flux", find: manifests::flux },
    BuiltIn { name: "helm-values", find: manifests::helm_values },
    BuiltIn { name: "kubernetes", find: manifests::kubernetes },
    BuiltIn { name: "argocd", find: charts::argocd },
    BuiltIn { name: "helmfile", find: charts::helmfile },
    BuiltIn { name: "helmv3", find: charts::helmv3 },
    BuiltIn { name: "kustomize", find: charts::kustomize },
    BuiltIn { name: "docker-compose", find: manifests::compose },
    BuiltIn { name: "github-actions", find: workflows::actions },
    BuiltIn { name: "mise", find: tools::mise },
    BuiltIn { name: "npm", find: tools::npm },
];

/// Managers of manifests: where none of them reads a file, the first that would find something there tells of it.
const OF_MANIFESTS: [&str; 3] = ["flux", "kubernetes", "helm-values"];

/// Datasources that Renovate asks github.com about, which it does with a token only.
const GITHUB: [&str; 4] = ["github-tags", "github-releases", "github-release-attachments", "github-runners"];

/// An alias as a key, without a blank before the colon.
static ALIAS_KEY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?m)^[ \t]*(?:- )?\*[\w-]+:").ok());

/// Renovate in a repository where it has a configuration.
#[derive(Debug)]
pub struct Updates(Settings);

/// A HelmRepository that Renovate does not connect with a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unlinked<'a> {
    /// The namespace that the release looks for it in.
    pub wanted: &'a str,
    /// Where the name of the HelmRepository is.
    pub repository: Span,
    /// The namespace that is written there.
    pub written: &'a str,
}

impl Updates {
    /// Reads the configuration of a repository; `None` where it has none.
    pub fn read(tree: &Tree) -> Option<Self> {
        let mut settings = Settings::read(tree)?;
        let is_read = |file: &&File| matches!(settings.reads("flux", &file.source.path), Reading::Yes);
        let repositories: Vec<_> = tree.files().iter().filter(is_read).flat_map(manifests::helm_repositories).collect();
        for repository in repositories {
            settings.repositories.entry(repository.name.clone()).or_default().push(repository);
        }
        Some(Updates(settings))
    }

    /// Every version in the repository, in order of files and places.
    pub fn dependencies(&self, tree: &Tree) -> Vec<Dependency> {
        let files = tree.files().iter().filter(|file| file.readable && file.rendered.is_none());
        let customs = custom::managers(&self.0);
        let mut found: Vec<Dependency> = files.flat_map(|file| in_file(tree, &self.0, &customs, file)).collect();
        found.sort_by_key(|one| (one.span, one.manager));
        found
    }

    /// The HelmRepository that a release means, where Renovate does not see that it does: it compares the namespaces that
    /// are written, before kustomize sets any.
    pub fn unlinked<'a>(&'a self, file: &File, release: &'a Node) -> Option<Unlinked<'a>> {
        if !matches!(self.0.reads("flux", &file.source.path), Reading::Yes) {
            return None;
        }
        let (wanted, named) = manifests::repositories_of(&self.0, release)?;
        let first = named.first().filter(|_| named.iter().all(|repository| repository.namespace != wanted))?;
        Some(Unlinked { wanted, repository: first.span, written: &first.namespace })
    }
}

fn in_file(tree: &Tree, settings: &Settings, customs: &[Custom], file: &File) -> Vec<Dependency> {
    let path = file.source.path.as_str();
    let mut all = custom::find(settings, customs, file);
    let mut blind = None;
    let is_text = file.syntax == Syntax::Text;
    for manager in &MANAGERS {
        let reading = settings.reads(manager.name, path);
        let is_blind = matches!(reading, Reading::No(_) | Reading::Unknown);
        if is_blind && (is_text || !OF_MANIFESTS.contains(&manager.name)) {
            continue;
        }
        let found = (manager.find)(tree, settings, file);
        let found = found.into_iter().map(|found| dependency(found, manager.name, &reading));
        match is_blind {
            false => all.extend(found),
            true if blind.is_none() => blind = Some(found.collect::<Vec<_>>()).filter(|found| !found.is_empty()),
            true => {}
        }
    }
    // What a custom manager reads is not left alone.
    let is_read = |one: &Dependency| all.iter().any(|other| other.name == one.name);
    let blind: Vec<Dependency> = blind.into_iter().flatten().filter(|one| !is_read(one)).collect();
    let is_manifest = |one: &Dependency| OF_MANIFESTS.contains(&one.manager);
    if !all.iter().any(is_manifest) {
        all.extend(blind.into_iter().filter(|one| one.datasource != manifests::API));
    }
    all
}

fn dependency(found: Found, manager: &'static str, reading: &Reading) -> Dependency {
    let update = match (reading, found.skipped) {
        (Reading::No(reason), _) => Update::No(reason.clone()),
        (Reading::Unknown, _) => Update::Unsure("a preset of another repository may say so"),
        (_, Some(reason)) => Update::No(reason.to_owned()),
        _ if found.value.is_none() && found.digest.is_none() => Update::No("it names no version".to_owned()),
        _ if GITHUB.contains(&found.datasource.as_str()) => Update::Unsure("Renovate needs a token for github.com"),
        (Reading::Preset, _) => Update::Unsure("a preset says so, which Renovate reads from the server"),
        (Reading::Yes, None) => Update::Yes,
    };
    let Found { span, name, value, digest, datasource, .. } = found;
    Dependency { span, manager, name, value, digest, datasource, update }
}

/// The documents of a file, without the templates in it where they keep it from being YAML; none where one of them
/// cannot be read.
fn documents(file: &File) -> Cow<'_, [Document]> {
    // To the parser of Renovate, the colon after an alias is part of its name.
    if ALIAS_KEY.as_ref().is_some_and(|pattern| pattern.is_match(&file.source.text)) {
        return Cow::Borrowed(&[]);
    }
    let is_whole = |documents: &[Document]| !documents.iter().any(|document| document.broken);
    match file.syntax {
        Syntax::Yaml if is_whole(&file.parsed.documents) => Cow::Borrowed(&file.parsed.documents),
        Syntax::Yaml | Syntax::Template => {
            let documents = parse(file.source.id, &blank(&file.source.text)).documents;
            if is_whole(&documents) { Cow::Owned(documents) } else { Cow::Borrowed(&[]) }
        }
        _ => Cow::Borrowed(&[]),
    }
}

/// A text with blanks in the place of its templates: every other byte stays where it is.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, open, after)) = opening(rest) {
        let Some((inside, after)) = after.split_once(open.1) else { break };
        out.push_str(before);
        let lines = inside.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' });
        let blanks = |mark: &'static str| std::iter::repeat_n(' ', mark.len());
        out.extend(blanks(open.0).chain(lines).chain(blanks(open.1)));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The first template in a text: what is before it, its delimiters, and what follows the first of them.
fn opening(text: &str) -> Option<(&str, (&'static str, &'static str), &str)> {
    let first = memchr::memchr_iter(b'{', text.as_bytes()).find_map(|at| {
        let delimiters = match text.as_bytes().get(at + 1)? {
            b'{' => ("{{", "}}"),
            b'%' => ("{%", "%}"),
            b'#' => ("{#", "#}"),
            _ => return None,
        };
        Some((at, delimiters))
    });
    let (at, delimiters) = first?;
    Some((text.get(..at)?, delimiters, text.get(at + delimiters.0.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::blank;

    #[test]
    fn templates_become_blanks_and_nothing_moves() {
        for (text, expected) in [
            ("a: {{ b }}\nc: d", "a:        \nc: d"),
            ("{% if x %}\na: 1\n{%\nendif %}", "          \na: 1\n  \n        "),
            ("a: {b: {c: 1}}", "a: {b: {c: 1}}"),
            ("a: {{ b", "a: {{ b"),
            ("ä: {# ö #}!", "ä:         !"),
        ] {
            assert_eq!(blank(text), expected);
            assert_eq!(blank(text).len(), text.len());
        }
    }
}
