use crate::diagnostic::Finding;
use crate::formats::sops::is_encrypted_file;
use crate::model::repo::Repo;
use crate::resource::{File, Resource};
use crate::rule::Rule;
use crate::secret::{decode, is_encrypted, is_placeholder, names_public};
use crate::yaml::Entry;

/// A Secret whose values anybody can read.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    // A file that is to be encrypted as a whole is reported once, by `sops/not-encrypted`.
    let sops = file.source.name().contains(".sops.") || is_encrypted_file(file);
    if sops || repo.config().allows_plaintext(&file.source.path) {
        return Vec::new();
    }
    let secrets = file.resources().iter().filter(|resource| resource.is("", "Secret"));
    secrets.filter_map(|secret| finding(secret, repo)).collect()
}

fn finding(secret: &Resource, repo: &Repo) -> Option<Finding> {
    if secret.node.text_at(&["type"]) == Some("kubernetes.io/service-account-token") {
        return None;
    }
    let encoded = secret.node.entries_at(&["data"]).iter().filter(|entry| is_secret(entry, true, repo));
    let clear = secret.node.entries_at(&["stringData"]).iter().filter(|entry| is_secret(entry, false, repo));
    let keys: Vec<&Entry> = encoded.chain(clear).collect();
    let first = keys.first()?;
    let name = secret.name().unwrap_or("?");
    let values = if keys.len() == 1 { "a value".to_owned() } else { format!("{} values", keys.len()) };
    let message = format!("Secret `{name}` has {values} in clear");
    Some(Finding::new(first.key.span, message).help(
        "encrypt the file with SOPS or take the value from an ExternalSecret, and replace it: it is in the history",
    ))
}

fn is_secret(entry: &Entry, encoded: bool, repo: &Repo) -> bool {
    let public = entry.key.text().is_some_and(names_public);
    let Some(text) = entry.value.known().filter(|_| !public && !is_encrypted(&entry.value)) else { return false };
    let stands_for = |text: &str| is_placeholder(text) || repo.config().is_placeholder(text);
    let decoded = if encoded { decode(text) } else { None };
    !stands_for(text) && !decoded.as_deref().is_some_and(stands_for)
}
