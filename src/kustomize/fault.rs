//! What is wrong with a kustomization, as data that rules report.

use crate::diagnostic;
use crate::source::Span;
use smol_str::SmolStr;

/// Which mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A kustomization file that is no YAML, or no mapping.
    Unreadable,
    /// Several kustomization files in one folder.
    ManyKustomizations,
    /// A kustomization without any field.
    Empty,
    /// A field that kustomize does not know.
    UnknownField,
    /// A value that kustomize does not accept: wrong type, unknown word, bad pattern.
    InvalidValue,
    /// A `behavior` of a generator that kustomize does not know and takes for `create`.
    UnknownBehavior,
    /// A listed file or folder that does not exist.
    ResourceMissing,
    /// A listed file that holds no Kubernetes resources.
    ResourceUnreadable,
    /// A listed folder without a kustomization.
    FolderWithoutKustomization,
    /// A component among the resources, or a kustomization among the components.
    WrongKind,
    /// A kustomization that includes itself, directly or not.
    Cycle,
    /// A path that leaves the repository.
    OutsideRepository,
    /// Folders that include one another too deeply to follow.
    TooDeep,
    /// Two resources with the same identity.
    DuplicateResource,
    /// A file that a generator reads does not exist.
    GeneratorSourceMissing,
    /// A generator that cannot work: no name, a literal without `=`, a repeated key.
    GeneratorInvalid,
    /// A generator merges or replaces what does not exist, or creates what does.
    GeneratorTarget,
    /// A patch file that does not exist.
    PatchMissing,
    /// Text that is neither a strategic merge patch nor a JSON patch.
    PatchInvalid,
    /// A patch that names a resource which is not there, or is there twice.
    PatchUnmatched,
    /// A patch whose target selects nothing.
    TargetUnmatched,
    /// A patch that does not fit what it matches.
    PatchFailed,
    /// `replicas` for a resource that is not there.
    ReplicasUnmatched,
    /// A replacement whose source, target or field is not there.
    ReplacementFailed,
    /// A `vars` entry without a value, or defined twice.
    VarFailed,
    /// A reference to a renamed resource that could mean several.
    AmbiguousReference,
    /// A file of `transformers`, `generators`, `configurations`, `crds` or `openapi` that cannot be used.
    PluginInvalid,
}

/// A mistake in a kustomization, or in what it names.
pub type Fault = diagnostic::Fault<FaultKind>;

impl FaultKind {
    /// Whether the real kustomize fails; it passes over the rest.
    pub fn is_fatal(self) -> bool {
        !matches!(self, FaultKind::TooDeep | FaultKind::TargetUnmatched | FaultKind::UnknownBehavior)
    }
}

/// Something that was not judged, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// Where it is asked for.
    pub span: Span,
    /// Why, lower case, no full stop.
    pub reason: SmolStr,
}
