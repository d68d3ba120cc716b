//! The configuration of a repository: its own file, and the presets of it that are in the same repository.

use super::annotation::{Annotation, annotations};
use super::pattern::{Pattern, for_rust};
use crate::resource::{File, Role, Tree};
use crate::source::{FileId, Span};
use crate::yaml::Node;
use regex::bytes::{Regex, RegexBuilder};

/// Paths that `config:recommended` leaves out.
const RECOMMENDED: [&str; 8] = [
    "**/node_modules/**",
    "**/bower_components/**",
    "**/vendor/**",
    "**/examples/**",
    "**/__tests__/**",
    "**/test/**",
    "**/tests/**",
    "**/__fixtures__/**",
];

/// Presets that leave them out.
const RECOMMENDING: [&str; 4] =
    ["config:recommended", "config:best-practices", "config:base", ":ignoreModulesAndTests"];

/// What Renovate is told in a repository.
#[derive(Debug, Default)]
pub struct Renovate {
    managers: Vec<Manager>,
    ignored: Ignored,
}

/// The paths that a configuration leaves out.
#[derive(Debug, Default)]
pub(super) struct Ignored(Vec<(String, Option<Pattern>)>);

impl Ignored {
    /// Adds what a configuration says.
    pub fn add(&mut self, root: &Node) {
        let mut extended = root.get("extends").into_iter().flat_map(listed).filter_map(Node::text);
        let recommends = extended.any(|text| RECOMMENDING.contains(&text));
        let own: Vec<&str> = root.items_at(&["ignorePaths"]).iter().filter_map(Node::text).collect();
        let default = RECOMMENDED.iter().filter(|_| recommends && root.get("ignorePaths").is_none());
        self.0.extend(own.iter().chain(default).map(|text| ((*text).to_owned(), Pattern::new(text))));
    }

    /// Whether they have a path.
    pub fn has(&self, path: &str) -> bool {
        let fits = |(text, pattern): &(String, Option<Pattern>)| {
            path.contains(text.as_str()) || pattern.as_ref().is_some_and(|pattern| pattern.matches(path))
        };
        self.0.iter().any(fits)
    }
}

/// A custom manager: it reads the files that fit its patterns by regular expressions.
#[derive(Debug)]
pub struct Manager {
    /// Where its expressions are.
    pub strings: Option<Span>,
    sound: bool,
    files: Vec<Pattern>,
    regexes: Vec<Regex>,
}

/// Where a preset is.
#[derive(Debug, PartialEq, Eq)]
pub enum Preset<'a> {
    /// Renovate brings it.
    BuiltIn,
    /// In this repository.
    Here(FileId),
    /// In a repository, at a path of it.
    Elsewhere(&'a str, &'a str),
}

/// What becomes of an annotation.
#[derive(Debug, PartialEq, Eq)]
pub enum Fate {
    /// A custom manager reads it, and takes this for the version.
    Read(Option<Span>),
    /// No custom manager of the repository reads it, though one may read it that a preset brings.
    Unread(Repair),
    /// Renovate does not look at this file.
    Ignored,
}

/// What would make a custom manager read an annotation.
#[derive(Debug, PartialEq, Eq)]
pub enum Repair {
    /// Its keys in this order.
    Order(String),
    /// No such keys at its end.
    Without(String),
    /// The line with the version directly below it.
    NextLine,
    /// Nothing that is simple.
    Other,
}

impl Renovate {
    /// Reads what a repository says.
    pub fn new(tree: &Tree) -> Self {
        let documents = tree.files().iter().flat_map(|file| file.roots_of(Role::Renovate));
        let mut renovate = Renovate::default();
        for root in documents {
            renovate.managers.extend(regex_managers(root).map(Manager::new));
            renovate.ignored.add(root);
        }
        renovate
    }

    /// The custom managers of the repository.
    pub fn managers(&self) -> &[Manager] {
        &self.managers
    }

    /// Whether Renovate does not look at a file.
    pub fn ignores(&self, path: &str) -> bool {
        self.ignored.has(path)
    }

