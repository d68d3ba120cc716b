//! `homelint check`.

use super::store::{check_locations, store};
use super::terminal::{Color, color, width};
use super::{CLEAN, FAILED, FOUND, Failure, Outcome, Run, fix, paths, rules};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use globset::{Glob, GlobMatcher};
use homelint::check::fix::diff;
use homelint::check::{Report, Selection, check};
use homelint::config::FILE;
use homelint::diagnostic::Severity;
use homelint::discover::store::Store;
use homelint::discover::{self, Besides, Changes, Root, Source};
use homelint::model::repo::Repo;
use homelint::report::{self, Format, Options};
use homelint::resource::Syntax;
use homelint::rules::RULES;
use homelint::secret::Shown;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Where a baseline lies unless a file is named.
const BASELINE: &str = ".homelint-baseline";

#[derive(Clone, clap::Args)]
#[command(after_help = "\
Examples:
  homelint check --select 'yaml/*' --format concise
  homelint check --staged                  report what is new compared to HEAD
  homelint check --since origin/main       report what is new compared to a branch
  homelint check --write-baseline          record the current findings …
  homelint check --baseline .homelint-baseline      … and report only new ones
  homelint check --fix --diff              show what would be fixed")]
pub struct Check {
    /// Report findings only in these files and folders; the whole repository around them is read
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats())]
    format: Format,
    /// Check the staged files; report only what is new compared to HEAD
    #[arg(long, conflicts_with_all = ["rev", "fix"])]
    staged: bool,
    /// Report only what is new since a revision, in any file
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    since: Option<String>,
    /// As a hook: check what is pushed (pre-commit's refs), else what is staged, else everything
    #[arg(long, conflicts_with_all = ["staged", "since", "rev", "fix"])]
    hook: bool,
    /// Check a commit instead of the work tree
    #[arg(long, value_name = "REV", conflicts_with = "fix")]
    rev: Option<String>,
    /// Apply safe fixes, and report the rest
    #[arg(long, help_heading = "Fixes")]
    fix: bool,
    /// With --fix: also apply fixes whose result a person should review
    #[arg(long, requires = "fix", help_heading = "Fixes")]
    unsafe_fixes: bool,
    /// With --fix: show the changes instead of making them
    #[arg(long, requires = "fix", help_heading = "Fixes")]
    diff: bool,
    /// Also read schemas from a folder, or from a template with kubeconform's variables
    #[arg(long, value_name = "LOCATION", help_heading = "Schemas")]
    schema_location: Vec<String>,
    /// Run only matching rules, including those that are off by default
    #[arg(long, value_name = "GLOB", value_delimiter = ',', help_heading = "Findings")]
    select: Vec<String>,
    /// Skip matching rules
    #[arg(long, value_name = "GLOB", value_delimiter = ',', help_heading = "Findings")]
    ignore: Vec<String>,
    /// Show findings of severity info in CI too
    #[arg(long, help_heading = "Findings")]
    info: bool,
    /// Ignore the findings recorded in a baseline file
    #[arg(long, value_name = "FILE", help_heading = "Findings")]
    baseline: Option<PathBuf>,
    /// Record the current findings in FILE (default: the file of --baseline, or .homelint-baseline)
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, help_heading = "Findings")]
    write_baseline: Option<Option<PathBuf>>,
    /// Exit with 1 if there are warnings
    #[arg(long, help_heading = "Output")]
    deny_warnings: bool,
    /// Exit with 0 even if there are findings
    #[arg(long, conflicts_with = "deny_warnings", help_heading = "Output")]
    exit_zero: bool,
    /// Show the number of findings of each rule instead of the findings
    #[arg(long, help_heading = "Output")]
    statistics: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    color: Color,
    /// Do not print the summary
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name))
        .map(|name| Format::ALL.into_iter().find(|format| format.name() == name).unwrap_or(Format::Human))
}

