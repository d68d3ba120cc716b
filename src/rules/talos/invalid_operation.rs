use crate::diagnostic::{Finding, did_you_mean, listed};
use crate::formats::talos::{machine_configs, operations};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;
use crate::yaml::Node;

/// A step of a JSON patch that does nothing known.
pub const RULE: Rule = Rule::error(check);

const OPERATIONS: [&str; 6] = ["add", "copy", "move", "remove", "replace", "test"];

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let configs = machine_configs(file, repo.tree());
    configs.iter().flat_map(operations).filter_map(finding).collect()
}

fn finding(step: &Node) -> Option<Finding> {
    let help = || format!("write one of {}", listed(OPERATIONS));
    let Some(operation) = step.get("op") else {
        let path = step.get("path")?;
        return Some(Finding::new(path.span, "this step of a patch has no `op`: Talos refuses the patch").help(help()));
    };
    let text = operation.literal().filter(|text| !OPERATIONS.contains(text))?;
    let near = nearest(text, OPERATIONS).map_or_else(help, did_you_mean);
    Some(Finding::new(operation.span, format!("`op` cannot be `{text}`: Talos refuses the patch")).help(near))
}
