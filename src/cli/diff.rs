//! `homelint diff`: what changes in the clusters, object by object.

use super::build::NO_FLUX;
use super::{CLEAN, FOUND, Failure, Outcome, Run};
use homelint::discover::{self, Besides, Source};
use homelint::model::difference::{ObjectChange, Step, difference};
use homelint::model::repo::Repo;
use homelint::secret::Mask;
use homelint::yaml::{Mode, Node};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// Letters of a value that are shown, at most.
const MAX_VALUE: usize = 100;

/// Fields of one object that people are shown, at most.
const MAX_FIELDS: usize = 40;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  homelint diff                                 what the work tree changes against HEAD
  homelint diff --base origin/main              what this branch changes
  homelint diff --base origin/main --format markdown | gh pr comment --body-file -")]
pub struct Diff {
    /// Compare with where this branch left a revision
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    base: String,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// Exit with 1 if there is something to look at twice
    #[arg(long)]
    deny_dangers: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Text,
    Markdown,
    Json,
}

/// Two states of a repository, and what hides the secrets of each.
struct Both<'a> {
    after: &'a Repo,
    masks: [Mask<'a>; 2],
    /// Whether clusters are named.
    several: bool,
}

/// A change as it is shown.
struct Shown {
    sign: char,
    title: String,
    place: String,
    /// Path, old value, new value; a value that is absent is `None`.
    fields: Vec<(String, Option<String>, Option<String>)>,
}

/// Compares the work tree with a revision.
pub fn run(arguments: &Diff) -> Run {
    let root = discover::root(Path::new("."))?;
    if arguments.base == "HEAD" && !discover::has_head(&root)? {
        return Err(
            Failure::new("there is no commit to compare with").help("commit something first, or name a `--base`")
        );
    }
    let base = discover::fork_point(&root, &Source::WorkTree, &arguments.base)?;
    let load = |source: &Source| discover::load(&root, source, Besides::default()).map(Repo::new);
    let (before, after) = (load(&Source::Commit(base))?, load(&Source::WorkTree)?);
    let changes = difference(before.fleet(), after.fleet());
    let several = after.fleet().clusters.len() > 1 || before.fleet().clusters.len() > 1;
    let both = Both { after: &after, masks: [before.mask(), after.mask()], several };
    let text = match arguments.format {
        Form::Text => both.text(&changes),
        Form::Markdown => both.markdown(&changes),
        Form::Json => format!("{:#}\n", both.json(&changes)),
    };
    let notes = if after.fleet().clusters.is_empty() { NO_FLUX } else { "" };
    let text = before.mask().text(&text);
    let denied = arguments.deny_dangers && changes.iter().any(|change| !change.dangers.is_empty());
    Ok(Outcome::of(&after, &text, notes).code(if denied { FOUND } else { CLEAN }))
}

