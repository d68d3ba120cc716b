//! Rules × files in parallel; severities, suppressions, baseline.

/// Edits → new text.
pub mod fix;
/// Comments that silence a rule.
pub mod suppression;

use crate::diagnostic::{Edit, Finding, Severity, Unchecked, did_you_mean};
use crate::jinja::Condition;
use crate::model::cluster::{Cluster, clusters};
use crate::model::repo::Repo;
use crate::model::usage::Usage;
use crate::resource::{File, Tree};
use crate::rule::{Check, Rule};
use crate::secret::{Mask, Shown, ShownFile};
use crate::source::{FileId, Span, nearest};
use globset::GlobMatcher;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use suppression::Suppression;

/// The rule that reports suppressions without effect; only this module knows which those are.
pub const UNUSED_IGNORE: &str = "homelint/unused-ignore";

/// Places that explain one finding, at most, where it is reached in several ways.
const MAX_RELATED: usize = 4;

/// Letters of a message, at most: it may quote a value that fills a file.
const MAX_MESSAGE: usize = 600;

/// What of the repository is wanted.
#[derive(Debug, Default)]
pub struct Selection {
    /// Only rules that match one of these; every rule that is on where empty. Selecting a rule turns it on.
    pub select: Vec<GlobMatcher>,
    /// No rule that matches one of these.
    pub ignore: Vec<GlobMatcher>,
    /// Only findings in these files or below these folders, relative to the root; everything where empty.
    pub paths: Vec<String>,
}

/// What a user sees: a finding with its rule, severity and identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Id of the rule.
    pub rule: &'static str,
    /// As configured for this path.
    pub severity: Severity,
    /// The finding itself, fit to be shown.
    pub finding: Finding<Shown>,
    /// Identity that survives moved lines: 16 hexadecimal digits.
    pub fingerprint: String,
    /// What its fix writes, secrets included: for the disk alone.
    edits: Vec<Edit>,
}

/// What came out: all that is said of a repository, without a secret in it.
#[derive(Debug, Default)]
pub struct Report {
    /// In order of path, place and rule.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that they point into.
    pub sources: BTreeMap<FileId, ShownFile>,
    /// Files that were read.
    pub files: usize,
    /// Kubernetes resources in them.
    pub resources: usize,
    /// What was not judged.
    pub unchecked: Vec<Unchecked<Shown>>,
}

/// Rules that hold for every file, whatever becomes of it: what leaks.
const FOR_EVERY: [&str; 6] =
    ["secret/", "sops/not-encrypted", "sops/value-in-clear", "sops/metadata-missing", "repo/", "homelint/"];

/// Rules that hold for a file that no cluster applies as for any other: somebody else reads it.
const FOR_IDLE: [&str; 5] = ["yaml/syntax", "sops/", "renovate/", "generated/", "template/"];

/// Rules about what runs: of a file that no cluster applies there is nothing to say.
const FOR_APPLIED: [&str; 2] = ["image/floating-tag", "image/no-tag"];

/// Groups of rules about a file as it is written: a template stands for itself there, not for what it makes.
const FOR_WRITTEN: [&str; 6] = ["sops/", "secret/", "repo/", "renovate/", "generated/", "template/"];

impl Selection {
    fn level(&self, rule: &Rule, path: &str, repo: &Repo) -> Option<Severity> {
        let matches = |globs: &[GlobMatcher]| globs.iter().any(|glob| glob.is_match(rule.id));
        if matches(&self.ignore) || (!self.select.is_empty() && !matches(&self.select)) {
            return None;
        }
        let default = (rule.on || !self.select.is_empty()).then_some(rule.severity);
        repo.config().level(rule.id, path, default)
    }

    /// Whether a rule may be on for some path.
    fn may_run(&self, rule: &Rule, repo: &Repo) -> bool {
        let matches = |globs: &[GlobMatcher]| globs.iter().any(|glob| glob.is_match(rule.id));
        !matches(&self.ignore)
            && (matches(&self.select) || self.select.is_empty() && (rule.on || repo.config().sets(rule.id)))
    }

    /// Whether findings in a file are wanted.
    pub fn wants(&self, path: &str) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|wanted| is_below(path, wanted))
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn is_in(rule: &Rule, groups: &[&str]) -> bool {
    groups.iter().any(|group| rule.id.starts_with(group))
}

