use crate::diagnostic::Finding;
use crate::formats::talos::{MachineFile, files, machine_configs};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::nearest;

/// A file of the machine config that Talos does not write.
pub const RULE: Rule = Rule::error(check);

const OPERATIONS: [&str; 3] = ["create", "append", "overwrite"];

/// Places that Talos treats in its own way, wherever they are.
const OWN: [&str; 2] = ["/etc/cri/conf.d/20-customization.part", "/etc/kubernetes/manifests/"];

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let configs = machine_configs(file, repo.tree());
    configs.iter().flat_map(|config| files(config)).filter_map(|file| finding(&file)).collect()
}

fn finding(file: &MachineFile) -> Option<Finding> {
    let path = file.path.literal().filter(|path| !OWN.iter().any(|own| path.starts_with(own)))?;
    let Some(operation) = file.operation else {
        let message = format!("`{path}` has no `op`: Talos does not start its services");
        let span = file.node.entries().first().map_or(file.node.span, |entry| entry.key.span);
        return Some(Finding::new(span, message).help("add `op: create`, `op: append` or `op: overwrite`"));
    };
    let text = operation.literal()?;
    if !OPERATIONS.contains(&text) {
        let message = format!("`op` cannot be `{text}`: Talos does not start its services");
        let help = match nearest(text, OPERATIONS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write `create`, `append` or `overwrite`".to_owned(),
        };
        return Some(Finding::new(operation.span, message).help(help));
    }
    let is_in_var = path.trim_start_matches('/').split('/').next() == Some("var");
    let message = format!("`{path}` cannot be created: Talos creates files below `/var` only");
    (text == "create" && !is_in_var).then(|| {
        Finding::new(file.path.span, message)
            .help("choose a path below `/var`, or `op: overwrite` for a file that is there")
    })
}