impl Both<'_> {
    fn shown(&self, change: &ObjectChange) -> Shown {
        let object = change.object();
        let title = object.map(|object| match object.namespace() {
            Some(namespace) => format!("{} {namespace}/{}", object.kind, object.name().unwrap_or("")),
            None => format!("{} {}", object.kind, object.name().unwrap_or("")),
        });
        let cluster = if self.several { format!(" ({})", change.cluster) } else { String::new() };
        let place = change.after.and_then(|object| self.place(&object.node));
        let value = |side: usize, node: Option<&Node>| node.map(|node| self.value(side, node));
        let fields =
            change.fields.iter().map(|field| (line(&field.path), value(0, field.before), value(1, field.after)));
        Shown {
            sign: match (change.before, change.after) {
                (None, _) => '+',
                (_, None) => '-',
                _ => '~',
            },
            title: line(&format!("{}{cluster}", title.unwrap_or_default())),
            place: place.unwrap_or_default(),
            fields: fields.collect(),
        }
    }

    /// Where a node of the new state is written.
    fn place(&self, node: &Node) -> Option<String> {
        let file = self.after.file_of(node.span)?;
        Some(line(&format!("{}:{}", file.source.path, file.source.line(node.span.start))))
    }

    /// A value on one line, without secrets.
    fn value(&self, side: usize, node: &Node) -> String {
        let json = self.masks.get(side).map_or(Value::Null, |mask| mask.json(node, Mode::Yaml11));
        let text = match json {
            Value::String(text) => text,
            other => other.to_string(),
        };
        let text = line(&text);
        match text.char_indices().nth(MAX_VALUE) {
            Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
            None => text,
        }
    }

    fn text(&self, changes: &[ObjectChange]) -> String {
        let mut out = format!("{}\n", summary(changes));
        let dangers = self.dangers(changes);
        if !dangers.is_empty() {
            out.push('\n');
        }
        dangers.iter().for_each(|danger| _ = writeln!(out, "! {danger}"));
        for shown in changes.iter().map(|change| self.shown(change)) {
            _ = writeln!(out, "\n{}", format!("{} {}  {}", shown.sign, shown.title, shown.place).trim_end());
            shown.fields.iter().take(MAX_FIELDS).for_each(|field| _ = writeln!(out, "    {}", written(field)));
            if let Some(more) = shown.fields.len().checked_sub(MAX_FIELDS + 1) {
                _ = writeln!(out, "    … and {} more fields", more + 1);
            }
        }
        out
    }

    fn markdown(&self, changes: &[ObjectChange]) -> String {
        let mut out = format!("**{}**\n", summary(changes));
        let dangers = self.dangers(changes);
        if !dangers.is_empty() {
            out.push_str("\n> [!WARNING]\n");
        }
        dangers.iter().for_each(|danger| _ = writeln!(out, "> - {}", code(danger)));
        for shown in changes.iter().map(|change| self.shown(change)) {
            if shown.fields.is_empty() {
                _ = writeln!(out, "\n`{}` {} {}", shown.sign, code(&shown.title), code(&shown.place));
                continue;
            }
            _ = writeln!(out, "\n<details><summary>{} {}</summary>\n", shown.sign, html(&shown.title));
            let body: Vec<String> = shown.fields.iter().take(MAX_FIELDS).flat_map(removed_and_added).collect();
            let place = if shown.place.is_empty() { String::new() } else { format!("# {}\n", shown.place) };
            let body = format!("{place}{}", body.concat());
            let fence = "`".repeat(longest_run(&body).max(2) + 1);
            _ = writeln!(out, "{fence}diff\n{body}{fence}\n</details>");
        }
        out
    }

    /// Everything to look at twice, with the object.
    fn dangers(&self, changes: &[ObjectChange]) -> Vec<String> {
        let of = |change: &ObjectChange| {
            let title = self.shown(change).title;
            let joint = |danger: &str| if danger.starts_with('`') { ": " } else { " " };
            change.dangers.iter().map(|danger| line(&format!("{title}{}{danger}", joint(danger)))).collect::<Vec<_>>()
        };
        changes.iter().flat_map(of).collect()
    }

    fn json(&self, changes: &[ObjectChange]) -> Value {
        let object = |change: &ObjectChange| {
            let object = change.object();
            let fields = change.fields.iter().map(|field| {
                let side = |side: usize, node: Option<&Node>| {
                    self.masks.get(side).zip(node).map(|(mask, node)| mask.json(node, Mode::Yaml11))
                };
                let place = field.after.and_then(|node| Some((self.after.file_of(node.span)?, node)));
                json!({
                    "path": field.path,
                    "before": side(0, field.before),
                    "after": side(1, field.after),
                    "file": place.map(|(file, _)| file.source.path.as_str()),
                    "line": place.map(|(file, node)| file.source.line(node.span.start)),
                })
            });
            json!({
                "cluster": self.several.then_some(change.cluster),
                "change": match (change.before, change.after) {
                    (None, _) => "added",
                    (_, None) => "removed",
                    _ => "changed",
                },
                "apiVersion": object.and_then(|object| object.node.text_at(&["apiVersion"])),
                "kind": object.map(|object| object.kind.as_str()),
                "namespace": object.and_then(|object| object.namespace()),
                "name": object.and_then(|object| object.name()),
                "dangers": change.dangers,
                "fields": fields.collect::<Value>(),
            })
        };
        json!({ "version": 1, "summary": summary(changes), "objects": changes.iter().map(object).collect::<Value>() })
    }
}

/// `3 versions (1 major), 2 objects added, 1 removed, 4 changed`
fn summary(changes: &[ObjectChange]) -> String {
    let versions = || changes.iter().flat_map(|change| &change.versions);
    let steps = |step: Step| versions().filter(|version| version.step == step).count();
    let (added, removed) = (
        changes.iter().filter(|change| change.before.is_none()).count(),
        changes.iter().filter(|change| change.after.is_none()).count(),
    );
    let mut parts = Vec::new();
    let extra: Vec<String> = [(Step::Major, "major"), (Step::Down, "back")]
        .iter()
        .filter_map(|(step, word)| Some(format!("{} {word}", Some(steps(*step)).filter(|count| *count > 0)?)))
        .collect();
    let note = if extra.is_empty() { String::new() } else { format!(" ({})", extra.join(", ")) };
    let counted = |count: usize, one: &str, many: &str| {
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    };
    parts.extend(counted(versions().count(), "version", "versions").map(|text| text + &note));
    parts.extend(counted(changes.len() - added - removed, "object changed", "objects changed"));
    parts.extend(counted(added, "object added", "objects added"));
    parts.extend(counted(removed, "object removed", "objects removed"));
    if parts.is_empty() { "nothing changes in the cluster".to_owned() } else { parts.join(", ") }
}

/// `path: old → new`
fn written((path, before, after): &(String, Option<String>, Option<String>)) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("{path}: {before} → {after}"),
        (None, Some(after)) => format!("+ {path}: {after}"),
        (Some(before), None) => format!("- {path}: {before}"),
        (None, None) => path.clone(),
    }
}

/// The two lines of a unified difference.
fn removed_and_added((path, before, after): &(String, Option<String>, Option<String>)) -> Vec<String> {
    let line = |sign: char, value: &Option<String>| value.as_ref().map(|value| format!("{sign} {path}: {value}\n"));
    line('-', before).into_iter().chain(line('+', after)).collect()
}

/// Text that stays on its line, whatever it holds.
fn line(text: &str) -> String {
    text.replace(
        |letter: char| {
            letter.is_control()
                || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        },
        " ",
    )
}

/// Text that Markdown shows as it is.
fn code(text: &str) -> String {
    let escape = |letter: char| match letter {
        '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '@' => format!("\\{letter}"),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

/// Text that HTML shows as it is.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The longest run of backticks in a text.
fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}
