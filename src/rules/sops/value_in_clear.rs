use crate::diagnostic::Finding;
use crate::formats::sops::{idle_choice, in_clear};
use crate::model::repo::Repo;
use crate::resource::{File, Resource};
use crate::rule::Rule;
use crate::secret;
use crate::yaml::{Document, Node};

/// A value in clear inside an encrypted file.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let chosen = in_clear(file);
    if let Some((first, rest)) = chosen.split_first() {
        let message = "a value in clear in a file that SOPS encrypted";
        let help = "edit the file with `sops`, which encrypts on save, and replace what was committed in clear";
        let finding = Finding::new(first.span, message).help(help);
        return vec![rest.iter().fold(finding, |finding, leaf: &&Node| finding.related(leaf.span, "another one"))];
    }
    file.documents().filter_map(|document| untouched(document, file, repo)).collect()
}

/// A Secret with metadata of SOPS none of whose values was chosen to be encrypted.
fn untouched(document: &Document, file: &File, repo: &Repo) -> Option<Finding> {
    let setting = idle_choice(document)?;
    let secret = Resource::new(document.root.clone()).filter(|resource| resource.is("", "Secret"))?;
    let keys = secret::in_clear(&secret.node, &|text| repo.config().is_placeholder(text));
    let (name, choice) = (setting.key.text()?, setting.value.text()?);
    let message = format!("Secret `{}` is in clear: `{name}: {choice}` matches none of its keys", secret.name()?);
    let help = "correct it in `.sops.yaml`, delete the `sops` block here, encrypt the file again and replace the values: \
                they are in the history";
    let finding =
        Finding::new(*keys.first()?, message).help(help).related(setting.value.span, "SOPS encrypted by this");
    let rule = repo.sops().rule_for(&file.source.path);
    Some(rule.iter().fold(finding, |finding, rule| finding.related(rule.span, "the creation rule")))
}
