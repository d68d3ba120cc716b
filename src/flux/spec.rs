//! The fields of Flux's kinds, by the names of its API.

use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// The spec of a Flux Kustomization: <https://fluxcd.io/flux/components/kustomize/kustomizations/>.
#[derive(Debug, Clone, Copy)]
pub struct Kustomization<'a>(&'a Resource);

/// An entry of `dependsOn`, of a Kustomization or a HelmRelease.
#[derive(Debug, Clone, Copy)]
pub struct Dependency<'a> {
    /// Its name, as written.
    pub name: &'a Node,
    /// Its namespace: that of the dependent where none is written.
    pub namespace: Option<&'a str>,
}

/// What a Kustomization or HelmRelease waits for: objects of its own kind.
pub fn depends_on(resource: &Resource) -> impl Iterator<Item = Dependency<'_>> {
    let entries = resource.node.items_at(&["spec", "dependsOn"]).iter();
    entries.filter_map(|entry| {
        let namespace = entry.text_at(&["namespace"]).or(resource.namespace());
        Some(Dependency { name: entry.get("name")?, namespace })
    })
}

impl<'a> Kustomization<'a> {
    /// The spec of a resource; one of another kind has none of these fields.
    pub fn of(resource: &'a Resource) -> Self {
        Kustomization(resource)
    }

    fn field(self, name: &str) -> Option<&'a Node> {
        self.0.node.at(&["spec", name])
    }

    /// The folder that it builds.
    pub fn path(self) -> Option<&'a Node> {
        self.field("path")
    }

    /// Where its path is written; its name where it is not.
    pub fn path_span(self) -> Span {
        self.path().map_or(self.0.name_span(), |path| path.span)
    }

    /// The namespace of everything that it applies.
    pub fn target_namespace(self) -> Option<&'a Node> {
        self.field("targetNamespace")
    }

    /// The name of its source.
    pub fn source(self) -> Option<&'a str> {
        self.0.node.text_at(&["spec", "sourceRef", "name"])
    }

    /// `wait`: whether it is ready only when everything that it applies is.
    pub fn wait(self) -> Option<&'a Node> {
        self.field("wait")
    }

    /// Whether it waits for everything that it applies.
    pub fn waits(self) -> bool {
        self.wait().is_some_and(Node::is_true)
    }

    /// The objects that it waits for before it is ready.
    pub fn health_checks(self) -> &'a [Node] {
        self.0.node.items_at(&["spec", "healthChecks"])
    }

    /// Who decrypts what it applies.
    pub fn decryption_provider(self) -> Option<&'a Node> {
        self.0.node.at(&["spec", "decryption", "provider"])
    }

    /// The name of the Secret that decrypts what it applies.
    pub fn decryption_secret(self) -> Option<&'a Node> {
        self.0.node.at(&["spec", "decryption", "secretRef", "name"])
    }

    /// Variables that it defines itself.
    pub fn substitute(self) -> &'a [Entry] {
        self.0.node.entries_at(&["spec", "postBuild", "substitute"])
    }
}