    /// The annotations of a file, with what becomes of them.
    pub fn fates(&self, file: &File) -> Vec<(Annotation, Fate)> {
        let annotations = annotations(file);
        if annotations.is_empty() {
            return Vec::new();
        }
        let path = file.source.path.as_str();
        let ignored = self.ignores(path);
        let covering: Vec<&Manager> = self.managers.iter().filter(|manager| manager.covers(path)).collect();
        let found = Matches::new(&covering, file);
        let fate = |annotation: &Annotation| match found.over(annotation.span) {
            _ if ignored => Fate::Ignored,
            Some(version) => Fate::Read(version),
            None => Fate::Unread(repair(&covering, file, annotation)),
        };
        let fates: Vec<Fate> = annotations.iter().map(fate).collect();
        annotations.into_iter().zip(fates).collect()
    }
}

/// What custom managers find in a file.
struct Matches {
    /// In order of where they begin: that, and the version.
    found: Vec<(usize, Option<Span>)>,
    /// The furthest end so far, and which of them reaches it.
    reach: Vec<(usize, usize)>,
}

impl Matches {
    fn new(managers: &[&Manager], file: &File) -> Self {
        let regexes = managers.iter().flat_map(|manager| &manager.regexes);
        let captures = regexes.flat_map(|regex| regex.captures_iter(file.source.text.as_bytes()));
        let mut matches: Vec<_> = captures
            .filter_map(|captures| {
                let version = captures.name("currentValue").map(|value| file.source.span(value.range()));
                captures.get(0).map(|whole| (whole.start(), whole.end(), version))
            })
            .collect();
        matches.sort_by_key(|(start, ..)| *start);
        let furthest = |reach: &mut (usize, usize), (index, (_, end, _)): (usize, &(usize, usize, Option<Span>))| {
            *reach = if *end > reach.0 { (*end, index) } else { *reach };
            Some(*reach)
        };
        let reach = matches.iter().enumerate().scan((0, 0), furthest).collect();
        Matches { reach, found: matches.into_iter().map(|(start, _, version)| (start, version)).collect() }
    }

    /// The version in what was found over a place.
    fn over(&self, place: Span) -> Option<Option<Span>> {
        let before = self.found.partition_point(|(start, _)| *start < place.end as usize);
        let (end, index) = *self.reach.get(before.checked_sub(1)?)?;
        if end <= place.start as usize { None } else { self.found.get(index).map(|(_, version)| *version) }
    }
}

/// Most keys of an annotation of which every order is tried.
const MAX_KEYS: usize = 4;

/// What would make one of these read an annotation.
fn repair(managers: &[&Manager], file: &File, annotation: &Annotation) -> Repair {
    let line = file.source.line(annotation.span.start);
    let below = || (line + 1..=file.source.line_count()).map(|line| file.source.line_text(line));
    let is_content = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let reads = |words: &str, next: Option<&str>| {
        let comment = format!("# renovate: {words}\n");
        let text = format!("{comment}{}\n", next.unwrap_or(""));
        managers.iter().any(|manager| manager.finds_from(&text, comment.len()))
    };
    let text = file.source.slice(annotation.span);
    let text = text.split_once("renovate:").map_or(text, |(_, text)| text.trim());
    if reads(text, below().find(is_content)) {
        return Repair::NextLine;
    }
    let words: Vec<String> = annotation.pairs.iter().map(|(key, _, value, _)| format!("{key}={value}")).collect();
    // Prose in it may be why it is not to be read.
    if words.len() != text.split_whitespace().count() {
        return Repair::Other;
    }
    let shorter = (1..words.len()).rev().map(|count| words.split_at(count));
    let fitting = shorter.map(|(kept, rest)| (kept.join(" "), rest)).find(|(kept, _)| reads(kept, below().next()));
    if let Some((_, rest)) = fitting {
        return Repair::Without(rest.join(" "));
    }
    let mut orders = if words.len() <= MAX_KEYS { orders(&words) } else { Vec::new() }.into_iter();
    orders.find(|order| reads(order, below().next())).map_or(Repair::Other, Repair::Order)
}

