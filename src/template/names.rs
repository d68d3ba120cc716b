//! Which names the templates of a project may use.

use super::Project;
use crate::jinja::{Kind, Name, Use, assigned, names as names_in};
use crate::resource::{File, Tree};
use crate::source::{Span, nearest};
use std::collections::BTreeSet;

/// What Jinja defines by itself: variables and functions.
const GLOBALS: [&str; 12] = [
    "loop",
    "range",
    "dict",
    "lipsum",
    "cycler",
    "joiner",
    "namespace",
    "self",
    "super",
    "caller",
    "varargs",
    "kwargs",
];

/// A name that nothing in sight defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undefined {
    /// Where it is used.
    pub span: Span,
    /// What is written.
    pub path: String,
    /// What may be meant.
    pub near: Option<String>,
}

/// The names of a project: of its data, of the code that adds to the data, and of its templates.
#[derive(Debug, Default)]
pub struct Names {
    /// Keys of the data, of its samples and of what is commented out there: `cloudflare.token`.
    data: BTreeSet<String>,
    /// Every word of the code, as text, and of schemas.
    words: BTreeSet<String>,
    /// What templates assign themselves.
    assigned: BTreeSet<String>,
    /// What templates use.
    used: BTreeSet<String>,
    /// Whether all code that could add a name is in sight.
    complete: bool,
}

impl Names {
    /// Reads the names of a project.
    pub fn of(project: &Project, tree: &Tree) -> Self {
        let mut names = Names { complete: !project.has_extensions, ..Names::default() };
        for data in &project.data {
            names.complete &= described(tree, data).next().is_some();
            names.data.extend(described(tree, data).flat_map(|file| keys(&file.source.text)));
        }
        names.words.extend(tree.file(project.config).into_iter().flat_map(|config| words(&config.source.text)));
        let code = project.code.iter().flat_map(|folder| tree.below(folder)).filter(|file| has_ending(file, "py"));
        let mut loads = false;
        for file in code {
            loads = true;
            names.complete &= !file.source.text.trim().is_empty();
            names.words.extend(words(&file.source.text));
        }
        names.complete &= loads || !project.has_loaders;
        for schema in tree.files().iter().filter(|file| has_ending(file, "cue")) {
            names.words.extend(words(&schema.source.text));
        }
        for template in project.templates(tree) {
            for piece in project.delimiters.pieces(&template.source.text) {
                match piece.kind {
                    Kind::Block => names.assigned.extend(assigned(piece.code)),
                    Kind::Expression => {}
                    _ => continue,
                }
                names.used.extend(names_in(piece.code).into_iter().map(|name| name.path));
            }
        }
        // What is read through the variable of a loop is a key of some list.
        let through = |path: &String| {
            let (root, leaf) = path.split_once('.')?;
            names.assigned.contains(root).then(|| leaf.to_owned())
        };
        let leaves: BTreeSet<String> = names.used.iter().filter_map(through).collect();
        let is_read = |key: &&String| key.split_once('.').is_some_and(|(_, leaf)| leaves.contains(leaf));
        let read: Vec<String> = names.data.iter().filter(is_read).cloned().collect();
        names.used.extend(read);
        names
    }

    /// The names in a template that nothing defines. Where code is out of sight that may define more, only those that
    /// a key of the data explains. Silent where no data is in sight.
    pub fn undefined(&self, project: &Project, template: &File) -> Vec<Undefined> {
        if self.data.is_empty() {
            return Vec::new();
        }
        let pieces = project.delimiters.pieces(&template.source.text);
        let code = pieces.iter().filter(|piece| matches!(piece.kind, Kind::Block | Kind::Expression));
        let found = code.flat_map(|piece| {
            let word = if piece.kind == Kind::Block { piece.word() } else { "" };
            let code = &piece.code[word.len()..];
            let mut names = names_in(code);
            match (word, names.first_mut()) {
                ("filter", Some(first)) => first.usage = Use::Filter,
                // The name of a block is its own.
                ("block" | "endblock" | "endmacro", _) => names.clear(),
                _ => {}
            }
            names.into_iter().map(move |name| (piece.at + word.len(), code, name))
        });
        found.filter_map(|(at, code, name)| self.judge(template, at, code, name)).collect()
    }

    fn judge(&self, template: &File, at: usize, code: &str, name: Name) -> Option<Undefined> {
        let root = name.path.split('.').next()?;
        let given = self.assigned.contains(root) || self.words.contains(root) || GLOBALS.contains(&root);
        if name.usage == Use::Filter || given || self.defines(&name.path) {
            return None;
        }
        let near = self.near(&name.path);
        if near.is_none() && (!self.complete || is_optional(&code[name.range.end..])) {
            return None;
        }
        let span = template.source.span(at + name.range.start..at + name.range.end);
        Some(Undefined { span, path: name.path, near })
    }

