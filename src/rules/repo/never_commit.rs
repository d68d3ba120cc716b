use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::secret::{find_shape, is_placeholder};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// A file that holds keys in clear by its nature.
pub const RULE: Rule = Rule::error(check);

/// Names of files that tools write keys into, and what each holds.
const NAMES: [(&str, &str); 9] = [
    ("age.key", "the private key that decrypts every SOPS file"),
    ("kubeconfig", "credentials of the cluster"),
    ("talosconfig", "credentials of every Talos machine"),
    ("talsecret.yaml", "the cluster's certificate authorities"),
    ("cloudflare-tunnel.json", "the tunnel's credentials"),
    ("github-deploy.key", "a private key"),
    ("github-push-token.txt", "a token"),
    ("id_rsa", "a private key"),
    ("id_ed25519", "a private key"),
];

/// What every private key says of itself.
static PRIVATE_KEYS: LazyLock<[Finder; 2]> = LazyLock::new(|| ["AGE-SECRET-KEY-", "PRIVATE KEY"].map(Finder::new));

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let encrypted = file.parsed.documents.iter().any(|document| document.root.get("sops").is_some());
    if file.source.text.trim().is_empty() || encrypted {
        return Vec::new();
    }
    held(file).map(|what| finding(file, what)).into_iter().collect()
}

/// What a file holds that must not be committed.
fn held(file: &File) -> Option<&'static str> {
    let (name, text) = (file.source.name(), &file.source.text);
    if let Some((_, what)) = NAMES.iter().find(|(known, _)| *known == name) {
        return (!holds_placeholders(file)).then_some(what);
    }
    if name.ends_with(".agekey") {
        return Some("a private key");
    }
    if name.contains(".decrypted~") {
        return Some("a decrypted SOPS file");
    }
    if file.source.path.contains("clusterconfig/") && text.contains("machine:") && text.contains("ca:") {
        return Some("a whole machine config with its keys");
    }
    let is_private = |text: &str| PRIVATE_KEYS.iter().any(|mark| mark.find(text.as_bytes()).is_some());
    // The text first: the shapes of all credentials are sought more slowly.
    let shape = if is_private(text) { find_shape(text) } else { None };
    shape.and_then(|range| text.get(range)).filter(|shape| is_private(shape)).map(|_| "a private key")
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
