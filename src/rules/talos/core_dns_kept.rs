use crate::diagnostic::Finding;
use crate::model::inventory::Installation;
use crate::model::machines::{installed, left_on};
use crate::model::repo::Repo;
use crate::resource::{File, Role};
use crate::rule::Rule;

/// Talos' own CoreDNS beside the one that the repository installs.
pub const RULE: Rule = Rule::warning(check);

/// The chart that brings another one.
const CHART: &str = "coredns";

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    if !matches!(file.role_of_root(), Some(Role::MachineConfig | Role::Talconfig)) {
        return Vec::new();
    }
    let kept = left_on(file, repo, &["cluster", "coreDNS", "disabled"]);
    // Beside the cluster's own it serves something else, elsewhere.
    let own = |release: &&Installation| {
        let namespace = release.release.namespace.as_ref().and_then(|namespace| namespace.literal());
        namespace == Some("kube-system") && !release.release.partial
    };
    let Some(release) = installed(repo, CHART).filter(own) else { return Vec::new() };
    let finding = |span| {
        Finding::new(span, "Talos runs CoreDNS, and the repository installs it, too")
            .related(release.resource.name_span(), "installed here")
    };
    kept.into_iter().map(finding).collect()
}
