use crate::diagnostic::Finding;
use crate::formats::talconfig::Talconfig;
use crate::formats::talos::machine_configs;
use crate::model::machines::{Network, network};
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::source::Span;
use crate::yaml::Node;

/// kube-proxy beside a network plug-in that takes its place.
pub const RULE: Rule = Rule::warning(check);

const FIELD: [&str; 3] = ["cluster", "proxy", "disabled"];

fn check(file: &File, repo: &Repo) -> Vec<Finding> {
    let kept = machine_configs(file, repo.tree());
    let kept: Vec<Span> = kept
        .iter()
        .filter_map(|config| config.at(&FIELD).filter(|node| node.is_false()))
        .map(|node| node.span)
        .collect();
    let mut talconfigs = Talconfig::within(file, repo.tree()).peekable();
    if kept.is_empty() && talconfigs.peek().is_none() {
        return Vec::new();
    }
    let Some(network) = network(repo).filter(|network| network.is_proxy) else { return Vec::new() };
    let silent = talconfigs.filter_map(|talconfig| unsaid(talconfig, repo));
    kept.into_iter().chain(silent).map(|span| finding(span, network)).collect()
}

/// Where a talconfig says nothing of kube-proxy.
fn unsaid(talconfig: Talconfig, repo: &Repo) -> Option<Span> {
    let controlling = talconfig.control_plane()?.into_iter();
    let told = controlling.map(|machine| talconfig.patched(repo.tree(), machine, &FIELD));
    let told: Vec<Option<Node>> = told.collect::<Option<_>>()?;
    let place = talconfig.root.entry("cniConfig").or_else(|| talconfig.root.entries().first())?;
    told.iter().any(Option::is_none).then_some(place.key.span)
}

fn finding(span: Span, network: Network) -> Finding {
    let plugin = &network.plugin.name;
    let release = network.release.resource.name_span();
    Finding::new(span, format!("Talos runs kube-proxy, and {plugin} does the same"))
        .help("write `cluster: {proxy: {disabled: true}}` in a patch of the control plane")
        .related(release, format!("{plugin} takes its place here"))
}