/// Words in every order.
fn orders(words: &[String]) -> Vec<String> {
    let [first, rest @ ..] = words else { return vec![String::new()] };
    let insert = |order: &String, at: usize| {
        let mut words: Vec<&str> = order.split_whitespace().collect();
        words.insert(at, first);
        words.join(" ")
    };
    orders(rest).iter().flat_map(|order| (0..words.len()).map(move |at| insert(order, at))).collect()
}

impl Manager {
    /// The custom manager that a mapping describes; an expression that cannot be read finds nothing.
    pub fn new(node: &Node) -> Self {
        let texts = |key: &str| node.get(key).into_iter().flat_map(listed).filter_map(Node::text).collect::<Vec<_>>();
        let files = texts("managerFilePatterns").into_iter().map(Pattern::new);
        let files = files.chain(texts("fileMatch").into_iter().map(|text| Pattern::regex(text, false)));
        let files: Vec<Option<Pattern>> = files.collect();
        let regex = |text: &&str| RegexBuilder::new(&for_rust(text)).unicode(false).build().ok();
        let regexes: Vec<Option<Regex>> = texts("matchStrings").iter().map(regex).collect();
        Manager {
            strings: node.get("matchStrings").map(|strings| strings.span),
            sound: !files.is_empty() && files.iter().all(Option::is_some) && regexes.iter().all(Option::is_some),
            files: files.into_iter().flatten().collect(),
            regexes: regexes.into_iter().flatten().collect(),
        }
    }

    /// Whether all that it says could be read.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// Its expressions.
    pub(super) fn regexes(&self) -> &[Regex] {
        &self.regexes
    }

    /// Whether it reads the file at a path.
    pub fn covers(&self, path: &str) -> bool {
        self.files.iter().any(|pattern| pattern.matches(path))
    }

    /// Whether one of its expressions finds something that begins before a place in a text.
    fn finds_from(&self, text: &str, end: usize) -> bool {
        self.regexes.iter().any(|regex| regex.find(text.as_bytes()).is_some_and(|found| found.start() < end))
    }

    /// Whether one of its expressions finds something in a text.
    pub fn finds(&self, text: &str) -> bool {
        self.regexes.iter().any(|regex| regex.is_match(text.as_bytes()))
    }
}

/// A list's items, or the one text in the place of a list.
pub(super) fn listed(node: &Node) -> impl Iterator<Item = &Node> {
    node.items().iter().chain(std::iter::once(node).filter(|node| !node.is_seq()))
}

/// A custom manager of a configuration that reads files by regular expressions.
pub fn regex_managers(config: &Node) -> impl Iterator<Item = &Node> {
    let managers = ["customManagers", "regexManagers"].into_iter().flat_map(|key| config.items_at(&[key]));
    managers.filter(|manager| matches!(manager.text_at(&["customType"]), None | Some("regex")))
}

/// Where a preset is that a file extends.
pub fn preset<'a>(tree: &Tree, file: &File, text: &'a str) -> Preset<'a> {
    let text = text.split('(').next().unwrap_or(text);
    let (reference, _) = text.split_once('#').unwrap_or((text, ""));
    let here = |path: &str| {
        let with_ending = ["", ".json5", ".json"].into_iter().find_map(|ending| tree.find(&format!("{path}{ending}")));
        with_ending.map(|file| Preset::Here(file.source.id))
    };
    if reference.starts_with("./") || reference.starts_with("../") {
        let path = crate::source::join(file.source.folder(), reference).unwrap_or_default();
        return here(&path).unwrap_or(Preset::Elsewhere("", reference));
    }
    let Some((_, place)) = reference.split_once('>') else {
        let remote = reference.starts_with('@') || reference.contains("://") || reference.contains('/');
        return if remote { Preset::Elsewhere(reference, "") } else { Preset::BuiltIn };
    };
    match place.split_once("//") {
        Some((repository, path)) => here(path).unwrap_or(Preset::Elsewhere(repository, path)),
        None => Preset::Elsewhere(place, ""),
    }
}
