//! `service`, `route`, `ingress` and `serviceMonitor`.

use super::super::fault::FaultKind;
use super::super::object::{Object, is_empty, plain};
use super::app::{App, Item, find, ids};
use super::container::number;
use crate::yaml::Node;
use smol_str::SmolStr;

/// Service fields that are handed on as written.
const SERVICE_FIELDS: [&str; 16] = [
    "allocateLoadBalancerNodePorts",
    "clusterIP",
    "externalIPs",
    "externalName",
    "externalTrafficPolicy",
    "internalTrafficPolicy",
    "ipFamilies",
    "ipFamilyPolicy",
    "loadBalancerClass",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
    "publishNotReadyAddresses",
    "sessionAffinity",
    "sessionAffinityConfig",
    "trafficDistribution",
    "healthCheckNodePort",
];

/// A port of a service.
pub(super) struct Port<'a> {
    name: &'a str,
    key: &'a Node,
    pub(super) value: &'a Node,
}

impl<'a> App<'a> {
    /// Adds the services.
    pub(super) fn services(&mut self) {
        for service in self.services.clone() {
            let span = service.key.span;
            let kind = self.field(service.value, "type").unwrap_or_else(|| Node::string(span, "ClusterIP"));
            let ports = self.ports(&service);
            let ports = ports.iter().filter_map(|port| self.service_port(port)).collect();
            let mut spec = Object::at(span).put("type", kind).list("ports", ports);
            spec = self.pass(spec, service.value.entries(), &SERVICE_FIELDS);
            let controller = self.controller_of(&service);
            let mut selector = controller.as_ref().map(|controller| self.selector(controller));
            for entry in service.value.entries_at(&["extraSelectorLabels"]) {
                let value = self.scope.text(&entry.value);
                selector = selector.map(|selector| selector.entry(entry.key.clone(), value));
            }
            let spec = spec.maybe("selector", selector.map(Object::node));
            let mut labels = self.labels().put("app.kubernetes.io/service", service.name.clone());
            for entry in service.value.entries_at(&["labels"]) {
                labels = labels.entry(entry.key.clone(), self.scope.text(&entry.value));
            }
            let body = Object::at(span).put("spec", spec.node());
            self.add("v1", "Service", service.key, &service.name, Some(labels.node()), body);
        }
    }

    fn service_port(&self, port: &Port) -> Option<Node> {
        let written = number(self.field(port.value, "port")?);
        let target = self.field(port.value, "targetPort").map_or_else(|| written.clone(), number);
        // HTTP and HTTPS only say what speaks there.
        let protocol = match self.field(port.value, "protocol") {
            Some(node) if node.text().is_some_and(|text| text.starts_with("HTTP")) => Node::string(node.span, "TCP"),
            Some(node) => node,
            None => Node::string(port.key.span, "TCP"),
        };
        let out = Object::at(port.key.span).put("name", Node::string(port.key.span, port.name)).put("port", written);
        let out = out.put("targetPort", target).put("protocol", protocol);
        let out = out.maybe("appProtocol", self.field(port.value, "appProtocol"));
        Some(out.maybe("nodePort", self.field(port.value, "nodePort").map(number)).node())
    }

    /// The enabled ports of a service, by name.
    fn ports(&mut self, service: &Item<'a>) -> Vec<Port<'a>> {
        let ports = self.enabled(service.value.entries_at(&["ports"]));
        if ports.iter().any(|(.., value)| value.get("portRange").is_some()) {
            self.complete = false;
        }
        ports.into_iter().map(|(name, key, value)| Port { name, key, value }).collect()
    }

    /// The port meant where none is named.
    pub(super) fn primary_port(&mut self, service: &Item<'a>) -> Option<Port<'a>> {
        let mut ports = self.ports(service);
        let marked = ports.iter().position(|port| port.value.get("primary").is_some_and(Node::is_true));
        (!ports.is_empty()).then(|| ports.swap_remove(marked.unwrap_or(0)))
    }

    /// The controller whose pods a service selects: the one it names or the only one.
    fn controller_of(&mut self, service: &Item<'a>) -> Option<Item<'a>> {
        let Some(written) = service.value.get("controller").filter(|node| !is_empty(node)) else {
            return match self.controllers.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            };
        };
        let written = self.scope.text(written);
        let found = find(&self.controllers, written.known()?).cloned();
        if found.is_none() {
            self.fault(FaultKind::Controller, &written, ids(&self.controllers));
        }
        found
    }

    /// The service meant where a controller has several: the one marked as primary, else the first.
    pub(super) fn primary_service(&mut self, controller: &str) -> Option<Item<'a>> {
        let only = self.controllers.len() == 1;
        let own = self.services.iter().filter(|service| match service.value.text_at(&["controller"]) {
            Some(name) => name == controller,
            None => only,
        });
        let mut own: Vec<&Item> = own.collect();
        let marked = own.iter().position(|service| service.value.get("primary").is_some_and(Node::is_true));
        (!own.is_empty()).then(|| own.swap_remove(marked.unwrap_or(0)).clone())
    }

    /// The name of the service that an identifier stands for.
    pub(super) fn service_name(&mut self, identifier: &Node) -> Option<Node> {
        self.service(identifier).map(|service| service.name.with_span(identifier.span))
    }

    fn service(&mut self, identifier: &Node) -> Option<Item<'a>> {
        let identifier = self.scope.text(identifier);
        let found = find(&self.services, identifier.known()?).cloned();
        if found.is_none() {
            self.fault(FaultKind::Service, &identifier, ids(&self.services));
        }
        found
    }

