use crate::diagnostic::Finding;
use crate::formats::sops::is_encrypted_file;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::secret::{is_placeholder, key_file};

/// A file that holds keys in clear by its nature.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    if file.source.text.trim().is_empty() || is_encrypted_file(file) || file.is_example() {
        return Vec::new();
    }
    held(file).map(|what| finding(file, what)).into_iter().collect()
}

/// What a file holds that must not be committed.
fn held(file: &File) -> Option<&'static str> {
    let (name, text) = (file.source.name(), &file.source.text);
    if let Some(what) = key_file(name, text) {
        return (!holds_placeholders(file)).then_some(what);
    }
    if name.contains(".decrypted~") {
        return Some("a decrypted SOPS file");
    }
    let machine = ["machine:", "ca:", "key:"].iter().all(|key| text.contains(key));
    (machine && file.source.path.contains("clusterconfig/")).then_some("a whole machine config with its keys")
}

/// Whether every value is a variable or a reference that something fills in later.
fn holds_placeholders(file: &File) -> bool {
    let mut values = Vec::new();
    for document in file.documents() {
        document.root.walk_entries(&mut |entry| values.extend(entry.value.text()));
    }
    !values.is_empty() && values.into_iter().all(is_placeholder)
}

fn finding(file: &File, what: &str) -> Finding {
    let message = format!("`{}` must never be committed: it holds {what}", file.source.name());
    Finding::new(file.source.span(0..0), message)
        .help("remove it from git and its history, add it to .gitignore, and replace the key: it is known now")
}