/// Runs the rules over every wanted file.
pub fn check(repo: &Repo, rules: &[Rule], selection: &Selection) -> Report {
    let wanted = |file: &&File| {
        let path = &repo.tree().written(file).source.path;
        selection.wants(path) && !repo.config().excludes(path)
    };
    let files: Vec<&File> = repo.tree().files().iter().filter(wanted).collect();
    let running: Vec<&Rule> = rules.iter().filter(|rule| selection.may_run(rule, repo)).collect();
    let clusters = clusters(repo);
    let deployed = check_clusters(&clusters, &running);
    let mask = repo.mask();
    let run = Checks { repo, rules, running, selection, named: named(repo, selection), mask: &mask };
    let check_file = |file: &&File| check_file(file, &run, deployed.get(&file.source.id));
    let found: Vec<Vec<Diagnostic>> = files.par_iter().map(check_file).collect();
    let mut diagnostics: Vec<Diagnostic> = found.into_iter().flatten().collect();
    if repo.tree().files().iter().any(|file| file.rendered.is_some()) {
        // A template comes last, but its place is where it is written.
        diagnostics.sort_by(|a, b| (a.finding.span, a.rule).cmp(&(b.finding.span, b.rule)));
    }
    diagnostics.dedup();
    let beyond = cut(&mut diagnostics, repo);
    let doubts = diagnostics.iter().filter_map(|one| doubt(one, repo));
    let unchecked = repo.unchecked().iter().cloned().chain(repo.validation().without_schema(repo.tree()));
    let unchecked = unchecked.filter(|entry| selection.wants(&entry.path)).chain(beyond).chain(doubts);
    let unchecked: BTreeSet<Unchecked> = unchecked.collect();
    Report {
        sources: sources(&diagnostics, &mask),
        diagnostics,
        files: repo.tree().files().iter().filter(|file| file.rendered.is_none()).count(),
        resources: repo.resources().len(),
        unchecked: unchecked.into_iter().map(|entry| mask.unchecked(entry)).collect(),
    }
}

/// The files that diagnostics point into.
fn sources(diagnostics: &[Diagnostic], mask: &Mask) -> BTreeMap<FileId, ShownFile> {
    let places = |Finding { span, related, fix, .. }: &Finding<Shown>| {
        let edits = fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span.file);
        edits.chain(related.iter().map(|related| related.span.file)).chain([span.file]).collect::<Vec<_>>()
    };
    let files: BTreeSet<FileId> = diagnostics.iter().flat_map(|one| places(&one.finding)).collect();
    let files: Vec<FileId> = files.into_iter().collect();
    files.into_par_iter().filter_map(|id| Some((id, mask.file(id)?))).collect()
}

/// A report of findings that no rule made.
pub fn report(repo: &Repo, what: &'static str, findings: &[&Finding]) -> Report {
    let mask = repo.mask();
    let diagnostics = findings.iter().map(|finding| shown(what, Severity::Error, (*finding).clone(), &mask));
    let diagnostics: Vec<Diagnostic> = diagnostics.collect();
    Report { sources: sources(&diagnostics, &mask), diagnostics, ..Report::default() }
}

/// What a finding says could not be judged.
fn doubt(Diagnostic { finding, .. }: &Diagnostic, repo: &Repo) -> Option<Unchecked> {
    let source = &repo.file_of(finding.span).filter(|_| finding.unchecked)?.source;
    Some(Unchecked {
        path: source.path.clone(),
        line: source.line(finding.span.start),
        reason: finding.message.to_string(),
    })
}

/// Most findings of one rule in one file that are shown: a file that earns more is broken as a whole.
const MAX_FINDINGS: usize = 200;

