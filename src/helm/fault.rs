//! Names in the values of a release that the values themselves do not have.

use crate::diagnostic;
use crate::source::nearest;
use crate::yaml::Node;
use smol_str::SmolStr;

/// A name in the values that refers to nothing.
pub type Fault = diagnostic::Fault<FaultKind>;

/// What a name should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// A controller under `controllers`.
    Controller,
    /// A container or init container of a controller.
    Container,
    /// A service under `service`.
    Service,
    /// A port of a service.
    Port,
    /// A ConfigMap under `configMaps`.
    ConfigMap,
    /// A Secret under `secrets`.
    Secret,
    /// A ServiceAccount under `serviceAccount`.
    ServiceAccount,
    /// A role under `rbac.roles`.
    Role,
}

impl FaultKind {
    /// What messages call it.
    fn name(self) -> &'static str {
        match self {
            FaultKind::Controller => "controller",
            FaultKind::Container => "container",
            FaultKind::Service => "service",
            FaultKind::Port => "port",
            FaultKind::ConfigMap => "ConfigMap",
            FaultKind::Secret => "Secret",
            FaultKind::ServiceAccount => "service account",
            FaultKind::Role => "role",
        }
    }
}

/// A name that is not among those which exist there; nothing where it is not known.
pub(super) fn unknown_name(kind: FaultKind, node: &Node, names: &[SmolStr]) -> Option<Fault> {
    let name = node.known()?;
    let fault = Fault::new(kind, node.span, format!("the values have no {} `{name}`", kind.name()));
    let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Some(match (nearest(name, names.iter().map(SmolStr::as_str)), listed.is_empty()) {
        (None, false) => fault.help(format!("there is {}", listed.join(", "))),
        (near, _) => fault.suggest(near),
    })
}
