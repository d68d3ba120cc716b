//! Gateways and the routes that name them as their parents.

use crate::kubernetes::hostname::serves;
use crate::kubernetes::selector::Selector;
use crate::links::Kind;
use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{Node, from_table};
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The API group of Gateways and routes.
pub const GROUP: &str = "gateway.networking.k8s.io";

/// `schemas/gateway.yaml`.
#[derive(Debug, Default, Deserialize)]
struct Table {
    protocols: BTreeMap<SmolStr, Vec<SmolStr>>,
    encrypted: Vec<SmolStr>,
    pooled: BTreeMap<SmolStr, SmolStr>,
    issuers: Vec<SmolStr>,
    managed: Vec<SmolStr>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| from_table(include_str!("../../schemas/gateway.yaml")));

/// The Gateways that routes find.
#[derive(Debug, Default)]
pub struct Gateways {
    found: Vec<Resource>,
    /// Names of others, which are written and which nobody is seen to apply.
    idle: BTreeSet<SmolStr>,
}

/// A Gateway: <https://gateway-api.sigs.k8s.io/api-types/gateway/>.
#[derive(Debug, Clone, Copy)]
pub struct Gateway<'a>(pub &'a Resource);

/// A listener of a Gateway.
#[derive(Debug, Clone, Copy)]
pub struct Listener<'a>(pub &'a Node);

impl Gateways {
    /// Those that a cluster applies; `written` is what the repository holds besides.
    pub fn of<'r>(applied: impl Iterator<Item = &'r Resource>, written: &[Resource]) -> Self {
        let found: Vec<Resource> = applied.filter(|resource| is_gateway(resource)).cloned().collect();
        let written = written.iter().filter(|resource| is_gateway(resource)).filter_map(Resource::name);
        let idle = written.filter(|name| found.iter().all(|gateway| gateway.name() != Some(name)));
        let idle = idle.map(SmolStr::new).collect();
        Gateways { found, idle }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Gateway<'_>> {
        self.found.iter().map(Gateway)
    }

    /// The names of all.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.found.iter().filter_map(Resource::name)
    }

    /// Those with a name, in whatever namespace; `None` for a name that is only written, of which nothing is known.
    pub fn named<'a>(&'a self, name: &str) -> Option<Vec<Gateway<'a>>> {
        let open = self.idle.contains(name);
        (!open).then(|| self.found.iter().filter(|gateway| gateway.name() == Some(name)).map(Gateway).collect())
    }

    /// The Gateway that a parentRef of a route in a namespace names, where there is one and no more.
    pub fn parent<'a>(&'a self, parent: &Node, namespace: Option<&str>) -> Option<Gateway<'a>> {
        let namespace = parent.get("namespace").map_or(namespace, Node::literal).filter(|_| names_gateway(parent))?;
        let named = self.named(parent.get("name")?.literal()?)?;
        let mut here = named.into_iter().filter(|gateway| gateway.0.namespace() == Some(namespace));
        here.next().filter(|_| here.next().is_none())
    }
}

fn is_gateway(resource: &Resource) -> bool {
    resource.is(GROUP, "Gateway")
}

impl<'a> Gateway<'a> {
    /// Its listeners; none where another makes them.
    pub fn listeners(self) -> impl Iterator<Item = Listener<'a>> {
        self.0.node.items_at(&["spec", "listeners"]).iter().map(Listener)
    }

    /// The names of its listeners; `None` where one is not known.
    pub fn listener_names(self) -> Option<Vec<&'a str>> {
        self.listeners().map(Listener::name).collect()
    }

    /// Where its listeners are written.
    pub fn listeners_span(self) -> Option<Span> {
        Some(self.0.node.at(&["spec", "listeners"])?.span)
    }

    /// Whether its implementation may have the certificates from somewhere else.
    pub fn is_managed(self) -> bool {
        let class = self.0.node.at(&["spec", "gatewayClassName"]).and_then(Node::literal);
        class.is_none_or(|class| TABLE.managed.iter().any(|word| class.contains(word.as_str())))
    }

    /// The addresses that it asks for, with the key that takes them from the same pools.
    pub fn addresses(self) -> Vec<(&'static str, &'a Node)> {
        let class = self.0.node.at(&["spec", "gatewayClassName"]).and_then(Node::known);
        let Some(key) = class.and_then(|class| TABLE.pooled.get(class)) else { return Vec::new() };
        let addresses = self.0.node.items_at(&["spec", "addresses"]).iter();
        let addresses = addresses.filter(|item| item.get("type").is_none_or(|kind| kind.known() == Some("IPAddress")));
        addresses.filter_map(|item| Some((key.as_str(), item.get("value")?))).collect()
    }

    /// The listeners that a parentRef selects; `None` where that is not known, or where it selects none.
    pub fn selected(self, parent: &Node) -> Option<Vec<Listener<'a>>> {
        let wanted = |field: &str| parent.get(field).map(Node::literal).map_or(Some(None), |text| text.map(Some));
        let (section, port) = (wanted("sectionName")?, wanted("port")?);
        let mut selected = Vec::new();
        for listener in self.listeners() {
            let own_port = listener.0.get("port")?.literal()?;
            let fits = section.is_none_or(|name| listener.name() == Some(name));
            listener.name()?;
            selected.extend((fits && port.is_none_or(|port| own_port == port)).then_some(listener));
        }
        (!selected.is_empty()).then_some(selected)
    }
}

