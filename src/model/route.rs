//! Routes, and the host names that they claim: through which door, for which requests.

use crate::model::gateway::{GROUP, names_gateway};
use crate::model::inventory::Inventory;
use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{Node, same_data};
use std::collections::BTreeSet;

/// A route, or the values of a release that ask for one.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// The route, or the release.
    pub owner: &'a Resource,
    /// The mapping that holds its fields.
    pub spec: &'a Node,
    /// The namespace it is in, where it is known.
    pub namespace: Option<&'a str>,
    /// Its kind; `None` where a chart decides.
    pub kind: Option<&'a str>,
}

impl<'a> Route<'a> {
    fn of(owner: &'a Resource) -> Option<Self> {
        let (spec, kind) = (owner.spec()?, owner.kind.as_str());
        let route = Route { owner, spec, namespace: owner.namespace(), kind: Some(kind) };
        kind.ends_with("Route").then_some(route)
    }

    /// The Gateways that it names.
    pub fn parents(self) -> impl Iterator<Item = &'a Node> {
        self.spec.items_at(&["parentRefs"]).iter().filter(|parent| names_gateway(parent))
    }

    /// The host names that it is for, as written; none where it is for all.
    pub fn hosts(self) -> &'a [Node] {
        self.spec.items_at(&["hostnames"])
    }

    /// Whether a chart surely makes it.
    fn is_on(self) -> bool {
        self.kind.is_some() || self.spec.get("enabled").is_some_and(Node::is_true)
    }
}

/// The routes of a cluster: objects, and what the values of releases ask for whose chart makes routes of its own.
pub fn routes(inventory: &Inventory) -> Vec<Route<'_>> {
    let of_group = |resource: &&Resource| resource.group() == GROUP;
    let objects = inventory.members.iter().map(|member| &member.resource).filter(of_group);
    let mut routes: Vec<Route> = objects.filter_map(Route::of).collect();
    let made = inventory.made().filter(|(_, made)| of_group(made));
    let told: BTreeSet<Span> = made.map(|(release, _)| release.node.span).collect();
    for installed in inventory.releases.iter().filter(|installed| !told.contains(&installed.resource.node.span)) {
        let namespace = installed.release.namespace.as_ref().and_then(Node::literal);
        let owner = &installed.resource;
        installed.release.values.walk(&mut |spec| {
            if spec.get("parentRefs").is_some() && spec.get("enabled").is_none_or(Node::is_true) {
                routes.push(Route { owner, spec, namespace, kind: None });
            }
        });
    }
    routes
}

/// A host name that a route claims.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The route, or the release whose values ask for one.
    pub owner: &'a Resource,
    /// Where the name is written.
    pub host: &'a Node,
    /// The name.
    pub name: &'a str,
    door: Door<'a>,
    requests: Vec<Request<'a>>,
}

/// What the requests of a route come in by: a listener of a Gateway, or an ingress class.
#[derive(Debug, Clone, Copy)]
struct Door<'a> {
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    /// Name and port of a listener; an empty one is any.
    listener: [&'a str; 2],
}

/// Requests that a route takes.
#[derive(Debug, Clone, Copy)]
enum Request<'a> {
    All,
    Path(&'a str),
    Match(&'a Node),
}

/// The host names that routes and Ingresses claim in a cluster.
pub fn claims<'a>(inventory: &'a Inventory, routes: &[Route<'a>]) -> Vec<Claim<'a>> {
    let mut claims = Vec::new();
    routes.iter().filter(|route| route.is_on()).for_each(|route| route_claims(*route, &mut claims));
    for resource in inventory.members.iter().map(|member| &member.resource) {
        if let Some(spec) = resource.spec().filter(|_| resource.is("networking.k8s.io", "Ingress")) {
            ingress(resource, spec, &mut claims);
        }
    }
    claims
}

impl Claim<'_> {
    /// Whether another route claims the name for the same requests.
    pub fn is_contested_by(&self, other: &Claim) -> bool {
        let apart = !self.owner.is_same(other.owner) && self.host.span != other.host.span;
        let takes = |request: &Request| other.requests.iter().any(|taken| request.is_same(taken));
        apart && self.name == other.name && self.door.is_same(&other.door) && self.requests.iter().any(takes)
    }
}

impl<'a> Claim<'a> {
    /// Whether another route claims the name for the same requests of another Gateway.
    pub fn is_elsewhere(&self, other: &Claim) -> bool {
        let takes = |request: &Request| other.requests.iter().any(|taken| request.is_same(taken));
        let gateway = |door: &Door<'_>| format!("{}/{}", door.namespace, door.name);
        let apart = !self.owner.is_same(other.owner) && self.door.kind == other.door.kind;
        let elsewhere = self.door.kind != "Ingress" && gateway(&self.door) != gateway(&other.door);
        apart && elsewhere && self.requests.iter().any(takes)
    }

    /// The name of the Gateway or of the class.
    pub fn door(&self) -> &'a str {
        self.door.name
    }
}

