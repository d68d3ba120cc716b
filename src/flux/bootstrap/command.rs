//! Commands of kubectl and flux in scripts, task files and notes, as far as they create something with a name.

use super::super::entry::{EntryKind, FLUX_SYSTEM, Synced, object};
use super::{Bootstrap, core};
use crate::links::{Created, Kind, Place};
use crate::source::{SourceFile, Span};
use crate::yaml::Node;
use memchr::memmem::Finder;
use smol_str::SmolStr;
use std::ops::Range;
use std::sync::LazyLock;

/// Most bytes of a command before or after its verb.
const MAX_COMMAND: usize = 2000;

/// The verbs that are looked for.
static VERBS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("create "), Finder::new("flux bootstrap ")]);

/// What the commands in a text make, and where they let Flux begin.
pub(super) fn read(source: &SourceFile) -> Bootstrap {
    let mut found = Bootstrap::default();
    let verbs = VERBS.iter().flat_map(|verb| verb.find_iter(source.text.as_bytes()));
    for command in verbs.filter_map(|at| Command::of(source, statement(&source.text, at))) {
        found.made.extend(command.created());
        found.entries.extend(command.bootstrap());
    }
    found
}

/// The bytes of the command around a place: a line with those that continue it, from one separator to the next.
fn statement(text: &str, at: usize) -> Range<usize> {
    let first = text.floor_char_boundary(at.saturating_sub(MAX_COMMAND));
    let before = text.get(first..at).unwrap_or_default();
    let mut lines = before.match_indices('\n').rev();
    let start = lines.find(|(line, _)| !before[..*line].trim_end().ends_with('\\')).map_or(0, |(line, _)| line + 1);
    let start = before[start..].rfind(['|', ';', '&', '(', '`']).map_or(start, |separator| start + separator + 1);
    let after = text.get(at..text.floor_char_boundary(at + MAX_COMMAND)).unwrap_or_default();
    let mut end = 0;
    for line in after.split_inclusive('\n') {
        let separator = line.find(['|', ';', '&', ')', '`', '>', '<']);
        end += separator.unwrap_or(line.len());
        // A folded scalar goes on with the next flag.
        let next = after[end..].trim_start();
        let flag = next.starts_with('-') && !next.starts_with("- ") && !next.starts_with("---");
        if separator.is_some() || !flag && !line.trim_end().ends_with('\\') {
            break;
        }
    }
    first + start..at + end
}

/// A command line.
struct Command<'a> {
    source: &'a SourceFile,
    /// What is run, and its flags.
    program: Vec<&'a str>,
    verb: &'a str,
    /// What stands behind the verb, without flags.
    arguments: Vec<&'a str>,
    /// Every word.
    words: Vec<&'a str>,
}

impl<'a> Command<'a> {
    fn of(source: &'a SourceFile, range: Range<usize>) -> Option<Self> {
        let text = source.text.get(range)?;
        let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '\\' | ',' | '[' | ']'));
        let words = words.map(|word| word.trim_matches(['"', '\'']));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let at = words.iter().position(|word| matches!(*word, "create" | "bootstrap"))?;
        let mut arguments = Vec::new();
        let mut rest = words.iter().skip(at + 1);
        while let Some(word) = rest.next() {
            match *word {
                "-n" | "--namespace" => _ = rest.next(),
                flag if flag.starts_with('-') => {}
                argument => arguments.push(argument),
            }
        }
        Some(Command { source, program: words.get(..at)?.to_vec(), verb: words.get(at)?, arguments, words })
    }

    fn runs(&self, program: &str) -> bool {
        self.program.iter().any(|word| word.rsplit('/').next() == Some(program))
    }

    /// The value of a flag.
    fn flag(&self, names: &[&str]) -> Option<&'a str> {
        let words = self.words.iter().enumerate();
        let mut values = words.filter_map(|(index, word)| match word.split_once('=') {
            Some((name, value)) => names.contains(&name).then_some(value),
            None => names.contains(word).then(|| self.words.get(index + 1).copied()).flatten(),
        });
        values.next().map(|value| value.trim_matches(['"', '\'']))
    }

    fn namespace(&self) -> Option<&'a str> {
        self.flag(&["-n", "--namespace"])
    }

    fn span(&self, word: &str) -> Span {
        let start = (word.as_ptr() as usize).saturating_sub(self.source.text.as_ptr() as usize);
        self.source.span(start..start + word.len())
    }

    /// The object that it creates.
    fn created(&self) -> Option<Created> {
        let flux = self.runs("flux") || self.runs("flux-operator");
        if self.verb != "create" || !flux && !self.runs("kubectl") {
            return None;
        }
        let (kind, name) = match self.arguments.as_slice() {
            ["secret", _, name, ..] => (core("Secret"), *name),
            ["source", kind, name, ..] if flux => (source_kind(kind)?, *name),
            ["configmap" | "cm", name, ..] if !flux => (core("ConfigMap"), *name),
            ["namespace" | "ns", name, ..] if !flux => (core("Namespace"), *name),
            ["serviceaccount" | "sa", name, ..] if !flux => (core("ServiceAccount"), *name),
            _ => return None,
        };
        let place = match self.namespace().or(flux.then_some(FLUX_SYSTEM)) {
            _ if kind.kind == "Namespace" => Place::Cluster,
            Some(namespace) if is_name(namespace) => Place::Namespace(SmolStr::new(namespace)),
            _ => Place::Unknown,
        };
        is_name(name).then(|| object(kind, place, name, self.span(name)))
    }

    /// Where `flux bootstrap` lets Flux begin.
    fn bootstrap(&self) -> Option<super::Entry> {
        let path = self.flag(&["--path"]).filter(|_| self.verb == "bootstrap" && self.runs("flux"))?;
        let namespace = self.namespace().filter(|namespace| is_name(namespace)).unwrap_or(FLUX_SYSTEM);
        Synced::bootstrap(namespace, self.span(path)).entry(EntryKind::Bootstrap, &Node::string(self.span(path), path))
    }
}

