use crate::diagnostic::{Finding, Severity};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::secret::{in_clear, lines_in_clear, literals_in_clear};
use crate::source::Span;
use crate::yaml::Node;

/// A Secret whose values anybody can read.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    // A file that is to be encrypted as a whole is reported once, by `sops/not-encrypted`.
    let encrypted = file.source.name().contains(".sops.") || repo.sops().is_encrypted_or_should_be(file);
    if encrypted || file.is_example() || repo.config().allows_plaintext(&file.source.path) {
        return Vec::new();
    }
    // What a cluster for tests needs is nobody's secret, unless Flux applies it elsewhere.
    let harmless = |finding: Finding| match !repo.is_deployed(file) && repo.is_of_test_cluster(file) {
        true => finding.at_most(Severity::Info),
        false => finding,
    };
    finding(file, repo).map(harmless).into_iter().collect()
}

/// One finding for all Secrets of a file: whoever encrypts it fixes them all.
fn finding(file: &File, repo: &Repo) -> Option<Finding> {
    let secrets = secrets(file, repo);
    let mut readable = secrets.iter().filter(|(_, keys)| !keys.is_empty());
    let (name, keys) = readable.next()?;
    let message = format!("Secret `{name}` has {} in clear", values(keys));
    let help =
        "encrypt it with SOPS or take the values from an ExternalSecret, and replace them: they are in the history";
    let mut finding = Finding::new(*keys.first()?, message).help(help);
    for key in keys.iter().skip(1) {
        finding = finding.related(*key, "another value in clear");
    }
    for (name, keys) in readable {
        finding = finding.related(*keys.first()?, format!("Secret `{name}` has {} in clear, too", values(keys)));
    }
    Some(finding)
}

/// The Secrets that a file makes, with the keys of their values in clear.
fn secrets<'a>(file: &'a File, repo: &'a Repo) -> Vec<(&'a str, Vec<Span>)> {
    let known = |text: &str| repo.config().is_placeholder(text);
    let name = |node: &'a Node, path: &[&str]| node.text_at(path).unwrap_or("?");
    let written = file.resources().iter().filter(|resource| resource.is("", "Secret")).map(|secret| &secret.node);
    let written = written.filter(|secret| secret.text_at(&["type"]) != Some("kubernetes.io/service-account-token"));
    let written = written.map(|secret| (name(secret, &["metadata", "name"]), in_clear(secret, &known)));
    let generators = file.roots_of(Role::Kustomization).flat_map(|root| root.items_at(&["secretGenerator"]));
    let generated = generators.map(|generator| (name(generator, &["name"]), literals_in_clear(generator, &known)));
    let reader = repo.secrets().line_files().get(&file.source.id);
    let lines = reader.map(|generator| (name(generator, &["name"]), lines_in_clear(&file.source, &known)));
    written.chain(generated).chain(lines).collect()
}

fn values(keys: &[Span]) -> String {
    if keys.len() == 1 { "a value".to_owned() } else { format!("{} values", keys.len()) }
}