/// Checks a repository and reports.
pub fn run(arguments: &Check) -> Run {
    let start = Instant::now();
    let hook = arguments.hook.then(|| arguments.clone().of_hook()).transpose()?;
    let arguments = hook.as_ref().unwrap_or(arguments);
    let source = arguments.source();
    let places = paths::locate(&arguments.paths, &source)?;
    let selection = Selection {
        select: globs(&arguments.select)?,
        ignore: globs(&arguments.ignore)?,
        paths: places.selected.clone(),
    };
    let root = &places.root;
    if !root.git && (source != Source::WorkTree || arguments.since.is_some()) {
        let failure = Failure::new(format!("{} is not in a git repository", root.folder.display()));
        return Err(failure.help("`--staged`, `--rev` and `--since` need one"));
    }
    let store = store(root, &arguments.schema_location)?;
    let base = arguments.base(root, &source)?;
    let since = base.as_deref().filter(|_| arguments.since.is_some());
    let mut repo = load(root, &source, since, &store)?;
    places.check_tree(&repo, &source)?;
    check_locations(root, repo.locations())?;
    if let Some(broken) = broken_configuration(&repo)? {
        let text = report::render(&broken, RULES, arguments.format, &arguments.options(&std::io::stdout(), start));
        let summary = report::summary(&broken, &arguments.options(&std::io::stderr(), start));
        return Ok(Outcome::of(&repo, &text, &format!("{summary}\n")).code(FAILED));
    }
    let known = base.as_deref().map_or_else(|| Ok(BTreeSet::new()), |base| known_at(root, base, &selection, &store))?;
    let mut report = check(&repo, RULES, &selection).without(&known);
    let mut notes = String::new();
    if arguments.fix {
        if arguments.diff {
            let diff = diff(&report, arguments.unsafe_fixes);
            return Ok(Outcome::of(&repo, &diff, "").code(arguments.code(&report)));
        }
        (repo, report) = fix::until_nothing_changes(root, repo, report, arguments.unsafe_fixes, &mut notes, || {
            let repo = load(root, &source, since, &store)?;
            let report = check(&repo, RULES, &selection).without(&known);
            Ok((repo, report))
        })?;
    }
    if let Some(file) = &arguments.write_baseline {
        let file = file.as_deref().or(arguments.baseline.as_deref()).unwrap_or(Path::new(BASELINE));
        return write_baseline(file, &report);
    }
    if let Some(file) = &arguments.baseline {
        report = report.without(&read_baseline(file)?);
    }
    let options = arguments.options(&std::io::stdout(), start);
    let text = if arguments.statistics {
        statistics(&report, arguments.format)
    } else {
        report::render(&report, RULES, arguments.format, &options)
    };
    if !arguments.quiet && matches!(arguments.format, Format::Human | Format::Concise | Format::Github) {
        let options = arguments.options(&std::io::stderr(), start);
        let _ = writeln!(notes, "{}", report::summary(&report, &options));
    }
    let mut code = arguments.code(&report);
    if arguments.since.is_none() && !arguments.staged {
        code = code.max(arguments.idle(&repo, &selection, &mut notes));
    }
    let outcome = Outcome::of(&repo, &text, &notes).code(code);
    // The process ends here: giving back a tree of nodes piece by piece would only take time.
    std::mem::forget(repo);
    Ok(outcome)
}

impl Check {
    /// What a hook wants to know: pre-commit says what is pushed, git what is staged; where nothing is, all files are meant.
    fn of_hook(mut self) -> Result<Self, Failure> {
        let revision = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        if let (Some(from), Some(to)) = (revision("PRE_COMMIT_FROM_REF"), revision("PRE_COMMIT_TO_REF")) {
            (self.since, self.rev) = (Some(from), Some(to));
            return Ok(self);
        }
        let staged = discover::changes(&discover::root(Path::new("."))?, &Source::Index, None)?;
        self.staged = staged.is_some_and(|paths| !paths.is_empty());
        Ok(self)
    }

    fn source(&self) -> Source {
        match &self.rev {
            Some(rev) => Source::Commit(rev.clone()),
            None if self.staged => Source::Index,
            None => Source::WorkTree,
        }
    }

    /// The revision whose findings are known already; there is none before the first commit.
    fn base(&self, root: &Root, source: &Source) -> Result<Option<String>, Failure> {
        if let Some(since) = &self.since {
            return Ok(Some(discover::fork_point(root, source, since)?));
        }
        Ok((self.staged && discover::has_head(root)?).then(|| "HEAD".to_owned()))
    }

    fn options(&self, stream: &impl std::io::IsTerminal, start: Instant) -> Options {
        let ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        Options {
            color: color(self.color, stream),
            width: width(),
            info: self.info || !(ci || self.format == Format::Github),
            elapsed: start.elapsed().as_millis(),
        }
    }

    /// Says that there was nothing to check: no file at all is a failure, no file that homelint understands a warning.
    fn idle(&self, repo: &Repo, selection: &Selection, notes: &mut String) -> u8 {
        let mut wanted = repo.tree().files().iter().filter(|file| selection.wants(&file.source.path)).peekable();
        let is_empty = wanted.peek().is_none();
        if wanted.any(|file| !matches!(file.syntax, Syntax::Text)) {
            return CLEAN;
        }
        let what = if is_empty { "no file" } else { "no YAML, JSON or TOML" };
        let _ = writeln!(notes, "warning: nothing was checked: there is {what} below the path");
        match (is_empty, self.deny_warnings) {
            (true, _) => FAILED,
            (false, true) => FOUND,
            (false, false) => CLEAN,
        }
    }

