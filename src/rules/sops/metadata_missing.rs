use crate::diagnostic::Finding;
use crate::formats::sops::METADATA;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::secret::is_encrypted;
use crate::yaml::{Entry, Node};

/// An encrypted file without what SOPS needs to decrypt it.
pub const RULE: Rule = Rule::error(check);

/// Where SOPS keeps the data key, encrypted once for each recipient.
const RECIPIENTS: [&str; 8] = ["age", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms", "key_groups"];

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    if !file.source.text.contains("ENC[AES256_GCM,") {
        return Vec::new();
    }
    let mut entries = file.documents().filter_map(|document| document.root.entry(METADATA)).peekable();
    if entries.peek().is_none() {
        return without_metadata(file).into_iter().collect();
    }
    entries.filter_map(incomplete).collect()
}

fn without_metadata(file: &File) -> Option<Finding> {
    let mut first = None;
    for document in file.documents() {
        document.root.walk(&mut |node| first = first.or(Some(node.span).filter(|_| is_encrypted(node))));
    }
    let message = format!("`{}` holds encrypted values and no `sops` metadata", file.source.name());
    Some(Finding::new(first?, message).help("nobody can decrypt it without: restore the `sops` block from git"))
}

fn incomplete(entry: &Entry) -> Option<Finding> {
    let metadata = &entry.value;
    let has = |key: &str| metadata.get(key).is_some_and(|node| !node.is_null());
    let mut missing: Vec<&str> = ["mac", "lastmodified"].into_iter().filter(|key| !has(key)).collect();
    if RECIPIENTS.iter().all(|key| metadata.get(key).is_none_or(|keys: &Node| keys.items().is_empty())) {
        missing.push("recipient");
    }
    let message = format!("the metadata of SOPS has no `{}`: nobody can decrypt this", missing.join("`, no `"));
    let finding = Finding::new(entry.key.span, message).help("restore the `sops` block from git");
    (!missing.is_empty()).then_some(finding)
}