    /// Adds the routes.
    pub(super) fn routes(&mut self) {
        for route in self.section(&["route"], |_| true) {
            let span = route.key.span;
            let kind = self.field(route.value, "kind");
            let kind = kind.as_ref().and_then(Node::text).unwrap_or("HTTPRoute");
            let api_version = match kind {
                "TCPRoute" | "UDPRoute" | "TLSRoute" => "gateway.networking.k8s.io/v1alpha2",
                _ => "gateway.networking.k8s.io/v1",
            };
            let parents = route.value.items_at(&["parentRefs"]).iter().map(|parent| self.parent(parent)).collect();
            let hostnames = route.value.items_at(&["hostnames"]).iter().map(|host| self.scope.text(host)).collect();
            let rules = match route.value.get("rules").filter(|rules| !is_empty(rules)) {
                Some(rules) => rules.items().iter().map(|rule| self.rule(rule)).collect(),
                None => self.default_backend(&route).into_iter().collect(),
            };
            let spec = Object::at(span).list("parentRefs", parents).list("hostnames", hostnames);
            let body = Object::at(span).put("spec", spec.list("rules", rules).node());
            let labels = self.common_labels.clone();
            if route.value.get("namespaceOverride").is_some_and(|node| !is_empty(node)) {
                self.complete = false;
                continue;
            }
            self.add(api_version, kind, route.key, &route.name, Some(labels), body);
        }
    }

    fn parent(&self, parent: &Node) -> Node {
        let fields = ["group", "kind", "name", "namespace", "sectionName", "port"];
        let out = self.pass(Object::at(parent.span), parent.entries(), &fields);
        out.text_or("group", "gateway.networking.k8s.io").text_or("kind", "Gateway").node()
    }

    fn rule(&mut self, rule: &Node) -> Node {
        let backends: Vec<Node> =
            rule.items_at(&["backendRefs"]).iter().filter_map(|backend| self.backend(backend)).collect();
        let out = Object::at(rule.span).list("backendRefs", backends);
        let fields = ["filters", "matches", "name", "sessionPersistence", "timeouts"];
        self.pass(out, rule.entries(), &fields).node()
    }

    /// The rule of a route that has none: everything to the only service.
    fn default_backend(&mut self, route: &Item) -> Option<Node> {
        let [service] = self.services.as_slice() else { return None };
        let service = service.clone();
        let port = self.primary_port(&service)?;
        let port = number(self.field(port.value, "port")?);
        let backend = self.backend_node(route.key, service.name, Some(port), None);
        Some(Object::at(route.key.span).list("backendRefs", vec![backend]).node())
    }

    fn backend(&mut self, backend: &Node) -> Option<Node> {
        let weight = self.field(backend, "weight");
        let written = backend.get("port").map(|port| self.scope.text(port));
        if let Some(identifier) = backend.get("identifier").filter(|node| !is_empty(node)) {
            let service = self.service(identifier)?;
            let port = self.port_number(&service, written);
            let name = service.name.clone().with_span(identifier.span);
            return Some(self.backend_node(backend, name, port, weight));
        }
        let name = self.field(backend, "name")?;
        let kind = self.field(backend, "kind").filter(|kind| kind.text() != Some("Service"));
        if kind.is_some() {
            return Some(self.scope.tree(backend));
        }
        let node = self.backend_node(backend, name, written.map(number), weight);
        let mut node = node;
        if let Some(namespace) = self.field(backend, "namespace") {
            node.set(Node::string(namespace.span, "namespace"), namespace);
        }
        Some(node)
    }

    fn backend_node(&self, at: &Node, name: Node, port: Option<Node>, weight: Option<Node>) -> Node {
        let out = Object::at(at.span).text("group", "").text("kind", "Service").put("name", name);
        let out = out.maybe("namespace", self.release.namespace.clone()).maybe("port", port);
        out.put("weight", weight.unwrap_or_else(|| plain(at.span, "1"))).node()
    }

    /// The number of a port of one of the release's services, given by name or number.
    fn port_number(&mut self, service: &Item<'a>, written: Option<Node>) -> Option<Node> {
        let ports = self.ports(service);
        let Some(written) = written.filter(|port| !is_empty(port)) else {
            let primary = self.primary_port(service)?;
            return self.field(primary.value, "port").map(number);
        };
        let port = number(written);
        let text = port.known()?;
        if let Some(named) = ports.iter().find(|candidate| candidate.name == text) {
            return self.field(named.value, "port").map(|number_| number(number_).with_span(port.span));
        }
        let numbers: Vec<Node> = ports.iter().filter_map(|candidate| self.field(candidate.value, "port")).collect();
        if !numbers.iter().any(|number| number.is_unknown() || number.text() == Some(text)) {
            let names = ports.iter().map(|candidate| SmolStr::new(candidate.name));
            let expected = names.chain(numbers.iter().filter_map(Node::text).map(SmolStr::new)).collect();
            self.fault(FaultKind::Port, &port, expected);
        }
        Some(port)
    }

