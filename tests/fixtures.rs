//! Whole repositories as a user checks them. `UPDATE=1 cargo test` rewrites `fixtures/home-ops.out`.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn homelint(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_homelint"));
    command.args(["check", "--format", "concise", "--quiet"]).args(arguments);
    command.current_dir(folder).env_clear().output().unwrap()
}

fn text(output: Output) -> String {
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_planted_mistake_is_found_and_nothing_else() {
    let found = text(homelint(&fixtures(), &["home-ops"]));
    let snapshot = fixtures().join("home-ops.out");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&snapshot, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&snapshot).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(found, expected, "fixtures/home-ops.out is stale: UPDATE=1 cargo test rewrites it");
}

#[test]
fn a_sound_repository_is_met_with_silence() {
    let output = homelint(&fixtures(), &["clean"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(output), "");
}

/// The README shows what a user sees.
#[test]
fn the_readme_shows_real_output() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&readme).unwrap().replace("\r\n", "\n");
    let mut command = Command::new(env!("CARGO_BIN_EXE_homelint"));
    command.args(["check", "--quiet", "home-ops/kubernetes/apps/media"]).current_dir(fixtures()).env_clear();
    let shown = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let (before, rest) = text.split_once("<!-- output -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /output -->\n").unwrap();
    let expected = format!("{before}<!-- output -->\n```text\n{}\n```\n<!-- /output -->\n{after}", shown.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&readme, &expected).unwrap();
        return;
    }
    assert_eq!(text, expected, "the README's output is stale: UPDATE=1 cargo test rewrites it");
}

/// A folder with a `.homelint.yaml` is a repository of its own, in every source of bytes.
#[test]
fn a_repository_may_lie_inside_another() {
    let outer = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = outer.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").args(identity).args(arguments).current_dir(outer.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let check = |arguments: &[&str]| text(homelint(outer.path(), arguments));
    git(&["init", "-q"]);
    write("outer.yaml", "a: 1\na: 2\n");
    write("inner/.homelint.yaml", "rules:\n  image/*: off\n");
    write("inner/apps/one.yaml", "b: 1\nb: 2\n");
    git(&["add", "-A"]);
    git(&["commit", "-qm", "m"]);
    let one = "apps/one.yaml:2:1: error[yaml/duplicate-key]: duplicate key `b`\n";
    assert_eq!(check(&["inner"]), one);
    assert_eq!(check(&["inner/apps"]), one);
    assert_eq!(check(&["--rev", "HEAD", "inner"]), one);
    assert_eq!(check(&["--staged", "inner"]), "");
    write("inner/apps/two.yaml", "b: 1\nb: 2\n");
    git(&["add", "-A"]);
    assert_eq!(check(&["--staged", "inner"]), one.replace("one", "two"));
    assert!(check(&["."]).contains("outer.yaml:2:1"));
}