impl<'a> Listener<'a> {
    /// Its name, where it is known.
    pub fn name(self) -> Option<&'a str> {
        self.0.get("name")?.known()
    }

    /// The host name that it is for; `None` where it is for any.
    pub fn host(self) -> Option<&'a Node> {
        self.0.get("hostname").filter(|host| host.text().is_some_and(|text| !text.is_empty()))
    }

    /// Whether it serves a host name of a route; `None` where that is not known.
    pub fn serves(self, host: &Node) -> Option<bool> {
        let Some(own) = self.host() else { return Some(true) };
        // What is not known and names no variable could be anything.
        let said = |node: &'_ Node| !node.is_unknown() || node.text().is_some_and(|text| text.contains("${"));
        serves(own.text()?, host.text()?).filter(|_| said(own) && said(host))
    }

    /// Whether it lets in routes of a namespace; `None` where that is not known. `labels` are those of the namespace.
    pub fn admits(self, gateway: &str, route: &str, labels: impl Fn() -> Option<Node>) -> Option<bool> {
        match self.from()? {
            "All" => Some(true),
            "Same" => Some(gateway == route),
            "None" => Some(false),
            "Selector" => {
                let selector = self.0.at(&["allowedRoutes", "namespaces", "selector"])?;
                Selector::of(selector).selects(Some(&labels()?))
            }
            _ => None,
        }
    }

    /// From where it lets routes in: `All`, `Same`, `Selector` or `None`.
    pub fn from(self) -> Option<&'a str> {
        self.0.at(&["allowedRoutes", "namespaces", "from"]).map_or(Some("Same"), Node::literal)
    }

    /// Whether it takes routes of a kind; `None` where that is not known.
    pub fn takes(self, kind: &str) -> Option<bool> {
        let kinds = self.0.items_at(&["allowedRoutes", "kinds"]);
        if !kinds.is_empty() {
            let named: Option<Vec<&str>> = kinds.iter().map(|kind| kind.get("kind")?.literal()).collect();
            return Some(named?.contains(&kind));
        }
        let kinds = TABLE.protocols.get(self.0.get("protocol")?.literal()?)?;
        Some(kinds.iter().any(|own| own == kind))
    }

    /// The names of the Secrets that hold its certificates.
    pub fn certificates(self) -> impl Iterator<Item = &'a Node> {
        let certificates = self.0.items_at(&["tls", "certificateRefs"]).iter();
        certificates.filter_map(|certificate| certificate.get("name"))
    }

    /// Whether it ends TLS and says nothing of how.
    pub fn lacks_tls(self) -> bool {
        let protocol = self.0.get("protocol").and_then(Node::literal);
        let encrypted = protocol.is_some_and(|protocol| TABLE.encrypted.iter().any(|own| own == protocol));
        encrypted && self.0.get("tls").is_none_or(|tls| tls.is_null() || tls.is_map() && tls.entries().is_empty())
    }
}

/// Whether cert-manager makes the certificates that a Gateway names, as an annotation asks it to.
pub fn has_issuer(gateway: &Resource) -> bool {
    let annotations = gateway.node.entries_at(&["metadata", "annotations"]).iter();
    let issuer = |key: &str| TABLE.issuers.iter().any(|issuer| issuer == key);
    annotations.filter_map(|entry| entry.key.text()).any(issuer)
}

/// Whether a ReferenceGrant lets an object of a namespace refer to another; what is not known in it lets it.
pub fn grants(grant: &Resource, from: (&Kind, &str), to: (&Kind, &str)) -> bool {
    let is = |item: &Node, field: &str, wanted: &str| {
        item.get(field).map_or(Some(""), Node::literal).is_none_or(|text| text == wanted)
    };
    let of_kind = |item: &Node, kind: &Kind| is(item, "group", &kind.group) && is(item, "kind", &kind.kind);
    let list = |field: &str| grant.node.items_at(&["spec", field]).iter();
    let named = |item: &Node| item.get("name").is_none() || is(item, "name", to.1);
    list("from").any(|item| of_kind(item, from.0) && is(item, "namespace", from.1))
        && list("to").any(|item| of_kind(item, to.0) && named(item))
}

/// The parents of the routes in a resource that are Gateways: of a route itself, or of those in a release's values.
pub fn parent_refs(resource: &Resource) -> Vec<&Node> {
    let mut found = Vec::new();
    resource.node.walk_entries(&mut |entry| {
        if entry.key.text() == Some("parentRefs") {
            found.extend(entry.value.items().iter().filter(|parent| names_gateway(parent)));
        }
    });
    found
}

/// Whether a parentRef names a Gateway, and not a Service or a set of listeners.
pub fn names_gateway(parent: &Node) -> bool {
    parent.text_at(&["kind"]).is_none_or(|kind| kind == "Gateway")
}
