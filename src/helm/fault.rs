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
    /// A controller that a mount is for, where no other name is close: the chart ignores the mount.
    MountController,
    /// The same of a container.
    MountContainer,
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
    /// Whether only a mount is left over.
    pub fn is_idle_mount(self) -> bool {
        matches!(self, FaultKind::MountController | FaultKind::MountContainer)
    }

    /// What messages call it.
    fn name(self) -> &'static str {
        match self {
            FaultKind::Controller | FaultKind::MountController => "controller",
            FaultKind::Container | FaultKind::MountContainer => "container",
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
    let near = nearest(name, names.iter().map(SmolStr::as_str));
    let kind = match kind {
        FaultKind::MountController if near.is_some() => FaultKind::Controller,
        FaultKind::MountContainer if near.is_some() => FaultKind::Container,
        kind => kind,
    };
    let fault = Fault::new(kind, node.span, format!("the values have no {} `{name}`", kind.name()));
    let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Some(match (near, listed.is_empty()) {
        (None, false) => fault.help(format!("there is {}", listed.join(", "))),
        (near, _) => fault.suggest(near),
    })
}
