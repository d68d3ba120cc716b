//! `src/lib.rs` is the architecture: a module uses only those declared above it.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.flat_map(|entry| sources(&entry.path())).collect()
}

#[test]
fn modules_use_only_those_above_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = std::fs::read_to_string(src.join("lib.rs")).unwrap();
    let modules: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(modules.len() > 3, "the modules are read from lib.rs");
    let mut faults = Vec::new();
    for (index, module) in modules.iter().enumerate() {
        let folder = src.join(module);
        let files = if folder.is_dir() { sources(&folder) } else { vec![src.join(format!("{module}.rs"))] };
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            for below in &modules[index + 1..] {
                let used = |line: &str| {
                    line.contains(&format!("crate::{below}::")) || line.contains(&format!("crate::{below};"))
                };
                if text.lines().any(used) {
                    faults.push(format!("{} uses `{below}`, which is declared below `{module}`", file.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
