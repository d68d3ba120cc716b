//! Services: their ports, and the pods behind them.

use crate::resource::Resource;
use crate::yaml::Node;

/// A Service.
#[derive(Debug, Clone, Copy)]
pub struct Service<'a>(&'a Resource);

impl<'a> Service<'a> {
    /// A resource as a Service.
    pub fn of(resource: &'a Resource) -> Self {
        Service(resource)
    }

    fn ports(self) -> impl Iterator<Item = &'a Node> {
        self.0.node.items_at(&["spec", "ports"]).iter()
    }

    /// The names of its ports that have one.
    pub fn port_names(self) -> impl Iterator<Item = &'a Node> {
        self.ports().filter_map(|port| port.get("name"))
    }

    /// The ports of its pods that its own lead to, where they are written.
    pub fn target_ports(self) -> impl Iterator<Item = &'a Node> {
        self.ports().filter_map(|port| port.get("targetPort"))
    }

    /// Names or numbers of its ports; `None` where it serves others, or one is not known: a Service without an address
    /// of its own has the ports of its pods.
    pub fn served(self, names: bool) -> Option<Vec<String>> {
        let spec = self.0.spec()?;
        let passes = spec.text_at(&["clusterIP"]) == Some("None") || spec.text_at(&["type"]) == Some("ExternalName");
        let mut ports = self.ports().peekable();
        if passes || ports.peek().is_none() {
            return None;
        }
        let field = if names { "name" } else { "port" };
        ports.filter_map(|port| port.get(field)).map(|port| port.known().map(str::to_owned)).collect()
    }

    /// The labels of the pods behind it.
    pub fn selector(self) -> Option<&'a Node> {
        self.0.node.at(&["spec", "selector"])
    }
}
