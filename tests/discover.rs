//! Which files of a work tree are read.

#![allow(clippy::unwrap_used)]

mod harness;

use harness::Repo;
use homelint::discover::{self, Besides, Source};

/// The files that are read of the repository around a folder, but for the lists of what to ignore.
fn read(repo: &Repo, folder: &str) -> Vec<String> {
    let root = discover::root(&repo.path(folder)).unwrap();
    let read = discover::load(&root, &Source::WorkTree, Besides::default()).unwrap();
    let paths = read.tree.files().iter().map(|file| file.source.path.clone());
    paths.filter(|path| !path.ends_with("ignore")).collect()
}

#[test]
fn lists_speak_of_what_lies_below_them_and_the_nearest_counts() {
    let repo = Repo::new(&[
        (".gitignore", "*.tmp.yaml\n/build\nlogs/\n"),
        ("a.yaml", ""),
        ("a.tmp.yaml", ""),
        ("build/b.yaml", ""),
        ("apps/build/c.yaml", ""),
        ("apps/.gitignore", "!kept.tmp.yaml\nd.yaml\n"),
        ("apps/kept.tmp.yaml", ""),
        ("apps/deep/kept.tmp.yaml", ""),
        ("apps/deep/other.tmp.yaml", ""),
        ("apps/d.yaml", ""),
        ("apps/logs/e.yaml", ""),
        ("logs", ""),
        ("d.yaml", ""),
        (".hidden/f.yaml", ""),
        ("nested/.git/config", ""),
        ("nested/g.yaml", ""),
    ]);
    repo.git(&["init", "-q"]);
    repo.write(".git/info/exclude", "/nested\n");
    let read = read(&repo, "apps");
    assert_eq!(
        read,
        [
            ".hidden/f.yaml",
            "a.yaml",
            "apps/build/c.yaml",
            "apps/deep/kept.tmp.yaml",
            "apps/kept.tmp.yaml",
            "d.yaml",
            "logs"
        ]
    );
}

#[test]
fn own_lists_hold_whatever_git_says() {
    let repo = Repo::new(&[
        (".homelintignore", "old/\n"),
        (".gitignore", "!old/\nsecret.yaml\nleft/\n"),
        ("apps/.krmignore", "sample.yaml\n"),
        ("old/a.yaml", ""),
        ("apps/sample.yaml", ""),
        ("apps/secret.yaml", ""),
        ("left/b.yaml", ""),
        ("left/sample.yaml", ""),
        ("untracked/secret.yaml", ""),
    ]);
    repo.git(&["init", "-q"]);
    repo.git(&["add", "-f", "old", "apps", "left"]);
    // What git tracks is deployed, ignored or not.
    assert_eq!(read(&repo, "."), ["apps/secret.yaml", "left/b.yaml", "left/sample.yaml"]);
}

#[test]
fn a_linked_work_tree_shares_what_is_excluded() {
    let repo = Repo::new(&[("main/a.yaml", "")]);
    let git = |arguments: &[&str]| repo.git(&[&["-C", "main"], arguments].concat());
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "m"]);
    git(&["worktree", "add", "-q", "../linked"]);
    repo.write("main/.git/info/exclude", "b.yaml\n");
    repo.write("linked/b.yaml", "");
    repo.write("linked/c.yaml", "");
    assert_eq!(read(&repo, "linked"), ["a.yaml", "c.yaml"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let repo = Repo::new(&[("a.yaml", "")]);
    let made = std::process::Command::new("mkfifo").arg(repo.path("pipe.yaml")).status().unwrap();
    assert!(made.success());
    assert_eq!(read(&repo, "."), ["a.yaml"]);
}
