use crate::diagnostic::Finding;
use crate::formats::sops::{damage, metadata};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Entry;

/// An encrypted value that SOPS cannot decrypt.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for document in file.documents().filter(|document| metadata(document).is_some()) {
        document.root.walk_entries(&mut |Entry { key, value }| {
            for node in value.items().iter().chain([value]) {
                if let Some(what) = node.text().and_then(damage) {
                    let message = format!("`{}` cannot be decrypted: {what}", key.text().unwrap_or("?"));
                    found.push(Finding::new(node.span, message).help("restore the value from git, as SOPS wrote it"));
                }
            }
        });
    }
    found
}