/// Drops what a rule finds in a file beyond the limit, and says where it did.
fn cut(diagnostics: &mut Vec<Diagnostic>, repo: &Repo) -> Vec<Unchecked> {
    let mut counts: BTreeMap<(FileId, &'static str), usize> = BTreeMap::new();
    diagnostics.retain(|one| {
        let count = counts.entry((one.finding.span.file, one.rule)).or_default();
        *count += 1;
        *count <= MAX_FINDINGS
    });
    let beyond = counts.into_iter().filter(|(_, count)| *count > MAX_FINDINGS);
    let entries = beyond.filter_map(|((id, rule), count)| {
        let path = repo.tree().file(id)?.source.path.clone();
        Some(Unchecked { path, line: 1, reason: format!("{count} findings of {rule}: only {MAX_FINDINGS} are shown") })
    });
    entries.collect()
}

/// Findings of the rules over clusters, by the file they are in.
type ByFile = BTreeMap<FileId, Vec<(&'static str, Finding)>>;

fn check_clusters(clusters: &[Cluster], running: &[&Rule]) -> ByFile {
    let mut work = Vec::new();
    for rule in running {
        if let Check::Cluster(check) | Check::Both(check, _) = rule.check {
            work.extend(clusters.iter().enumerate().map(|(index, cluster)| (rule.id, check, index, cluster)));
        }
    }
    let found: Vec<_> = work.into_par_iter().map(|(id, check, index, cluster)| (id, index, check(cluster))).collect();
    let found =
        found.into_iter().flat_map(|(id, index, findings)| findings.into_iter().map(move |one| (id, index, one)));
    let mut found: Vec<Found> = found.collect();
    if clusters.len() > 1 {
        tell_clusters(clusters, &mut found);
    }
    let mut by_file = ByFile::new();
    for (id, _, finding) in found {
        by_file.entry(finding.span.file).or_default().push((id, finding));
    }
    by_file
}

/// A finding of a rule about a cluster, with the index of that.
type Found = (&'static str, usize, Finding);

/// Names the clusters in which a finding holds, where others read the same file and are right.
fn tell_clusters(clusters: &[Cluster], found: &mut [Found]) {
    let files: Vec<BTreeSet<FileId>> = clusters.iter().map(|cluster| cluster.flux.files()).collect();
    let mut holds: HashMap<(&str, Span, String), BTreeSet<usize>> = HashMap::new();
    for (id, index, finding) in found.iter() {
        holds.entry((id, finding.span, finding.message.clone())).or_default().insert(*index);
    }
    for (id, _, finding) in found {
        let Some(own) = holds.get(&(*id, finding.span, finding.message.clone())) else { continue };
        let readers = files.iter().enumerate().filter(|(_, files)| files.contains(&finding.span.file));
        if readers.map(|(index, _)| index).all(|reader| own.contains(&reader)) {
            continue;
        }
        let names = clusters.iter().enumerate().filter(|(index, _)| own.contains(index));
        let names: Vec<String> = names.map(|(_, cluster)| format!("`{}`", cluster.flux.name)).collect();
        let word = if names.len() > 1 { "clusters" } else { "cluster" };
        finding.message.push_str(&format!(" in {word} {}", names.join(", ")));
    }
}

/// What is checked, and with what.
struct Checks<'a> {
    repo: &'a Repo,
    /// Every rule that exists.
    rules: &'a [Rule],
    /// Those that are on for some path.
    running: Vec<&'a Rule>,
    selection: &'a Selection,
    /// Paths that hold nothing which a cluster applies: who names one wants to hear all about it.
    named: Vec<&'a str>,
    mask: &'a Mask<'a>,
}

fn named<'a>(repo: &Repo, selection: &'a Selection) -> Vec<&'a str> {
    let is_applied = |path: &str| {
        let mut files = repo.tree().find(path).into_iter().chain(repo.tree().below(path));
        files.any(|file| repo.usage(file) == Usage::Applied)
    };
    selection.paths.iter().map(String::as_str).filter(|path| !path.is_empty() && !is_applied(path)).collect()
}

impl Checks<'_> {
    /// What becomes of a file, as far as its findings go.
    fn usage(&self, file: &File, path: &str) -> Usage {
        match self.repo.usage(file) {
            _ if self.named.iter().any(|named| is_below(path, named)) => Usage::Applied,
            Usage::SetAside if !self.selection.select.is_empty() => Usage::Idle,
            usage => usage,
        }
    }
}

/// Whether a rule has something to say of a file of which this becomes.
fn holds(rule: &Rule, usage: Usage) -> bool {
    match usage {
        Usage::Applied => true,
        Usage::Idle => !is_in(rule, &FOR_APPLIED),
        Usage::SetAside => rule.id == "yaml/syntax" || is_in(rule, &FOR_EVERY),
        Usage::Template => is_in(rule, &FOR_EVERY) || is_in(rule, &FOR_WRITTEN),
    }
}

