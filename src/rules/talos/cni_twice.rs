use crate::diagnostic::Finding;
use crate::formats::talconfig::Talconfig;
use crate::model::machines::network;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// Talos' own network plug-in beside the one that the repository installs.
pub const RULE: Rule = Rule::error(check);

/// What Talos installs unless told otherwise.
const DEFAULT: &str = "flannel";

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    Talconfig::within(file, repo.tree()).filter_map(|talconfig| finding(talconfig, repo)).collect()
}

fn finding(talconfig: Talconfig, repo: &Repo) -> Option<Finding> {
    let network = network(repo)?;
    let name = talconfig.root.get("cniConfig").and_then(|config| config.get("name"));
    let installed = name.map_or(Some(DEFAULT), |name| name.literal())?;
    let controlling = talconfig.control_plane()?;
    // Who says it in a patch may say anything.
    let patched =
        controlling.into_iter().map(|machine| talconfig.patched(repo.tree(), machine, &["cluster", "network"]));
    let patched: Option<Vec<_>> = patched.collect();
    if installed != DEFAULT || patched?.iter().flatten().any(|network| network.get("cni").is_some()) {
        return None;
    }
    let place = name.or_else(|| talconfig.root.entries().first().map(|entry| &entry.key))?;
    let plugin = &network.plugin.name;
    let message = format!("Talos installs {installed} beside {plugin}, and pods get their addresses from either");
    let finding = Finding::new(place.span, message).help("write `cniConfig: {name: none}`");
    Some(finding.related(network.release.resource.name_span(), format!("{plugin} is installed here")))
}