    fn code(&self, report: &Report) -> u8 {
        let denied = self.deny_warnings && report.count(Severity::Warning) > 0;
        let found = denied || report.count(Severity::Error) > 0;
        if found && !self.exit_zero { FOUND } else { CLEAN }
    }
}

/// Reads a repository with what changed in it: since a revision, or, where generated files make it matter, since HEAD.
fn load(root: &Root, source: &Source, since: Option<&str>, store: &Store) -> Result<Repo, Failure> {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let changes = match since {
        Some(since) => Some(Changes::Since(since)),
        None => (!matches!(source, Source::Commit(_))).then_some(Changes::Generated),
    };
    Ok(Repo::new(discover::load(root, source, Besides { rules: &ids, store: Some(store), changes })?))
}

/// What is wrong with the configuration, where something is: no finding can be relied on then.
fn broken_configuration(repo: &Repo) -> Result<Option<Report>, Failure> {
    let has_problems = repo.tree().find(FILE).is_some_and(|file| !file.parsed.problems.is_empty());
    if repo.config().faults.is_empty() && !has_problems {
        return Ok(None);
    }
    let select = globs(&["homelint/config".to_owned(), "yaml/*".to_owned()])?;
    let selection = Selection { select, ignore: Vec::new(), paths: vec![FILE.to_owned()] };
    Ok(Some(check(repo, RULES, &selection)).filter(|report| report.count(Severity::Error) > 0))
}

/// What is found in a commit.
fn known_at(root: &Root, rev: &str, selection: &Selection, store: &Store) -> Result<BTreeSet<String>, Failure> {
    let repo = load(root, &Source::Commit(rev.to_owned()), None, store)?;
    Ok(check(&repo, RULES, selection).fingerprints())
}

/// Globs over ids of rules; each must match one.
fn globs(texts: &[String]) -> Result<Vec<GlobMatcher>, Failure> {
    let matcher = |text: &String| {
        let glob = Glob::new(text).map_err(|error| Failure::new(format!("`{text}`: {}", error.kind())))?;
        let matcher = glob.compile_matcher();
        if RULES.iter().any(|rule| matcher.is_match(rule.id)) { Ok(matcher) } else { Err(rules::unknown(text)) }
    };
    texts.iter().map(matcher).collect()
}

fn read_baseline(file: &Path) -> Result<BTreeSet<String>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::new(format!("cannot read the baseline {}: {error}", file.display()))
            .help(format!("write it: homelint --write-baseline={}", file.display()))
    })?;
    let fingerprints = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next());
    let fingerprints: BTreeSet<String> = fingerprints.map(str::to_owned).collect();
    let is_one = |text: &String| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fingerprints.iter().all(is_one) {
        return Ok(fingerprints);
    }
    let failure = Failure::new(format!("{} is no baseline: its lines begin with no fingerprint", file.display()));
    Err(failure.help(format!("write it: homelint --write-baseline={}", file.display())))
}

/// A line a finding: its fingerprint, and behind it what it was, for people.
fn write_baseline(file: &Path, report: &Report) -> Run {
    let mut text = "# Findings that homelint accepts, by fingerprint; the rest of a line is for people.\n".to_owned();
    for one in &report.diagnostics {
        let path = report.sources.get(&one.finding.span.file).map_or("", |file| &file.path);
        let line =
            format!("{} {path}: {}[{}]: {}", one.fingerprint, one.severity.name(), one.rule, one.finding.message);
        let _ = writeln!(text, "{}", line.replace(char::is_control, " "));
    }
    std::fs::write(file, text).map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))?;
    let number = report.diagnostics.len();
    let notes = format!("wrote {number} findings to {}; check with --baseline {0}\n", file.display());
    Ok(Outcome { notes: Shown::own(notes), ..Outcome::default() })
}

/// How often each rule spoke, most often first.
fn statistics(report: &Report, format: Format) -> String {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in &report.diagnostics {
        *counts.entry((one.rule, one.severity.name())).or_default() += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().map(|((rule, severity), count)| (count, severity, rule)).collect();
    rows.sort_by_key(|(count, severity, rule)| (std::cmp::Reverse(*count), *rule, *severity));
    if format == Format::Json {
        let row = |(count, severity, rule): &(usize, &str, &str)| serde_json::json!({ "rule": rule, "severity": severity, "count": count });
        return format!("{:#}\n", serde_json::Value::from_iter(rows.iter().map(row)));
    }
    rows.iter().map(|(count, severity, rule)| format!("{count:6}  {severity:7}  {rule}\n")).collect()
}