/// What a finding in a file matters of which this becomes.
fn severity(rule: &Rule, usage: Usage, severity: Severity) -> Severity {
    let spared = usage == Usage::Idle && !is_in(rule, &FOR_EVERY) && !is_in(rule, &FOR_IDLE);
    if spared { severity.min(Severity::Info) } else { severity }
}

fn check_file(file: &File, checks: &Checks, deployed: Option<&Vec<(&'static str, Finding)>>) -> Vec<Diagnostic> {
    let Checks { repo, rules, running, selection, mask, .. } = checks;
    let path = repo.tree().written(file).source.path.as_str();
    let suppressions = suppression::read(file);
    // By line; of several that say the same, the first is the one that counts.
    let mut silences: HashMap<Option<u32>, Vec<usize>> = HashMap::new();
    suppressions.iter().enumerate().for_each(|(index, one)| silences.entry(one.line).or_default().push(index));
    let silenced = |rule: &str, line: u32| {
        let mut there = [None, Some(line)].into_iter().filter_map(|line| silences.get(&line)).flatten();
        there.find(|index| suppressions.get(**index).is_some_and(|one| one.is_of(rule)))
    };
    let used: Vec<AtomicBool> = suppressions.iter().map(|_| AtomicBool::new(false)).collect();
    let mut diagnostics = Vec::new();
    let usage = checks.usage(file, path);
    let holds = |rule: &&Rule| holds(rule, usage) && (file.rendered.is_none() || !is_in(rule, &FOR_WRITTEN));
    for rule in running.iter().copied().filter(holds) {
        let Some(level) = selection.level(rule, path, repo) else { continue };
        let (findings, level) = match rule.check {
            Check::File(check) => (check(file, repo), severity(rule, usage, level)),
            Check::Both(_, check) if !repo.is_deployed(file) => (check(file, repo), severity(rule, usage, level)),
            Check::Cluster(_) | Check::Both(..) => {
                let own = deployed.into_iter().flatten().filter(|(id, _)| *id == rule.id);
                (own.map(|(_, finding)| finding.clone()).collect(), level)
            }
        };
        debug_assert!(findings.iter().all(|finding| finding.span.file == file.source.id), "{} left {path}", rule.id);
        for finding in findings.into_iter().filter(|finding| may_be_rendered(finding, repo.tree())) {
            let line = file.source.line(finding.span.start);
            match silenced(rule.id, line) {
                Some(&index) => used[index].store(true, Ordering::Relaxed),
                None => diagnostics.push(diagnostic(rule, level, as_written(finding, repo), mask)),
            }
        }
    }
    if let Some(rule) = rules.iter().find(|rule| rule.id == UNUSED_IGNORE)
        && let Some(severity) = selection.level(rule, path, repo)
    {
        let idle = suppressions.iter().zip(&used).filter(|(_, used)| !used.load(Ordering::Relaxed));
        let ran = |rule: &Rule| holds(&rule) && selection.level(rule, path, repo).is_some();
        let findings = idle.filter_map(|(suppression, _)| unused(suppression, rules, ran));
        let findings = findings.map(|finding| as_written(finding, repo));
        diagnostics.extend(findings.map(|finding| diagnostic(rule, severity, finding, mask)));
    }
    diagnostics.sort_by(|a, b| {
        (a.finding.span, a.rule, &a.finding.message).cmp(&(b.finding.span, b.rule, &b.finding.message))
    });
    // The same mistake reached in several ways is one; each way explains it.
    diagnostics.dedup_by(|again, first| {
        let same = (again.finding.span, again.rule, &again.finding.message)
            == (first.finding.span, first.rule, &first.finding.message);
        if same && first.finding.related.len() < MAX_RELATED {
            let new = again.finding.related.iter().filter(|related| !first.finding.related.contains(related)).cloned();
            first.finding.related.extend(new.collect::<Vec<_>>());
        }
        same
    });
    fingerprint(&mut diagnostics, path);
    diagnostics
}

/// Whether all the places that a finding speaks of may be rendered by the same data.
fn may_be_rendered(finding: &Finding, tree: &Tree) -> bool {
    let places = std::iter::once(finding.span).chain(finding.related.iter().map(|related| related.span));
    let rendered = |span: Span| Some((tree.file(span.file)?.rendered.as_ref()?, span));
    let conditions: Vec<&Condition> =
        places.filter_map(rendered).flat_map(|(rendered, span)| rendered.conditions.of(span)).collect();
    conditions.iter().enumerate().all(|(index, one)| conditions.iter().skip(index + 1).all(|other| one.agrees(other)))
}

/// A finding about what a template makes is one about the template.
fn as_written(mut finding: Finding, repo: &Repo) -> Finding {
    let tree = repo.tree();
    let edits = finding.fix.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.span);
    let related = finding.related.iter_mut().map(|related| &mut related.span);
    for span in related.chain(edits).chain([&mut finding.span]) {
        if let Some(file) = tree.file(span.file) {
            span.file = tree.written(file).source.id;
        }
    }
    // The next rendering would undo it.
    finding.fix = finding.fix.filter(|fix| !fix.edits.iter().any(|edit| repo.is_made(edit.span)));
    finding
}

