use crate::diagnostic::Finding;
use crate::formats::sops::in_clear;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A value in clear inside an encrypted file.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let message = "a value in clear in a file that SOPS encrypted";
    let help = "edit the file with `sops`, which encrypts on save, and replace what was committed in clear";
    in_clear(file).into_iter().map(|leaf| Finding::new(leaf.span, message).help(help)).collect()
}