impl Door<'_> {
    fn is_same(&self, other: &Door) -> bool {
        let listener = self.listener.iter().zip(other.listener);
        (self.kind, self.namespace, self.name) == (other.kind, other.namespace, other.name)
            && listener.into_iter().all(|(one, other)| one.is_empty() || other.is_empty() || *one == other)
    }
}

impl Request<'_> {
    fn is_same(&self, other: &Request) -> bool {
        match (self, other) {
            (Request::All, Request::All) => true,
            (Request::Path(one), Request::Path(other)) => one == other,
            (Request::Match(one), Request::Match(other)) => same_data(one, other),
            _ => false,
        }
    }
}

/// The claims of a route.
fn route_claims<'a>(route: Route<'a>, claims: &mut Vec<Claim<'a>>) {
    let Route { owner, spec, .. } = route;
    let doors: Vec<Door> = route.parents().filter_map(|parent| listener(parent, route)).collect();
    for host in route.hosts() {
        let Some(name) = host_name(host) else { continue };
        let claim = |door: &Door<'a>| Claim { owner, host, name, door: *door, requests: requests(spec) };
        claims.extend(doors.iter().map(claim));
    }
}

fn listener<'a>(parent: &'a Node, route: Route<'a>) -> Option<Door<'a>> {
    let field = |name: &str| parent.get(name).map_or(Some(""), Node::literal);
    let namespace = parent.get("namespace").map_or_else(|| route.owner.namespace(), Node::literal)?;
    let (name, kind) = (parent.get("name")?.literal()?, route.kind.unwrap_or("HTTPRoute"));
    Some(Door { kind, namespace, name, listener: [field("sectionName")?, field("port")?] })
}

/// A host name that is known, or of which no more than the domain is kept secret.
fn host_name(host: &Node) -> Option<&str> {
    let domain = |text: &&str| text.split_once(".${").is_some_and(|(name, _)| !name.contains(['$', '{']));
    host.literal().or_else(|| host.text().filter(|text| domain(text) && !text.contains("{{")))
}

/// The requests that a route takes; charts write the matches of their only rule beside it.
fn requests(spec: &Node) -> Vec<Request<'_>> {
    let rules = spec.get("rules").map_or(std::slice::from_ref(spec), Node::items);
    let mut found: Vec<Request<'_>> = Vec::new();
    for rule in rules {
        let matches = rule.items_at(&["matches"]);
        found.extend(matches.iter().map(|one| if takes_all(one) { Request::All } else { Request::Match(one) }));
        found.extend(matches.is_empty().then_some(Request::All));
    }
    found.extend(rules.is_empty().then_some(Request::All));
    found
}

fn takes_all(request: &Node) -> bool {
    let prefix = request.text_at(&["path", "type"]).is_none_or(|kind| kind == "PathPrefix");
    prefix && request.entries().len() == 1 && request.text_at(&["path", "value"]) == Some("/")
}

/// The claims of an Ingress, but for one that takes a part of another's requests on purpose.
fn ingress<'a>(owner: &'a Resource, spec: &'a Node, claims: &mut Vec<Claim<'a>>) {
    let class = spec.get("ingressClassName").map(Node::literal);
    let Some(class) = class.unwrap_or_else(|| Some(owner.annotation("kubernetes.io/ingress.class").unwrap_or("")))
    else {
        return;
    };
    let annotations = owner.node.entries_at(&["metadata", "annotations"]);
    if annotations.iter().any(|entry| entry.key.text().is_some_and(|key| key.contains("canary"))) {
        return;
    }
    let door = Door { kind: "Ingress", namespace: "", name: class, listener: [""; 2] };
    for rule in spec.items_at(&["rules"]) {
        let Some((host, name)) = rule.get("host").and_then(|host| Some((host, host_name(host)?))) else { continue };
        let paths = rule.items_at(&["http", "paths"]).iter();
        let request = |path: &'a Node| match path.get("path").map_or(Some("/"), Node::literal)? {
            "/" => Some(Request::All),
            path => Some(Request::Path(path)),
        };
        claims.push(Claim { owner, host, name, door, requests: paths.filter_map(request).collect() });
    }
}