    /// Adds the ingresses.
    pub(super) fn ingresses(&mut self) {
        for ingress in self.section(&["ingress"], |_| true) {
            let span = ingress.key.span;
            let hosts = ingress.value.items_at(&["hosts"]);
            let rules = hosts.iter().map(|host| self.ingress_rule(host)).collect();
            let tls = ingress.value.items_at(&["tls"]).iter().map(|tls| self.scope.tree(tls)).collect();
            let class =
                self.field(ingress.value, "className").or_else(|| self.field(ingress.value, "ingressClassName"));
            let spec = Object::at(span).maybe("ingressClassName", class).list("rules", rules).list("tls", tls);
            let body = Object::at(span).put("spec", spec.node());
            let labels = self.common_labels.clone();
            self.add("networking.k8s.io/v1", "Ingress", ingress.key, &ingress.name, Some(labels), body);
        }
    }

    fn ingress_rule(&mut self, host: &Node) -> Node {
        let paths = host.items_at(&["paths"]).iter().map(|path| self.ingress_path(path)).collect();
        let http = Object::at(host.span).list("paths", paths).node();
        Object::at(host.span).maybe("host", self.field(host, "host")).put("http", http).node()
    }

    fn ingress_path(&mut self, path: &Node) -> Node {
        let out = Object::at(path.span).maybe("path", self.field(path, "path"));
        let kind = self.field(path, "pathType").unwrap_or_else(|| Node::string(path.span, "Prefix"));
        let out = out.put("pathType", kind);
        let Some(reference) = path.get("service") else { return out.node() };
        let written = self.field(reference, "port");
        // Before major 3, `name` was the identifier of a service where there was one.
        let named = reference.get("name").filter(|_| self.major < 3);
        let named = named.filter(|name| name.text().is_some_and(|id| find(&self.services, id).is_some()));
        let identifier = reference.get("identifier").or(named);
        let (name, port) = match identifier.filter(|node| !is_empty(node)) {
            Some(identifier) => match self.service(identifier) {
                Some(service) => {
                    let port = self.port_number(&service, written);
                    (Some(service.name.with_span(identifier.span)), port)
                }
                None => (None, written.map(number)),
            },
            None => (self.field(reference, "name"), written.map(number)),
        };
        let port = port.map(|port| {
            let digits = port.text().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            Object::at(port.span).put(if digits { "number" } else { "name" }, port).node()
        });
        let service = Object::at(reference.span).maybe("name", name).maybe("port", port).node();
        out.put("backend", Object::at(reference.span).put("service", service).node()).node()
    }

    /// Adds the ServiceMonitors.
    pub(super) fn monitors(&mut self) {
        for monitor in self.section(&["serviceMonitor"], |_| true) {
            let span = monitor.key.span;
            let service = self.monitored(&monitor);
            let own = self.field(monitor.value, "selector");
            let selector = own.or_else(|| {
                let labels = self.labels().put("app.kubernetes.io/service", service.clone()?);
                Some(Object::at(span).put("matchLabels", labels.node()).node())
            });
            let target = service.as_ref().and_then(Node::known);
            let target =
                self.services.iter().find(|service| target.is_some() && service.name.known() == target).cloned();
            for endpoint in monitor.value.items_at(&["endpoints"]) {
                let Some(port) = endpoint.get("port").map(|port| self.scope.text(port)) else { continue };
                let ports = target.as_ref().map_or(Vec::new(), |service| self.ports(service));
                if target.is_some() && !ports.iter().any(|candidate| Some(candidate.name) == port.text()) {
                    let expected = ports.iter().map(|port| SmolStr::new(port.name)).collect();
                    self.fault(FaultKind::Port, &port, expected);
                }
            }
            let spec = Object::at(span).maybe("selector", selector);
            let spec = spec.maybe("endpoints", self.field(monitor.value, "endpoints"));
            let body = Object::at(span).put("spec", spec.node());
            let labels = self.common_labels.clone();
            self.add("monitoring.coreos.com/v1", "ServiceMonitor", monitor.key, &monitor.name, Some(labels), body);
        }
    }

    /// The name of the service that a ServiceMonitor watches.
    fn monitored(&mut self, monitor: &Item) -> Option<Node> {
        let reference = monitor.value.get("service");
        if let Some(identifier) = reference.and_then(|node| node.get("identifier")).filter(|node| !is_empty(node)) {
            return self.service_name(identifier);
        }
        let named = reference.and_then(|node| self.field(node, "name"));
        named.or_else(|| self.field(monitor.value, "serviceName")).or_else(|| match self.services.as_slice() {
            [only] => Some(only.name.clone()),
            _ => None,
        })
    }
}
