//! What other tools made of the same input. A small part was made for this project and lies in `fixtures/evidence`; the
//! large one is no part of it: the environment variable `HOMELINT_EVIDENCE` names its folder, which has the same layout.
#![allow(clippy::unwrap_used, dead_code)]

use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder of evidence. Its files may be compressed (`.zst`), its folders packed (`.tar.zst`).
pub struct Evidence {
    root: PathBuf,
    unpacked: TempDir,
}

impl Evidence {
    /// What lies in the project.
    pub fn small() -> Self {
        Self::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/evidence"))
    }

    /// What lies in the folder that the environment names; a test that needs it fails without.
    pub fn large() -> Self {
        let root = std::env::var_os("HOMELINT_EVIDENCE");
        Self::new(root.unwrap_or_else(|| panic!("HOMELINT_EVIDENCE must name the folder of the evidence")).into())
    }

    fn new(root: PathBuf) -> Self {
        assert!(root.is_dir(), "{} is no folder", root.display());
        Evidence { root, unpacked: tempfile::tempdir().unwrap() }
    }

    /// What lies in a folder, in order, without the endings of files and archives.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.root.join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let stem = |name: String| {
            let name = name.trim_end_matches(".zst");
            name.strip_suffix(".tar").or(name.strip_suffix(".json")).unwrap_or(name).to_owned()
        };
        let mut names: Vec<String> = names.filter(|name| !name.ends_with(".md")).map(stem).collect();
        names.sort();
        names
    }

    /// The value in a JSON file, named without its ending.
    pub fn json<T: DeserializeOwned>(&self, path: &str) -> T {
        let plain = self.root.join(format!("{path}.json"));
        let text = if plain.is_file() {
            std::fs::read(&plain).unwrap()
        } else {
            run(Command::new("zstd").arg("-dcq").arg(self.root.join(format!("{path}.json.zst"))))
        };
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The cases in a file, named without its ending: a list in YAML, or one in JSON on each line.
    pub fn cases<T: DeserializeOwned>(&self, path: &str) -> Vec<T> {
        let read = |ending: &str| std::fs::read_to_string(self.root.join(format!("{path}.{ending}")));
        match read("yaml") {
            Ok(text) => yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}")),
            Err(_) => {
                let text = read("jsonl").unwrap_or_else(|error| panic!("{path}: {error}"));
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
            }
        }
    }

    /// A folder, unpacked where it is an archive.
    pub fn folder(&self, path: &str) -> PathBuf {
        let plain = self.root.join(path);
        if plain.is_dir() {
            return plain;
        }
        let unpacked = self.unpacked.path().join(path);
        if !unpacked.exists() {
            std::fs::create_dir_all(&unpacked).unwrap();
            let archive = self.root.join(format!("{path}.tar.zst"));
            run(Command::new("tar").arg("--zstd").arg("-xf").arg(archive).arg("-C").arg(&unpacked));
        }
        // Some archives hold one folder with everything in it.
        let inner = unpacked.join(unpacked.file_name().unwrap());
        if inner.is_dir() { inner } else { unpacked }
    }
}

fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
