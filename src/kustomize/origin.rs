//! `buildMetadata`: where a resource comes from, as annotations.

use crate::source::join;
use smol_str::SmolStr;
use std::fmt::Write;

/// A file or a generator that made a resource, or a transformer that changed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// The file, relative to the folder that is built.
    pub path: SmolStr,
    /// The file that configures a generator or transformer.
    pub configured_in: SmolStr,
    /// `apiVersion`, `kind`, `name` and `namespace` of the generator or transformer.
    pub configured_by: [SmolStr; 4],
}

impl Origin {
    /// A file below this origin's path.
    pub fn below(&self, path: &str) -> Origin {
        Origin { path: joined(&self.path, path), ..self.clone() }
    }

    /// A built-in generator or transformer of a kustomization file.
    pub fn builtin(path: &str, kind: &str) -> Origin {
        let configured_by = [SmolStr::new_static("builtin"), kind.into(), SmolStr::default(), SmolStr::default()];
        Origin { path: SmolStr::default(), configured_in: path.into(), configured_by }
    }

    /// The text of the annotation; `indent` for an entry of a list.
    fn write(&self, text: &mut String, first: &str, indent: &str) {
        let mut lead = first;
        let mut field = |name: &str, value: &str| {
            if !value.is_empty() {
                let _ = writeln!(text, "{lead}{name}: {value}");
                lead = indent;
            }
        };
        field("path", &self.path);
        field("configuredIn", &self.configured_in);
        if self.configured_by.iter().all(|part| part.is_empty()) {
            return;
        }
        let _ = writeln!(text, "{lead}configuredBy:");
        for (name, value) in ["apiVersion", "kind", "name", "namespace"].iter().zip(&self.configured_by) {
            if !value.is_empty() {
                let _ = writeln!(text, "{indent}  {name}: {value}");
            }
        }
    }

    /// The value of the origin annotation.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, "", "");
        text
    }
}

/// The value of the transformations annotation.
pub(super) fn transformations<'a>(list: impl Iterator<Item = &'a Origin>) -> String {
    let mut text = String::new();
    for origin in list {
        origin.write(&mut text, "- ", "  ");
    }
    text
}

/// Joins paths that may climb above where they start.
fn joined(folder: &str, path: &str) -> SmolStr {
    if let Some(joined) = join(folder, path) {
        return joined.into();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/").into()
}
