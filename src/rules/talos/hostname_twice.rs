use crate::diagnostic::Finding;
use crate::formats::talos::merged;
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::yaml::Node;

/// A host name in the machine config beside a HostnameConfig.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let is_talos = |role| matches!(role, Some(Role::MachineConfig | Role::Talconfig));
    if !is_talos(file.role_of_root()) {
        return Vec::new();
    }
    let mut found: Vec<Finding> = Vec::new();
    for configs in merged(repo.tree()) {
        let is_document = |config: &&Node| config.text_at(&["kind"]) == Some("HostnameConfig");
        let Some(document) = configs.iter().find(is_document).and_then(|config| config.get("kind")) else { continue };
        let names = configs.iter().filter_map(|config| config.at(&["machine", "network", "hostname"]));
        for name in names.filter(|name| name.span.file == file.source.id && !name.is_null()) {
            let message = "the host name is set twice: here and by a HostnameConfig, which Talos refuses since 1.12";
            let finding = Finding::new(name.span, message).related(document.span, "the HostnameConfig");
            found.push(finding.help("move the name into `hostname` of the HostnameConfig, without `auto`"));
        }
    }
    found.dedup();
    found
}
