//! Runs every rule page as documentation, test and snapshot, and guards what is derived from the rules.
//!
//! `UPDATE=1 cargo test` rewrites the generated parts of the pages, the list of rules and the README's table.
#![allow(clippy::unwrap_used)]

use homelint::check::fix::{changes, new_text};
use homelint::check::{Report, Selection, check};
use homelint::discover::store::Store;
use homelint::discover::{Besides, Root, Source, load};
use homelint::model::inputs::Inputs;
use homelint::model::repo::Repo;
use homelint::resource::File;
use homelint::rule::Rule;
use homelint::rules::RULES;
use homelint::source::FileId;
use homelint::yaml::Node;
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

fn report(repo: &Repo, select: &[&str]) -> Report {
    let select = select.iter().map(|id| globset::Glob::new(id).unwrap().compile_matcher()).collect();
    check(repo, RULES, &Selection { select, ..Selection::default() })
}

fn output(repo: &Repo, report: &Report) -> String {
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
        let help = finding.help.as_deref().unwrap_or_else(|| panic!("{} does not say what to do", diagnostic.rule));
        writeln!(out, "  help: {help}").unwrap();
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
        let bad_repo = repo(bad);
        let report = report(&bad_repo, &[rule.id]);
        if report.diagnostics.is_empty() {
            writeln!(faults, "{}: nothing is found under Bad", rule.id).unwrap();
        }
        let current = with_output(&page, &output(&bad_repo, &report));
        let current = with_details(&current, rule, &report);
        let current = with_fixed(&current, &sections, &fixed(&bad_repo, &report));
        if current != page && std::env::var_os("UPDATE").is_some() {
            std::fs::write(page_path(rule), &current).unwrap();
        } else if let Some((line, page, current)) = first_difference(&page, &current) {
            writeln!(faults, "{}:{line}: the page says\n  {page}\nand should say\n  {current}", rule.id).unwrap();
        }
        let good = repo(good);
        let noise = output(&good, &self::report(&good, if rule.on { &[] } else { std::slice::from_ref(&rule.id) }));
        if !noise.is_empty() {
            writeln!(faults, "{}: Good is not silent:\n{noise}", rule.id).unwrap();
        }
        for fault in skeleton_faults(&current) {
            writeln!(faults, "{}: {fault}", rule.id).unwrap();
        }
    }
    assert!(faults.is_empty(), "`UPDATE=1 cargo test` rewrites what is generated\n{faults}");
}

/// The number of the first line that differs, and both lines.
fn first_difference<'t>(left: &'t str, right: &'t str) -> Option<(usize, &'t str, &'t str)> {
    let lines = left.lines().chain(["(the end)"]).zip(right.lines().chain(["(the end)"])).enumerate();
    lines.map(|(at, (left, right))| (at + 1, left, right)).find(|(_, left, right)| left != right)
}

/// What every page has, in this order; `Fixed` follows where there is a fix.
const HEADINGS: [&str; 5] = ["How to fix it", "When to ignore it", "Details", "Bad", "Good"];

/// Where a page departs from the skeleton that all have.
fn skeleton_faults(page: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut parts = page.split("\n## ");
    let (title, why) = parts.next().and_then(|part| part.split_once('\n')).unwrap_or_default();
    if !title.strip_prefix("# ").is_some_and(|title| !title.ends_with('.') && !title.starts_with("A ")) {
        faults.push(format!("the title is `{title}`, and should be like `# a dependency that does not exist`"));
    }
    if why.trim().is_empty() {
        faults.push("the title must be followed by what goes wrong".to_owned());
    }
    let sections: Vec<(&str, &str)> = parts.map(|part| part.split_once('\n').unwrap_or((part, ""))).collect();
    let headings: Vec<&str> = sections.iter().map(|(heading, _)| *heading).collect();
    if headings != HEADINGS && headings != [&HEADINGS[..], &["Fixed"]].concat() {
        faults.push(format!("the sections are {headings:?}, and should be {HEADINGS:?}"));
    }
    let empty = sections.iter().filter(|(_, text)| text.trim().is_empty());
    faults.extend(empty.map(|(heading, _)| format!("`## {heading}` is empty")));
    let details = sections.iter().find(|(heading, _)| *heading == "Details").map_or("", |(_, text)| text);
    let is_link = |line: &str| line.starts_with("- Documentation: [") && line.contains("](https://");
    if !details.lines().any(is_link) {
        faults.push("`## Details` must have a line `- Documentation: [title](https://…)`".to_owned());
    }
    faults
}

/// The page with the lines under Details that say how severe the rule is, and whether there is a fix.
fn with_details(page: &str, rule: &Rule, report: &Report) -> String {
    let fixes = report.diagnostics.iter().filter_map(|diagnostic| diagnostic.finding.fix.as_ref());
    let safe: BTreeSet<bool> = fixes.map(|fix| fix.safe).collect();
    let fix = match (safe.contains(&true), safe.contains(&false)) {
        (true, true) => "`--fix`, in some cases `--fix --unsafe-fixes`",
        (true, false) => "`--fix`",
        (false, true) => "`--fix --unsafe-fixes`",
        (false, false) => "by hand",
    };
    let on = if rule.on { "" } else { ", off by default" };
    let Some((before, rest)) = page.split_once("\n## Details\n") else { return page.to_owned() };
    let (details, after) = rest.split_once("\n## ").unwrap_or((rest, ""));
    let is_generated = |line: &&str| line.starts_with("- Severity: ") || line.starts_with("- Fix: ");
    let written: Vec<&str> = details.trim().lines().filter(|line| !is_generated(line)).collect();
    let severity = rule.severity.name();
    let lines = format!("- Severity: `{severity}`{on}\n- Fix: {fix}\n{}", written.join("\n"));
    format!("{before}\n## Details\n\n{}\n\n## {after}", lines.trim_end())
}