    /// Whether a path is a key of the data, or leads into a value that the samples leave open.
    fn defines(&self, path: &str) -> bool {
        let mut parts = path.split('.');
        let root = parts.next().unwrap_or(path);
        let Some(key) = parts.next() else { return self.data.contains(root) };
        let within = format!("{root}.");
        let closed = self.complete && self.data.iter().any(|path| path.starts_with(&within));
        let found = self.data.contains(&format!("{root}.{key}")) || self.words.contains(key);
        self.data.contains(root) && (found || !closed)
    }

    /// The key of the data that a path stands for: the same words joined in another way, or the only one with the same
    /// last part that no template uses; in sight of all code also a similar one.
    fn near(&self, path: &str) -> Option<String> {
        let flat = path.replace('.', "_");
        if let Some(same) = self.data.iter().find(|key| key.replace('.', "_") == flat) {
            return Some(same.clone());
        }
        if let Some((_, leaf)) = path.rsplit_once('.') {
            let ends = |key: &&String| key.strip_suffix(leaf).is_some_and(|rest| rest.ends_with(['.', '_']));
            let mut idle = self.data.iter().filter(|key| !self.used.contains(*key)).filter(ends);
            if let (Some(only), None) = (idle.next(), idle.next()) {
                return Some(only.clone());
            }
        }
        let near = nearest(path, self.data.iter().map(String::as_str)).filter(|_| self.complete);
        near.map(str::to_owned)
    }
}

/// Whether what follows a name says what holds without it.
fn is_optional(rest: &str) -> bool {
    let rest = rest.trim_start();
    let filtered = rest.strip_prefix('|').is_some_and(|rest| rest.trim_start().starts_with('d'));
    filtered || rest.starts_with("is defined") || rest.starts_with("is not defined")
}

/// A data file where it is in the tree, and the samples beside it: `config.sample.yaml` for `config.yaml`.
fn described<'a>(tree: &'a Tree, data: &'a str) -> impl Iterator<Item = &'a File> {
    let folder = crate::source::folder_of(data);
    let stem = data.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or("");
    tree.files_in(folder).filter(move |file| {
        let name = file.source.name();
        let sample = ["sample", "example"].iter().any(|word| name.contains(word));
        file.source.path == data || sample && name.split('.').next() == Some(stem)
    })
}

fn has_ending(file: &File, ending: &str) -> bool {
    let name = file.source.name();
    !name.starts_with('.') && name.rsplit_once('.').is_some_and(|(_, own)| own == ending)
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

/// The keys of a YAML or TOML text with their parents, those in comments included: samples show optional ones so.
fn keys(text: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut table = String::new();
    let mut parents: Vec<(usize, String)> = Vec::new();
    for line in text.lines() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let bare = bare.strip_prefix("# ").or(bare.strip_prefix('#')).unwrap_or(bare);
        if let Some(header) = bare.strip_prefix('[').map(|rest| rest.trim_start_matches('[')) {
            if let Some((name, _)) = header.split_once(']').filter(|(name, _)| is_key(name)) {
                table = format!("{name}.");
                parents.clear();
                keys.insert(name.to_owned());
                keys.extend(name.match_indices('.').map(|(at, _)| name[..at].to_owned()));
            }
            continue;
        }
        let bare = bare.trim_start();
        let end = bare.find([':', '=', ' ']).unwrap_or(bare.len());
        let (name, rest) = bare.split_at(end);
        let separated = rest.trim_start().starts_with('=') || rest.starts_with(": ") || rest == ":";
        if !separated || !is_key(name) {
            continue;
        }
        parents.retain(|(outer, _)| *outer < indent);
        let parent = parents.last().map_or(table.as_str(), |(_, parent)| parent);
        let path = format!("{parent}{name}");
        parents.push((indent, format!("{path}.")));
        keys.insert(path);
    }
    keys
}

fn is_key(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_name_their_keys() {
        let yaml =
            "git:\n  # (OPTIONAL) the key\n  # private_key: |\n  branch: main\n  deep:\n    a: 1\n# later:\nb: 2\n";
        let expected = ["b", "git", "git.branch", "git.deep", "git.deep.a", "git.private_key", "later"];
        assert_eq!(keys(yaml).into_iter().collect::<Vec<_>>(), expected);
        let toml = "[cilium.bgp]\n# Its peer.\n# addr = \"\"\nasn = 1\n# [[nodes]]\n# name = \"\"\n";
        let expected = ["cilium", "cilium.bgp", "cilium.bgp.addr", "cilium.bgp.asn", "nodes", "nodes.name"];
        assert_eq!(keys(toml).into_iter().collect::<Vec<_>>(), expected);
    }
}
