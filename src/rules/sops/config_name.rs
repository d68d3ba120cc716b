use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A configuration of SOPS under a name that SOPS does not look for.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let rules = file.root().and_then(|root| root.entry("creation_rules")).filter(|_| file.source.name() == ".sops.yml");
    let message = "SOPS does not read `.sops.yml`: these rules have no effect";
    rules.map(|entry| Finding::new(entry.key.span, message).help("rename it to `.sops.yaml`")).into_iter().collect()
}
