//! Gateways and the routes that name them as their parents.

use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::Node;

/// Every Gateway that is written in a repository.
#[derive(Debug, Default)]
pub struct Gateways(Vec<Resource>);

/// A Gateway: <https://gateway-api.sigs.k8s.io/api-types/gateway/>.
#[derive(Debug, Clone, Copy)]
pub struct Gateway<'a>(pub &'a Resource);

impl Gateways {
    /// Those among some resources.
    pub fn of(resources: &[Resource]) -> Self {
        let gateway = |resource: &&Resource| resource.is("gateway.networking.k8s.io", "Gateway");
        Gateways(resources.iter().filter(gateway).cloned().collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of all.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(Resource::name)
    }

    /// Those with a name, in whatever namespace.
    pub fn named<'a>(&'a self, name: &str) -> Vec<Gateway<'a>> {
        self.0.iter().filter(|gateway| gateway.name() == Some(name)).map(Gateway).collect()
    }
}

impl<'a> Gateway<'a> {
    /// The names of its listeners; `None` where one is not known.
    pub fn listeners(self) -> Option<Vec<&'a str>> {
        let listeners = self.0.node.items_at(&["spec", "listeners"]).iter();
        listeners.map(|listener| listener.get("name")?.known()).collect()
    }

    /// Where its listeners are written.
    pub fn listeners_span(self) -> Option<Span> {
        Some(self.0.node.at(&["spec", "listeners"])?.span)
    }
}

/// The parents of the routes in a resource that are Gateways: of a route itself, or of those in a release's values.
pub fn parent_refs(resource: &Resource) -> Vec<&Node> {
    let mut found = Vec::new();
    resource.node.walk_entries(&mut |entry| {
        if entry.key.text() == Some("parentRefs") {
            let parents = entry.value.items().iter();
            found.extend(parents.filter(|parent| parent.text_at(&["kind"]).is_none_or(|kind| kind == "Gateway")));
        }
    });
    found
}
