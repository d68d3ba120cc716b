use crate::diagnostic::Finding;
use crate::model::machines::{Network, left_on, network};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;
use crate::source::Span;

/// kube-proxy beside a network plug-in that takes its place.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    if !matches!(file.role_of_root(), Some(Role::MachineConfig | Role::Talconfig)) {
        return Vec::new();
    }
    let kept = left_on(file, repo, &["cluster", "proxy", "disabled"]);
    let network = network(repo).filter(|network| !kept.is_empty() && network.is_proxy);
    network.map_or_else(Vec::new, |network| kept.into_iter().map(|span| finding(span, network)).collect())
}

fn finding(span: Span, network: Network) -> Finding {
    let plugin = &network.plugin.name;
    let release = network.release.resource.name_span();
    Finding::new(span, format!("Talos runs kube-proxy, and {plugin} does the same"))
        .help("write `cluster: {proxy: {disabled: true}}` in a patch of the control plane")
        .related(release, format!("{plugin} takes its place here"))
}
