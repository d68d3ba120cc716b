//! No secret leaves: `fixtures/leaks.md` plants words in every place that is known to hold one, and nothing that can be
//! printed of these repositories may have them.
#![allow(clippy::unwrap_used)]

mod harness;

use homelint::check::{Selection, check, fix};
use homelint::kustomize::Kustomize;
use homelint::model::inputs::Inputs;
use homelint::model::repo::Repo;
use homelint::report::{self, Format, Options};
use homelint::resource::{File, Resource};
use homelint::rules::RULES;
use homelint::source::FileId;
use homelint::yaml::Mode;

/// One that cannot be mistaken for another text, and one that can.
const WORDS: [(&str, &str); 2] = [("Zw1ebel-Kuchen7", "WncxZWJlbC1LdWNoZW43"), ("sunshine", "c3Vuc2hpbmU=")];

/// A small repository: its title, and its files with their texts.
type Section<'a> = (&'a str, Vec<(&'a str, String)>);

fn sections(page: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section> = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            sections.push((title, Vec::new()));
        }
        let file = line.strip_prefix("```").and_then(|info| info.split_once("file="));
        if let (Some((_, path)), Some((_, files))) = (file, sections.last_mut()) {
            let text = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            files.push((path, text));
        }
    }
    sections
}

fn repo(files: &[(&str, String)]) -> Repo {
    let mut files = files.to_vec();
    files.sort();
    let files = files.into_iter().enumerate();
    let files = files.map(|(id, (path, text))| File::read(FileId(id as u32), path, Some(text)));
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    Repo::new(Inputs::of(files.collect(), &ids))
}

/// Everything that can be printed of a repository, each with what prints it.
fn printed(repo: &Repo, builds: bool) -> Vec<(String, String)> {
    let mask = repo.mask();
    let mut out = Vec::new();
    for file in repo.tree().files() {
        out.push((file.source.path.clone(), mask.file(file.source.id).unwrap().text.clone()));
    }
    let all = vec![globset::Glob::new("*/*").unwrap().compile_matcher()];
    let report = check(repo, RULES, &Selection { select: all, ..Selection::default() });
    let options = Options { color: false, width: 120, info: true, elapsed: 0 };
    for format in Format::ALL {
        out.push((format!("--format {}", format.name()), report::render(&report, RULES, format, &options)));
    }
    out.push(("the summary".to_owned(), report::summary(&report, &options)));
    out.push(("--fix --diff".to_owned(), fix::diff(&report, true)));
    let mut built: Vec<Resource> = Vec::new();
    built.extend(repo.fleet().clusters.iter().flat_map(|cluster| cluster.resources()).map(|(_, one)| one.clone()));
    for folder in repo.tree().folders().filter(|folder| repo.tree().kustomization(folder).is_some()) {
        built.extend(Kustomize::new(repo.tree()).build(folder).resources);
    }
    for resource in built.iter().filter(|_| builds) {
        out.push((
            format!("build of {}", resource.title()),
            mask.yaml(&resource.node, Mode::Yaml11, &|_| None).to_string(),
        ));
        out.push((format!("JSON of {}", resource.title()), mask.json(&resource.node, Mode::Yaml11).to_string()));
    }
    out
}

/// What prints a word of a section, and the line in which it does.
fn leaks((title, files): &Section, (word, encoded): (&str, &str)) -> Vec<String> {
    let planted = |text: &String| text.replace("PLANTED64", encoded).replace("PLANTED", word);
    let files: Vec<(&str, String)> = files.iter().map(|(path, text)| (*path, planted(text))).collect();
    let leaks = |text: &str| text.lines().find(|line| line.contains(word) || line.contains(encoded)).map(str::to_owned);
    let printed = printed(&repo(&files), !title.contains("in snippets")).into_iter();
    printed.filter_map(|(what, text)| Some(format!("{title}: {what}: {}", leaks(&text)?))).collect()
}

