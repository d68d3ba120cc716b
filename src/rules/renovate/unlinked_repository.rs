use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::{File, Resource};
use crate::rule::Rule;

/// A chart that Renovate never updates, because it does not find the HelmRepository.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let releases = file.resources().iter().filter(|resource| resource.is_helm_release());
    releases.filter_map(|release| finding(file, release, repo)).collect()
}

fn finding(file: &File, release: &Resource, repo: &Repo) -> Option<Finding> {
    let unlinked = repo.updates()?.unlinked(file, &release.node)?;
    let chart = release.node.at(&["spec", "chart", "spec", "chart"])?;
    let message =
        format!("Renovate does not update the chart `{}`: it cannot find its HelmRepository", chart.literal()?);
    let help = match (unlinked.written, unlinked.wanted) {
        ("", wanted) => format!("write `namespace: {wanted}` in the HelmRepository: Renovate does not run kustomize"),
        (written, "") => format!("write `namespace: {written}` in the `sourceRef`: Renovate does not run kustomize"),
        (written, _) => format!("the HelmRepository is in namespace `{written}`: write that in the `sourceRef`"),
    };
    Some(Finding::new(chart.span, message).help(help).related(unlinked.repository, "the HelmRepository"))
}
