//! What many files have in common is one finding, of the creation rule.
#![allow(clippy::unwrap_used)]

use homelint::check::{Report, Selection, check};
use homelint::model::inputs::Inputs;
use homelint::model::repo::Repo;
use homelint::resource::File;
use homelint::rules::RULES;
use homelint::source::FileId;

const ONE: &str = "age1examplexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
const OTHER: &str = "age1anotherxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

fn encrypted(recipient: &str) -> String {
    let value = "ENC[AES256_GCM,data:c29tZQ==,iv:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str]";
    format!(
        "word: {value}\nsops:\n  age: [{{recipient: {recipient}, enc: made up}}]\n  lastmodified: \"2026-01-01T00:00:00Z\"\n  mac: {value}\n"
    )
}

/// A repository with so many encrypted files, and what is found in it.
fn report(rule: &str, recipient: &str, files: usize) -> (Repo, Report) {
    let config = format!("creation_rules:\n  - path_regex: {rule}\n    age: {ONE}\n");
    let others = (0..files).map(|index| (format!("a/{index}.sops.yaml"), encrypted(recipient)));
    let all = std::iter::once((".sops.yaml".to_owned(), config)).chain(others).enumerate();
    let all = all.map(|(id, (path, text))| File::read(FileId(id as u32), path, Some(text)));
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let repo = Repo::new(Inputs::of(all.collect(), &ids));
    let report = check(&repo, RULES, &Selection::default());
    (repo, report)
}

/// The paths of the findings of a rule, and how many other places each names.
fn places(rule: &str, (repo, report): (Repo, Report)) -> Vec<(String, usize)> {
    let found = report.diagnostics.iter().filter(|one| one.rule == rule);
    let place = |span| repo.file_of(span).unwrap().source.path.clone();
    found.map(|one| (place(one.finding.span), one.finding.related.len())).collect()
}

#[test]
fn a_key_that_many_files_lack_is_one_finding() {
    let few = places("sops/recipients-differ", report(r"\.sops\.yaml$", OTHER, 2));
    assert_eq!(few, [("a/0.sops.yaml".to_owned(), 1), ("a/1.sops.yaml".to_owned(), 1)]);
    let many = places("sops/recipients-differ", report(r"\.sops\.yaml$", OTHER, 7));
    assert_eq!(many, [(".sops.yaml".to_owned(), 7)]);
    assert_eq!(places("sops/recipients-differ", report(r"\.sops\.yaml$", ONE, 7)), []);
}

#[test]
fn a_pattern_that_misses_many_files_is_one_finding() {
    let few = places("sops/no-rule", report(r"^b/.*\.sops\.yaml$", ONE, 2));
    assert_eq!(few, [("a/0.sops.yaml".to_owned(), 1), ("a/1.sops.yaml".to_owned(), 1)]);
    let many = places("sops/no-rule", report(r"^b/.*\.sops\.yaml$", ONE, 7));
    assert_eq!(many, [(".sops.yaml".to_owned(), 7)]);
}