#[test]
fn no_planted_word_is_printed() {
    let page = include_str!("../fixtures/leaks.md");
    let sections = sections(page);
    assert!(sections.len() > 20 && sections.iter().all(|(_, files)| !files.is_empty()), "the page is read");
    let mut found = Vec::new();
    for section in &sections {
        let words = if section.0.contains("by value") { &WORDS[..1] } else { &WORDS[..] };
        words.iter().for_each(|word| found.extend(leaks(section, *word)));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_is_no_secret_is_shown() {
    let text = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: shown}\nspec:\n  data:\n  \
                - {secretKey: shown, remoteRef: {key: shown}}\n  target: {template: {type: Opaque, data: {a: 'shown {{ .a }}'}}}\n\
                ---\napiVersion: v1\nkind: Pod\nmetadata: {name: shown}\nspec:\n  automountServiceAccountToken: false\n  \
                containers:\n  - name: shown\n    envFrom: [{secretRef: {name: shown}}]\n    env:\n    \
                - {name: TOKEN, value: '${shown}'}\n    - {name: URL, value: 'https://shown.example.org/shown:8080'}\n  \
                existingSecret: shown\n  volumes: [{secret: {secretName: shown}}]\n  tokens: shown\n";
    let repo = repo(&[("a.yaml", text.to_owned())]);
    let mask = repo.mask();
    let shown = &mask.file(FileId(0)).unwrap().text;
    text.lines().zip(shown.lines()).for_each(|(text, shown)| assert_eq!(shown, text));
}

#[test]
fn keys_of_a_secret_are_shown() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: shown}\nstringData:\n  shown: sunshine\n  shown: sunshine\n\
                sops: {shown: shown}\n";
    let repo = repo(&[("a.yaml", text.to_owned())]);
    let printed = printed(&repo, true);
    let concise = printed.iter().find(|(what, _)| what == "--format concise").unwrap();
    assert!(concise.1.contains("duplicate key `shown`"), "{}", concise.1);
    let masked = text.replace("sunshine", "********");
    assert_eq!(repo.mask().file(FileId(0)).unwrap().text, masked);
}

#[test]
fn every_command_masks() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: Zw1ebel-Kuchen7, namespace: d}\nstringData: {word: Zw1ebel-Kuchen7}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: d}\ndata: {a: Zw1ebel-Kuchen7, a: b}\n";
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: Zw1ebel-Kuchen7, namespace: f}\n\
                spec: {interval: 1h, path: ./apps, prune: true, sourceRef: {kind: GitRepository, name: f}}\n";
    let kustomization = "resources: [s.yaml, c.yaml, Zw1ebel-Kuchen7.yaml]\n";
    let files = [
        ("apps/s.yaml", secret),
        ("apps/c.yaml", map),
        ("flux/ks.yaml", flux),
        ("apps/kustomization.yaml", kustomization),
    ];
    let repo = harness::Repo::new(&files);
    repo.git(&["init", "-q"]);
    repo.commit();
    let formats = Format::ALL.map(|format| vec!["check", "--info", "--format", format.name()]);
    let others = [
        vec!["check", "--statistics"],
        vec!["check", "--fix", "--unsafe-fixes", "--diff"],
        vec!["check", "--write-baseline=accepted"],
        vec!["build"],
        vec!["build", "--format", "json"],
        vec!["build", "--provenance"],
        vec!["build", "apps"],
        vec!["graph"],
        vec!["graph", "--format", "json"],
        vec!["graph", "--format", "mermaid"],
        vec!["graph", "--format", "dot"],
    ];
    for arguments in formats.into_iter().chain(others) {
        let ran = repo.run(&arguments);
        assert!(!ran.out.contains("Zw1ebel") && !ran.err.contains("Zw1ebel"), "{arguments:?}\n{}{}", ran.out, ran.err);
    }
    assert!(!repo.read("accepted").contains("Zw1ebel"), "{}", repo.read("accepted"));
}

/// A format that could see the repository could forget to mask it.
#[test]
fn reports_see_only_what_may_be_shown() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for room in ["model", "resource", "yaml", "kustomize", "flux", "discover"] {
            assert!(!code.contains(&format!("crate::{room}")), "{} uses `{room}`", file.display());
        }
    }
}
