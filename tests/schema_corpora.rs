//! What the schema checker says about whole repositories.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use homelint::discover::{Root, Source, load};
use std::path::{Path, PathBuf};

/// `HOMELINT_REPOS=/folder/of/repositories cargo test --test schema_corpora -- --ignored --nocapture`
#[test]
#[ignore = "a report, to be read"]
fn faults_of_whole_repositories() {
    let folder = std::env::var("HOMELINT_REPOS").expect("HOMELINT_REPOS");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let (mut resources, mut without) = (0, 0);
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let repo = load(&Root { folder: folder.clone(), git: false }, &Source::WorkTree, &[]).unwrap();
        repo.deployment();
        let start = std::time::Instant::now();
        let verdicts = repo.verdicts();
        let took = start.elapsed();
        let missing = verdicts.without_schema(&repo.tree);
        println!(
            "## {} {} files, {} resources, {} without schema, judged in {took:?}",
            folder.file_name().and_then(|name| Path::new(name).to_str()).unwrap(),
            repo.tree.files().len(),
            repo.resources().len(),
            missing.len(),
        );
        resources += repo.resources().len();
        without += missing.len();
        for entry in &missing {
            println!("  without {}:{} {}", entry.path, entry.line, entry.reason);
        }
        for file in repo.tree.files() {
            for fault in verdicts.faults(file) {
                let line = file.source.line(fault.finding.span.start);
                let help = fault.finding.help.as_deref().unwrap_or("");
                println!("  {:?} {}:{line} {} ({help})", fault.kind, file.source.path, fault.finding.message);
            }
        }
    }
    println!("{} of {resources} resources have a schema", resources - without);
}