fn source_kind(word: &str) -> Option<Kind> {
    let kind = match word {
        "git" => "GitRepository",
        "oci" => "OCIRepository",
        "helm" => "HelmRepository",
        "bucket" => "Bucket",
        _ => return None,
    };
    Some(Kind { group: SmolStr::new_static("source.toolkit.fluxcd.io"), kind: SmolStr::new_static(kind) })
}

/// Whether a word is a name, and not a variable or a placeholder.
pub(super) fn is_name(word: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    !word.is_empty() && word.bytes().all(inner) && !word.starts_with(['-', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn made(text: &str) -> Vec<String> {
        let source = SourceFile::new(FileId(0), "Taskfile.yaml", text);
        let name = |made: Created| {
            let name = made.name.unwrap_or_default();
            assert_eq!(source.slice(made.span), name);
            format!("{} {}/{name}", made.kind.kind, made.place.namespace().unwrap_or("?"))
        };
        read(&source).made.into_iter().map(name).collect()
    }

    #[test]
    fn objects_that_commands_create() {
        assert_eq!(
            made("kubectl create secret generic age-key -n flux-system --from-file=a=b"),
            ["Secret flux-system/age-key"]
        );
        assert_eq!(
            made(
                "  - kubectl --context {{.C}} create namespace gitops --dry-run=client -o yaml | kubectl apply -f -\n"
            ),
            ["Namespace ?/gitops"]
        );
        assert_eq!(
            made(
                "kubectl -n media \\\n  create secret \\\n  generic 'token' \\\n  --from-literal=x=$Y\necho create secret z z"
            ),
            ["Secret media/token"]
        );
        assert_eq!(
            made("cmd: >-\n  kubectl create configmap settings\n  --namespace=media\n  --from-file x\n- other"),
            ["ConfigMap media/settings"]
        );
        assert_eq!(made("flux create secret git home --url=ssh://x"), ["Secret flux-system/home"]);
        assert_eq!(made("flux create source oci home --namespace gitops"), ["OCIRepository gitops/home"]);
        assert_eq!(
            made("sh -c 'kubectl create secret generic $NAME -n a; kubectl create secret generic b -n \"$NS\"'"),
            ["Secret ?/b"]
        );
    }

    #[test]
    fn words_that_are_no_commands_make_nothing() {
        for text in [
            "to create a secret",
            "kubectl apply -f x",
            "create secret generic a",
            "kubectl create secret",
            "kubectl create -f x y z",
        ] {
            assert_eq!(made(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn flux_bootstrap_says_where_it_begins() {
        let text = "flux bootstrap github \\\n  --owner=me \\\n  --path=./clusters/a --personal\n";
        let entries = read(&SourceFile::new(FileId(0), "README.md", text)).entries;
        assert_eq!(entries.iter().map(|entry| entry.folder.as_str()).collect::<Vec<_>>(), ["clusters/a"]);
    }
}
