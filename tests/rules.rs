//! Runs every rule page as documentation, test and snapshot, and guards what is derived from the rules.
//!
//! `UPDATE=1 cargo test` rewrites the outputs, the list of rules, the README's table and the configuration's schema.
#![allow(clippy::unwrap_used)]

use homelint::check::fix::{changes, new_text};
use homelint::check::{Selection, check};
use homelint::discover::Root;
use homelint::discover::store::Store;
use homelint::model::inputs::Inputs;
use homelint::model::repo::Repo;
use homelint::resource::File;
use homelint::rule::Rule;
use homelint::rules::RULES;
use homelint::source::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a derived file with what it should be; writes it when asked to.
fn assert_current(path: &Path, expected: &str) {
    let found = std::fs::read_to_string(path).unwrap_or_default();
    if found == expected {
        return;
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        return std::fs::write(path, expected).unwrap();
    }
    panic!("{} is stale: run `UPDATE=1 cargo test`\n--- expected\n{expected}\n--- found\n{found}", path.display());
}

/// A section of a page: the files of its blocks.
#[derive(Default)]
struct Section {
    files: BTreeMap<String, String>,
    base: BTreeMap<String, String>,
    output: Option<String>,
}

fn sections(page: &str) -> BTreeMap<String, Section> {
    let mut sections: BTreeMap<String, Section> = BTreeMap::new();
    let mut name = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            name = title.to_owned();
        }
        let ticks: String = line.chars().take_while(|letter| *letter == '`').collect();
        if ticks.len() < 3 {
            continue;
        }
        let info = &line[ticks.len()..];
        let text: String = lines.by_ref().take_while(|line| *line != ticks).map(|line| format!("{line}\n")).collect();
        let section = sections.entry(name.clone()).or_default();
        let word = |key: &str| info.split_whitespace().find_map(|word| word.strip_prefix(key)).map(str::to_owned);
        match (word("file="), word("rev=")) {
            (Some(file), None) => drop(section.files.insert(file, text)),
            (Some(file), Some(_)) => drop(section.base.insert(file, text)),
            (None, _) if info == "text" => section.output = Some(text),
            (None, _) => {}
        }
    }
    sections
}

fn repo(section: &Section) -> Repo {
    let files = section.files.iter().enumerate();
    let files = files.map(|(index, (path, text))| File::read(FileId(index as u32), path.clone(), Some(text.clone())));
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let nowhere = Root { folder: PathBuf::from("/nowhere"), git: false };
    let inputs = Store::new(&nowhere, None, Vec::new()).read(Inputs::of(files.collect(), &ids));
    let paths: BTreeSet<&String> = section.files.keys().chain(section.base.keys()).collect();
    let differs = paths.into_iter().filter(|path| {
        let base = section.base.get(*path);
        base.is_some() && base != section.files.get(*path)
    });
    let changes = (!section.base.is_empty()).then(|| differs.cloned().collect());
    Repo::new(Inputs { changes, ..inputs })
}

fn output(repo: &Repo, select: &[&str]) -> String {
    let select = select.iter().map(|id| globset::Glob::new(id).unwrap().compile_matcher()).collect();
    let report = check(repo, RULES, &Selection { select, ..Selection::default() });
    let mut out = String::new();
    for diagnostic in &report.diagnostics {
        let finding = &diagnostic.finding;
        let place = |span: homelint::source::Span| {
            let file = repo.file_of(span).unwrap();
            let at = file.source.position(span.start);
            format!("{}:{}:{}", file.source.path, at.line, at.column)
        };
        let severity = diagnostic.severity.name();
        writeln!(out, "{}: {severity}[{}]: {}", place(finding.span), diagnostic.rule, finding.message).unwrap();
        for related in &finding.related {
            writeln!(out, "  {}: {}", place(related.span), related.message).unwrap();
        }
        if let Some(help) = &finding.help {
            writeln!(out, "  help: {help}").unwrap();
        }
        if let Some(fix) = &finding.fix {
            writeln!(out, "  fix: {}", fix.title).unwrap();
        }
    }
    out
}

fn page_path(rule: &Rule) -> PathBuf {
    root().join("rules").join(format!("{}.md", rule.id))
}

