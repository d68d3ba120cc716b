use crate::diagnostic::Finding;
use crate::formats::sops::{damage, metadata};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::{Document, Entry};

/// An encrypted value that SOPS cannot decrypt.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    file.documents().filter(|document| metadata(document).is_some()).flat_map(damaged).collect()
}

/// Where no value is whole, nothing was damaged: the values were made up, as in a sample.
fn damaged(document: &Document) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut any_whole = false;
    document.root.walk_entries(&mut |Entry { key, value }| {
        for node in value.items().iter().chain([value]) {
            let Some(text) = node.text() else { continue };
            match damage(text) {
                Some(what) => {
                    let message = format!("`{}` cannot be decrypted: {what}", key.text().unwrap_or("?"));
                    found.push(Finding::new(node.span, message).help("restore the value from git, as SOPS wrote it"));
                }
                None => any_whole |= text.starts_with("ENC[AES256_GCM,"),
            }
        }
    });
    if any_whole { found } else { Vec::new() }
}
