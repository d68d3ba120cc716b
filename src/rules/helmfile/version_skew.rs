use crate::diagnostic::Finding;
use crate::formats::helmfile::Helmfile;
use crate::model::inventory::Installation;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::yaml::Node;

/// A chart that is bootstrapped at another version than Flux installs.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let releases = Helmfile::of(file).map(|helmfile| helmfile.releases).unwrap_or_default();
    releases.into_iter().filter_map(|release| finding(release, repo)).collect()
}

fn finding(release: &Node, repo: &Repo) -> Option<Finding> {
    let (name, namespace) = (release.get("name")?.literal()?, release.get("namespace")?.literal()?);
    let chart = release.get("chart")?.literal()?.rsplit('/').next()?;
    let version = release.get("version")?;
    let installed = repo.inventories().iter().flat_map(|inventory| &inventory.releases);
    let adopts = |installed: &&Installation| {
        let other = &installed.release;
        let place = other.namespace.as_ref().and_then(Node::known);
        other.name.known() == Some(name) && place == Some(namespace) && other.chart.known_name() == Some(chart)
    };
    let others: Vec<&Node> =
        installed.filter(adopts).filter_map(|other| other.release.chart.version.as_ref()).collect();
    let plain = |version: &Node| version.literal().map(|text| text.trim_start_matches('v').to_owned());
    let own = plain(version)?;
    let other = others.first().filter(|_| others.iter().all(|other| plain(other).is_some_and(|other| other != own)))?;
    let message = format!("`{name}` is bootstrapped at `{}`, but Flux installs `{}`", version.text()?, other.text()?);
    let finding = Finding::new(version.span, message).help("write the same version in both places");
    Some(finding.related(other.span, "what Flux installs"))
}
