use crate::diagnostic::Finding;
use crate::formats::talconfig::Talconfig;
use crate::formats::talos::machine_configs;
use crate::model::machines::{Network, network};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::Span;

/// Talos' own network plug-in beside the one that the repository installs.
pub const RULE: Rule = Rule::error(check);

/// What Talos installs unless told otherwise.
const DEFAULT: &str = "flannel";

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let configs = machine_configs(file, repo.tree());
    let written = configs.iter().filter_map(|config| config.at(&["cluster", "network", "cni", "name"]));
    let written = written.filter(|name| name.literal() == Some(DEFAULT)).map(|name| name.span);
    let places = written.chain(Talconfig::within(file, repo.tree()).filter_map(|talconfig| unsaid(talconfig, repo)));
    let places: Vec<Span> = places.collect();
    let network = network(repo).filter(|_| !places.is_empty());
    network.map_or_else(Vec::new, |network| places.into_iter().map(|place| finding(place, network)).collect())
}

/// Where a talconfig asks for Talos' own plug-in, or asks for none.
fn unsaid(talconfig: Talconfig, repo: &Repo) -> Option<Span> {
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
    name.or_else(|| talconfig.root.entries().first().map(|entry| &entry.key)).map(|place| place.span)
}

fn finding(place: Span, network: Network) -> Finding {
    let plugin = &network.plugin.name;
    let message = format!("Talos installs {DEFAULT} beside {plugin}, and pods get their addresses from either");
    let finding = Finding::new(place, message).help("write `cniConfig: {name: none}`");
    finding.related(network.release.resource.name_span(), format!("{plugin} is installed here"))
}
