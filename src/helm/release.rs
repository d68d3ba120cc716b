//! A HelmRelease: its chart, and its values as far as they are in sight.

use super::object::set_unknown;
use super::{post_render, values_from};
use crate::kustomize::Overlay;
use crate::resource::Resource;
use crate::yaml::Node;

/// Longest release name; the helm-controller shortens a longer one with a hash.
const MAX_RELEASE_NAME: usize = 53;

/// The chart that a release installs.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// Its name: the last part of an OCI address.
    pub name: Option<Node>,
    /// Version, range or tag, as written.
    pub version: Option<Node>,
    /// Where it is pulled from.
    pub url: Option<Node>,
}

impl Chart {
    /// The name of the chart, where it is known.
    pub fn known_name(&self) -> Option<&str> {
        let name = self.name.as_ref()?.known()?;
        Some(name.trim_end_matches('/').rsplit('/').next().unwrap_or(name))
    }

    /// The major version, where the version names one.
    pub fn major(&self) -> Option<u32> {
        let version = self.version.as_ref()?.known()?;
        let digits = version.trim_start_matches(|char: char| !char.is_ascii_digit());
        digits.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
    }
}

/// What is known of a release: a HelmRelease, as deployed, with the chart that it refers to.
#[derive(Debug, Clone)]
pub struct Release {
    /// The name that Helm knows it by.
    pub name: Node,
    /// The namespace it is installed to.
    pub namespace: Option<Node>,
    /// The chart.
    pub chart: Chart,
    /// The values; an empty mapping where there are none.
    pub values: Node,
    /// What kustomize changes in the objects of the chart.
    pub post_renderers: Vec<Overlay>,
    /// Whether a `valuesFrom`, or a post-renderer, changes what these say in a way that is not in sight.
    pub partial: bool,
}

/// Reads a HelmRelease after patches and substitution. `source` is what `chartRef` or `sourceRef` names: an
/// OCIRepository, HelmChart or HelmRepository; `find` knows the ConfigMaps beside it by kind and name. `None` when it is
/// no HelmRelease or its release name cannot be known.
pub fn release<'a>(
    resource: &Resource,
    source: Option<&Resource>,
    find: impl Fn(&str, &str) -> Option<&'a Resource>,
) -> Option<Release> {
    if !resource.is_helm_release() {
        return None;
    }
    let spec = resource.spec()?;
    let own = resource.node.at(&["metadata", "name"])?;
    let target = spec.get("targetNamespace").filter(|node| !node.is_null());
    let name = match (spec.get("releaseName").filter(|node| !node.is_null()), target) {
        (Some(name), _) => name.clone(),
        (None, None) => own.clone(),
        (None, Some(target)) => {
            let mut name = Node::string(own.span, format!("{}-{}", target.text()?, own.text()?));
            set_unknown(&mut name, own.is_unknown() || target.is_unknown());
            name
        }
    };
    if name.text()?.len() > MAX_RELEASE_NAME {
        return None;
    }
    let namespace = target.or_else(|| resource.node.at(&["metadata", "namespace"])).cloned();
    let values = spec.get("values").filter(|values| values.is_map()).cloned();
    let values = values.unwrap_or_else(|| Node::map(spec.span.before(), Vec::new()));
    let (values, complete) = values_from::values(spec, values, find);
    let (post_renderers, understood) = post_render::overlays(spec);
    let partial = !complete || !understood;
    Some(Release { name, namespace, chart: chart(spec, source), values, post_renderers, partial })
}

/// The chart of a HelmRelease's `spec`.
fn chart(spec: &Node, source: Option<&Resource>) -> Chart {
    let source_spec = source.and_then(Resource::spec);
    if let Some(template) = spec.at(&["chart", "spec"]) {
        let url = source_spec.and_then(|spec| spec.get("url"));
        return Chart {
            name: template.get("chart").cloned(),
            version: template.get("version").cloned(),
            url: url.cloned(),
        };
    }
    let Some(source_spec) = source_spec else { return Chart::default() };
    if source.is_some_and(|source| source.kind == "HelmChart") {
        let field = |key| source_spec.get(key).cloned();
        return Chart { name: field("chart"), version: field("version"), url: None };
    }
    let reference = source_spec.get("ref");
    let version = ["digest", "semver", "tag"].iter().rev().find_map(|key| reference?.get(key));
    let url = source_spec.get("url").cloned();
    Chart { name: url.clone(), version: version.cloned(), url }
}
