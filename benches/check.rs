//! How long the parts of a run take: `cargo bench [NAME]`. The best and the median of many rounds.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use homelint::check::{Selection, check};
use homelint::discover::{self, Besides, Source};
use homelint::model::repo::Repo;
use homelint::rules::RULES;
use homelint::source::FileId;
use homelint::yaml;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long one measurement goes on.
const LENGTH: Duration = Duration::from_secs(2);

/// Measures `run` unless the command line names other benchmarks.
fn measure<T>(name: &str, mut run: impl FnMut() -> T) {
    let names: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if !names.is_empty() && !names.iter().any(|wanted| name.contains(wanted.as_str())) {
        return;
    }
    let start = Instant::now();
    let mut rounds = Vec::new();
    while rounds.len() < 10 || start.elapsed() < LENGTH {
        let round = Instant::now();
        black_box(run());
        rounds.push(round.elapsed().as_secs_f64() * 1000.0);
    }
    rounds.sort_by(f64::total_cmp);
    let (best, median) = (rounds[0], rounds[rounds.len() / 2]);
    println!("{name:30} best {best:8.3} ms   median {median:8.3} ms   {} rounds", rounds.len());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to)
        } else {
            let _ = std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// `fixtures/clean` with 160 more apps in ten namespaces: about 550 files.
fn write_repository(root: &Path) {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clean"), root);
    let apps = root.join("kubernetes/apps");
    let read = |path: &str| std::fs::read_to_string(apps.join("default").join(path)).unwrap();
    let files = ["ks.yaml", "app/kustomization.yaml", "app/helmrelease.yaml"];
    let texts = files.map(|file| (file, read(&format!("echo/{file}"))));
    let kustomization = read("kustomization.yaml");
    for space in (0..10).map(|number| format!("space{number}")) {
        let names: Vec<String> = (0..16).map(|number| format!("app{number}")).collect();
        for name in &names {
            for (file, text) in &texts {
                let text = text.replace("default/echo", &format!("{space}/{name}"));
                let text = text.replace("&namespace default", &format!("&namespace {space}")).replace("echo", name);
                let path = apps.join(&space).join(name).join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
        }
        let list: String = names.iter().map(|name| format!("  - ./{name}/ks.yaml\n")).collect();
        let text = kustomization.replace("namespace: default", &format!("namespace: {space}"));
        std::fs::write(apps.join(&space).join("kustomization.yaml"), text.replace("  - ./echo/ks.yaml\n", &list))
            .unwrap();
    }
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    write_repository(folder.path());
    let root = discover::root(folder.path()).unwrap();
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let load =
        || Repo::new(discover::load(&root, &Source::WorkTree, Besides { rules: &ids, ..Besides::default() }).unwrap());
    let repo = load();
    let found = check(&repo, RULES, &Selection::default()).diagnostics.len();
    let texts: Vec<&str> = repo.tree().files().iter().map(|file| file.source.text.as_str()).collect();
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    println!("{} files, {} kB, {} resources, {found} findings", texts.len(), bytes / 1000, repo.resources().len());

    let parse = |text: &&str| yaml::parse(FileId(0), text).documents.len();
    measure("parse, one thread", || texts.iter().map(parse).sum::<usize>());
    measure("load: walk, read, parse", load);
    measure("whole: load and check", || check(&load(), RULES, &Selection::default()).diagnostics.len());
    let binary = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_homelint"));
        command.args(arguments).current_dir(folder.path()).output().unwrap()
    };
    measure("start-up: homelint --version", || binary(&["--version"]));
    measure("process: homelint check", || binary(&["check", "--format", "json"]));
}
