use crate::diagnostic::Finding;
use crate::formats::talos::{machine_configs, replaced};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A field of a machine config that another one took the place of.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let configs = machine_configs(file, repo.tree());
    let found = configs.iter().flat_map(replaced);
    let finding = |(span, row): (_, &crate::formats::talos::Replaced)| {
        let message = format!("`{}` was replaced in Talos {}", row.field, row.since);
        Finding::new(span, message).help(format!("write `{}`", row.instead))
    };
    found.map(finding).collect()
}