/// The page with what the fixes make of Bad as its last section.
fn with_fixed(page: &str, sections: &BTreeMap<String, Section>, fixed: &BTreeMap<String, String>) -> String {
    if sections.get("Fixed").map_or(&BTreeMap::new(), |section| &section.files) == fixed {
        return page.to_owned();
    }
    let page = page.split_once("\n## Fixed\n").map_or(page, |(page, _)| page).trim_end();
    let block = |(path, text): (&String, &String)| {
        let language = path.rsplit_once('.').map_or("text", |(_, ending)| ending);
        format!("\n```{language} file={path}\n{text}```\n")
    };
    let heading = if fixed.is_empty() { "" } else { "\n## Fixed\n" };
    format!("{page}\n{heading}{}", fixed.iter().map(block).collect::<String>())
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

/// The files that fixes change, as they are afterwards.
fn fixed(repo: &Repo, report: &Report) -> BTreeMap<String, String> {
    let changes = changes(&report.diagnostics, true);
    let file = |(id, changes): (&FileId, &Vec<_>)| {
        let source = &repo.tree().file(*id).unwrap().source;
        (source.path.clone(), new_text(&source.text, changes))
    };
    changes.iter().map(file).collect()
}

/// What a repository deploys or, where nothing is deployed, what is written in it: texts without quotes, since a text
/// in place of a boolean is what a fix is for, and without versions of APIs.
fn deployed(repo: &Repo) -> Vec<String> {
    fn write(node: &Node, out: &mut String) {
        for entry in node.entries().iter().filter(|entry| entry.key.text() != Some("apiVersion")) {
            write!(out, "{}: (", entry.key.text().unwrap_or("?")).unwrap();
            write(&entry.value, out);
            out.push(')');
        }
        for item in node.items() {
            out.push_str("- (");
            write(item, out);
            out.push(')');
        }
        out.push_str(node.as_scalar().map_or("", |scalar| &scalar.text));
    }
    let applied = repo.fleet().clusters.iter().flat_map(|cluster| cluster.resources()).map(|(_, resource)| resource);
    let applied: Vec<_> = applied.collect();
    let written = repo.resources().iter().filter(|_| applied.is_empty());
    let texts = applied.iter().copied().chain(written).map(|resource| {
        let mut text = String::new();
        write(&resource.node, &mut text);
        text
    });
    texts.collect()
}

/// What is found, without places: fixes move lines.
fn findings(report: &Report) -> BTreeSet<(&str, &str)> {
    report.diagnostics.iter().map(|one| (one.rule, one.finding.message.as_str())).collect()
}

/// Safe fixes change nothing that is deployed, save how it is written, and leave nothing new to find.
#[test]
fn safe_fixes_are_safe() {
    let pages = RULES.iter().map(|rule| std::fs::read_to_string(page_path(rule)).unwrap());
    let sections = pages.flat_map(|page| sections(&page).into_values());
    let home = Section { files: files_below(&root().join("fixtures/home-ops")), ..Section::default() };
    let all = Selection { select: vec![globset::Glob::new("**").unwrap().compile_matcher()], ..Selection::default() };
    let mut fixed = 0;
    for mut section in sections.chain([home]).filter(|section| !section.files.is_empty()) {
        let before = repo(&section);
        let found = check(&before, RULES, &all);
        let changes = changes(&found.diagnostics, false);
        for (id, changes) in &changes {
            let file = before.tree().file(*id).unwrap();
            section.files.insert(file.source.path.clone(), new_text(&file.source.text, changes));
        }
        if changes.is_empty() {
            continue;
        }
        fixed += 1;
        let after = repo(&section);
        assert_eq!(deployed(&after), deployed(&before), "{:#?}", section.files);
        let left = check(&after, RULES, &all);
        let new: Vec<_> = findings(&left).difference(&findings(&found)).copied().collect::<Vec<_>>();
        assert!(new.is_empty(), "{new:#?} in {:#?}", section.files);
    }
    assert!(fixed > 4, "only {fixed} repositories have a safe fix");
}

fn files_below(folder: &Path) -> BTreeMap<String, String> {
    let root = Root { folder: folder.to_owned(), git: false };
    let read = load(&root, &Source::WorkTree, Besides::default()).unwrap();
    let files = read.tree.files().iter().filter(|file| file.readable && file.rendered.is_none());
    files.map(|file| (file.source.path.clone(), file.source.text.clone())).collect()
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

/// How findings on real repositories were judged.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Judged {
    r#true: u32,
    r#false: u32,
    debatable: u32,
    settled: u32,
}

#[test]
fn judged_findings_are_of_rules_and_mostly_true() {
    let text = std::fs::read_to_string(root().join("rules/judged.yaml")).unwrap();
    let judged: BTreeMap<String, Judged> = yaml_serde::from_str(&text).unwrap();
    let (mut all, mut wrong) = (0, 0);
    for (id, one) in &judged {
        assert!(RULES.iter().any(|rule| rule.id == id), "no rule is called {id}");
        assert!(one.settled <= one.r#false + one.debatable, "{id}: {one:?}");
        all += one.r#true + one.r#false + one.debatable;
        wrong += one.r#false;
    }
    assert!(all > 0 && wrong * 10 < all, "{wrong} of {all} are false");
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