#[test]
fn every_page_says_what_its_rule_does() {
    let mut faults = String::new();
    for rule in RULES {
        let page = std::fs::read_to_string(page_path(rule)).unwrap();
        let sections = sections(&page);
        let (Some(bad), Some(good)) = (sections.get("Bad"), sections.get("Good")) else {
            writeln!(faults, "{}: a page needs `## Bad` and `## Good`", rule.id).unwrap();
            continue;
        };
        let found = output(&repo(bad), &[rule.id]);
        if found.is_empty() {
            writeln!(faults, "{}: nothing is found under Bad", rule.id).unwrap();
        }
        if bad.output.as_ref() != Some(&found) {
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(page_path(rule), with_output(&page, &found)).unwrap();
            } else {
                let expected = bad.output.as_deref().unwrap_or("(no text block)");
                writeln!(faults, "{}: Bad gives\n{found}\nbut the page says\n{expected}", rule.id).unwrap();
            }
        }
        let noise = output(&repo(good), if rule.on { &[] } else { std::slice::from_ref(&rule.id) });
        if !noise.is_empty() {
            writeln!(faults, "{}: Good is not silent:\n{noise}", rule.id).unwrap();
        }
        if let Some(fixed) = sections.get("Fixed") {
            let mended = mended(bad, rule);
            if mended != fixed.files {
                writeln!(faults, "{}: the fix gives\n{mended:#?}\nbut the page says\n{:#?}", rule.id, fixed.files)
                    .unwrap();
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

/// The page with its output block replaced, or added at the end of Bad.
fn with_output(page: &str, output: &str) -> String {
    let block = format!("```text\n{output}```\n");
    let bad = page.find("## Bad").unwrap();
    let end = page[bad + 3..].find("\n## ").map_or(page.len(), |at| bad + 3 + at + 1);
    let body = &page[bad..end];
    let body = match body.find("```text\n") {
        Some(start) => {
            let close = start + body[start..].find("\n```\n").map_or(body.len() - start, |at| at + 5);
            format!("{}{block}{}", &body[..start], &body[close..])
        }
        None => format!("{}\n\n{block}\n", body.trim_end()),
    };
    format!("{}{body}{}", &page[..bad], &page[end..])
}

/// The files of Bad after the rule's fixes, where they change.
fn mended(bad: &Section, rule: &Rule) -> BTreeMap<String, String> {
    let repo = repo(bad);
    let select = vec![globset::Glob::new(rule.id).unwrap().compile_matcher()];
    let report = check(&repo, RULES, &Selection { select, ..Selection::default() });
    let mut files = bad.files.clone();
    let mut changed = BTreeSet::new();
    for (id, changes) in changes(&report.diagnostics, true) {
        let path = &repo.tree().file(id).unwrap().source.path;
        changed.insert(path.clone());
        let text = files.get_mut(path).unwrap();
        *text = new_text(text, &changes);
    }
    files.retain(|path, _| changed.contains(path));
    files
}

/// Ids by group, from the sources.
fn on_disk() -> BTreeMap<String, BTreeSet<String>> {
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in std::fs::read_dir(root().join("src/rules")).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(group.path()).unwrap().flatten() {
            let name = file.file_name().into_string().unwrap();
            let group = group.file_name().into_string().unwrap();
            groups.entry(group).or_default().insert(name.trim_end_matches(".rs").to_owned());
        }
    }
    groups
}

#[test]
fn the_list_of_rules_is_what_is_on_disk() {
    let groups = on_disk();
    let mut list = String::from(
        "//! The rules: one file each, `<group>/<name>.rs`. This list is written by `UPDATE=1 cargo test`.\n\nuse crate::rule::Rule;\n\n",
    );
    for (group, names) in &groups {
        writeln!(list, "/// Rules `{group}/…`.\npub mod {group} {{").unwrap();
        for name in names {
            writeln!(list, "    /// See `rules/{group}/{}.md`.\n    pub mod {name};", name.replace('_', "-")).unwrap();
        }
        list.push_str("}\n\n");
    }
    list.push_str("/// Every rule, by id.\n#[rustfmt::skip]\npub const RULES: &[Rule] = &[\n");
    for (group, names) in &groups {
        for name in names {
            let id = format!("{group}/{}", name.replace('_', "-"));
            let page = format!("include_str!(\"../../rules/{id}.md\")");
            writeln!(list, "    Rule {{ id: \"{id}\", page: {page}, ..{group}::{name}::RULE }},").unwrap();
        }
    }
    list.push_str("];\n");
    assert_current(&root().join("src/rules/mod.rs"), &list);
}

#[test]
fn the_readme_lists_the_rules() {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let mut table = String::from("| rule | severity | what it finds |\n|---|---|---|\n");
    for rule in RULES {
        let severity = if rule.on { rule.severity.name() } else { "off" };
        writeln!(table, "| [`{0}`](rules/{0}.md) | {severity} | {1} |", rule.id, rule.title()).unwrap();
    }
    let (before, rest) = readme.split_once("<!-- rules -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /rules -->").unwrap();
    assert_current(&path, &format!("{before}<!-- rules -->\n{table}<!-- /rules -->{after}"));
}

#[test]
fn the_schema_of_the_configuration_is_current() {
    let schema = serde_json::to_string_pretty(&homelint::config::json_schema()).unwrap();
    assert_current(&root().join("schemas/homelint.schema.json"), &format!("{schema}\n"));
}
