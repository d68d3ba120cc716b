//! What is wrong with a kustomization, as data that rules report.

use crate::diagnostic::{Finding, did_you_mean};
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

/// One mistake, where it is and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which mistake.
    pub kind: FaultKind,
    /// Where.
    pub span: Span,
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// Other places that explain it.
    pub related: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// Whether the real kustomize fails.
    pub fatal: bool,
}

impl Fault {
    /// A mistake at which kustomize fails.
    pub fn fatal(kind: FaultKind, span: Span, message: impl Into<String>) -> Self {
        Fault { kind, span, message: message.into(), related: Vec::new(), help: None, fatal: true }
    }

    /// A mistake that kustomize passes over.
    pub fn silent(kind: FaultKind, span: Span, message: impl Into<String>) -> Self {
        Fault { fatal: false, ..Fault::fatal(kind, span, message) }
    }

    /// The same with what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a suggestion, when there is a near name.
    pub fn suggest(self, nearest: Option<&str>) -> Self {
        match nearest {
            Some(name) => self.help(did_you_mean(name)),
            None => self,
        }
    }

    /// The same with another place that explains it.
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push((span, message.into()));
        self
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

impl Fault {
    /// The mistake as a finding.
    pub fn finding(&self) -> Finding {
        let finding = Finding::new(self.span, self.message.clone()).maybe_help(self.help.clone());
        self.related.iter().fold(finding, |finding, (span, message)| finding.related(*span, message.clone()))
    }
}