fn unused(suppression: &Suppression, rules: &[Rule], ran: impl Fn(&Rule) -> bool) -> Option<Finding> {
    let id = suppression.rule.as_str();
    if id.is_empty() {
        let finding = Finding::new(suppression.span, "this comment names no rule, and silences nothing");
        return Some(finding.help("write `# homelint: ignore group/rule - reason`, on the line or above it"));
    }
    if id.ends_with('*') && rules.iter().any(|rule| suppression.is_of(rule.id)) {
        let message = format!("this suppression of `{id}` silences nothing");
        let any = rules.iter().any(|rule| suppression.is_of(rule.id) && ran(rule));
        return any.then(|| Finding::new(suppression.span, message).help("delete it"));
    }
    let Some(rule) = rules.iter().find(|rule| rule.id == id) else {
        let near = nearest(id, rules.iter().map(|rule| rule.id));
        let help = near.map_or_else(|| "`homelint rules` lists them".to_owned(), did_you_mean);
        return Some(Finding::new(suppression.span, format!("no rule is called `{id}`")).help(help));
    };
    let message = format!("this suppression of `{id}` silences nothing");
    ran(rule).then(|| Finding::new(suppression.span, message).help("delete it"))
}

fn diagnostic(rule: &Rule, severity: Severity, finding: Finding, mask: &Mask) -> Diagnostic {
    let mut diagnostic = shown(rule.id, severity, finding, mask);
    let help = &mut diagnostic.finding.help;
    *help = help.take().or_else(|| rule.advice().map(Shown::own));
    diagnostic
}

/// A finding as a user sees it.
fn shown(rule: &'static str, severity: Severity, finding: Finding, mask: &Mask) -> Diagnostic {
    let severity = finding.at_most.map_or(severity, |most| most.min(severity));
    let mut shown = mask.finding(&finding);
    shown.message = shown.message.clipped(MAX_MESSAGE);
    let edits = finding.fix.map(|fix| fix.edits).unwrap_or_default();
    Diagnostic { rule, severity, finding: shown, fingerprint: String::new(), edits }
}

/// Gives each diagnostic an identity from what it says, not from where it stands; equal ones are counted.
fn fingerprint(diagnostics: &mut [Diagnostic], path: &str) {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    for diagnostic in diagnostics {
        let hash = fnv(&[diagnostic.rule, path, &diagnostic.finding.message]);
        let count = seen.entry(hash).or_default();
        diagnostic.fingerprint = format!("{:016x}", hash.wrapping_add(*count));
        *count += 1;
    }
}

/// FNV-1a over the parts, 64 bits: stable between versions of the compiler, which `std`'s hasher is not.
fn fnv(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Report {
    /// Drops the diagnostics whose fingerprints are already known: of a baseline, or of another tree.
    pub fn without(mut self, known: &BTreeSet<String>) -> Self {
        self.diagnostics.retain(|diagnostic| !known.contains(&diagnostic.fingerprint));
        self
    }

    /// The fingerprints of all diagnostics.
    pub fn fingerprints(&self) -> BTreeSet<String> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.fingerprint.clone()).collect()
    }

    /// How many diagnostics have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}
