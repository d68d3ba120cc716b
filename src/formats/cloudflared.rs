//! cloudflared: where a Cloudflare tunnel sends requests.

use crate::kustomize::embedded;
use crate::resource::{Resource, Tree};
use crate::yaml::Node;

/// The `ingress` of a configuration: rules, of which the first that fits counts.
#[derive(Debug)]
pub struct Ingress {
    /// The rules, at least one.
    pub rules: Vec<Node>,
}

impl Ingress {
    /// The rule that should match everything, and does not.
    pub fn open_end(&self) -> Option<&Node> {
        self.rules.last().filter(|rule| matches_all(rule) == Some(false))
    }

    /// A rule that matches everything, so that those below it are never reached.
    pub fn early_end(&self) -> Option<&Node> {
        let above = self.rules.len().saturating_sub(1);
        self.rules.iter().take(above).find(|rule| matches_all(rule) == Some(true))
    }
}

/// Whether a rule matches every request; `None` where that is not known.
fn matches_all(rule: &Node) -> Option<bool> {
    let open = |field: &str, any: &[&str]| rule.get(field).map_or(Some(true), |node| Some(any.contains(&node.text()?)));
    Some(open("hostname", &["", "*"])? && open("path", &[""])?)
}

/// The configurations of tunnels in a ConfigMap.
pub fn ingresses(resource: &Resource, tree: &Tree) -> Vec<Ingress> {
    let data = resource.node.entries_at(&["data"]).iter().filter(|_| resource.is("", "ConfigMap"));
    let texts = data.map(|entry| &entry.value).filter(|value| value.text().is_some_and(is_config));
    texts.flat_map(|text| embedded(tree, text).unwrap_or_default()).filter_map(|root| ingress(&root)).collect()
}

/// A quick look before the text is parsed.
fn is_config(text: &str) -> bool {
    text.contains("ingress:") && text.contains("service:")
}

fn ingress(root: &Node) -> Option<Ingress> {
    let rules = root.get("ingress")?.items();
    // Every rule has a service, which nothing else with that key is a list of.
    let is_rule = |rule: &Node| {
        let service = rule.get("service").and_then(Node::text);
        service.is_some_and(|service| service.contains("://") || service.contains("http_status"))
    };
    (!rules.is_empty() && rules.iter().all(is_rule)).then(|| Ingress { rules: rules.to_vec() })
}
