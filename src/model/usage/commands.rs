//! What scripts apply by hand: the paths in commands of kubectl and helmfile.

use crate::resource::{File, Role, Syntax, Tree};
use crate::source::join;
use memchr::memmem::find;
use std::collections::BTreeSet;

/// What `kubectl` is told to do with files.
const VERBS: [&str; 4] = [" apply", " create", " replace", " kustomize"];

/// Paths in commands that apply what is there, or their ends where they begin with a variable.
#[derive(Debug, Default)]
pub(super) struct Commands {
    whole: BTreeSet<String>,
    ends: BTreeSet<String>,
}

impl Commands {
    /// Reads every script: whatever is no manifest and no text for people.
    pub fn read(tree: &Tree) -> Self {
        let mut commands = Commands::default();
        for file in tree.files().iter().filter(|file| is_script(file)) {
            let runs = |program: &str| find(file.source.text.as_bytes(), program.as_bytes()).is_some();
            if runs("kubectl") || runs("helmfile") {
                commands.script(tree, file);
            }
        }
        commands
    }

    /// Whether a command applies a file, or a folder that it lies in.
    pub fn apply(&self, path: &str) -> bool {
        let path = format!("/{path}");
        let at_or_above = std::iter::successors(Some(path.as_str()), |path| Some(path.rsplit_once('/')?.0));
        at_or_above
            .filter(|path| path.len() > 1)
            .any(|path| self.whole.contains(&path[1..]) || self.ends.iter().any(|end| path.ends_with(end.as_str())))
    }

    fn script(&mut self, tree: &Tree, file: &File) {
        let text = file.source.text.replace("\\\n", " ");
        let applies = |line: &&str| {
            let command = line.split_once("kubectl").map(|(_, rest)| rest);
            let kubectl = || command.is_some_and(|rest| VERBS.iter().any(|verb| rest.contains(verb)));
            !line.trim_start().starts_with('#') && (line.contains("helmfile ") || kubectl())
        };
        let words = text.lines().filter(applies).flat_map(|line| line.split([' ', '\t', '=', '"', '\'', ';', '<']));
        for word in words.filter(|word| !matches!(*word, "" | ".") && !word.starts_with('-')) {
            match word.rsplit_once(['}', ')']) {
                // What a variable begins may end like this anywhere.
                Some((_, end)) if end.len() > 1 && end.starts_with('/') => {
                    _ = self.ends.insert(end.trim_end_matches('/').to_owned())
                }
                Some(_) => {}
                None => {
                    let places = ["", file.source.folder()].map(|folder| join(folder, word));
                    let found = places.into_iter().flatten().filter(|path| !path.is_empty());
                    self.whole.extend(found.filter(|path| tree.find(path).is_some() || tree.is_folder(path)));
                }
            }
        }
    }
}

fn is_script(file: &File) -> bool {
    let text = matches!(file.syntax, Syntax::Text | Syntax::Toml) && !file.source.name().ends_with(".md");
    let other = matches!(file.role_of_root(), Some(Role::Other | Role::Helmfile));
    text || file.syntax == Syntax::Yaml && other
}
