//! The schemas at hand: those of the binary, and those that the repository defines itself.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::user::UserSchemas;
use crate::resource::{File, Resource, Tree};
use crate::schema::check::{Fault, FaultKind, PlainSchema, check_resource, check_value};
use crate::schema::model::{Bundle, CustomKind, Kind, Schema, Source, custom_kinds, to_json};
use crate::source::{FileId, Span};
use crate::yaml::Node;

/// Every schema that a repository's resources can be checked against.
#[derive(Debug, Default)]
pub struct Schemas {
    bundle: Bundle,
    definitions: Vec<Definition>,
    user: Arc<UserSchemas>,
    minor: Option<u32>,
}

/// Where the schema of a kind comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// A user's location, or what was fetched or imported.
    User(&'a str),
    /// A CustomResourceDefinition of the repository.
    Defined(Span),
    /// A package that the binary carries.
    Bundle(&'a Source),
}

/// A CustomResourceDefinition of the repository, read when one of its kind is met.
#[derive(Debug)]
struct Definition {
    group: String,
    kind: String,
    node: Node,
    kinds: OnceLock<Vec<CustomKind>>,
}

impl Schemas {
    /// The schemas of the binary and of the definitions in a tree. `minor` is the cluster's Kubernetes 1.x.
    pub fn new(tree: &Tree, minor: Option<u32>) -> Self {
        let resources = tree.files().iter().flat_map(File::resources);
        let definitions = resources
            .filter(|resource| resource.kind == "CustomResourceDefinition")
            .filter_map(|Resource { node: root, .. }| {
                Some(Definition {
                    group: root.text_at(&["spec", "group"])?.to_owned(),
                    kind: root.text_at(&["spec", "names", "kind"])?.to_owned(),
                    node: root.clone(),
                    kinds: OnceLock::new(),
                })
            })
            .collect();
        Schemas { bundle: Bundle::embedded(), definitions, user: Arc::default(), minor }
    }

    /// With the schemas of the user, which come first.
    pub fn with_user(self, user: Arc<UserSchemas>) -> Self {
        Schemas { user, ..self }
    }

    /// The schemas of the binary.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// The schema of a kind: the user's before the repository's own definition before the one in the binary.
    pub fn find(&self, api_version: &str, kind: &str) -> Option<Arc<Schema>> {
        let user = || self.user.find(api_version, kind, self.bundle.object_meta().as_ref());
        user().or_else(|| self.defined(api_version, kind)).or_else(|| {
            let at_minor = self.minor.and_then(|minor| self.bundle.find_at(api_version, kind, minor));
            at_minor.or_else(|| self.bundle.find(api_version, kind))
        })
    }

    /// What the binary knows of a kind besides its schema.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<Kind<'_>> {
        self.bundle.kind(api_version, kind)
    }

    /// The schema that a file names for itself, where it is at hand.
    pub fn of_file(&self, file: FileId) -> Option<&PlainSchema> {
        self.user.file(file)
    }

    /// Where the schema of a kind comes from.
    pub fn origin(&self, api_version: &str, kind: &str) -> Option<Origin<'_>> {
        let user = self.user.place(api_version, kind).map(Origin::User);
        user.or_else(|| self.definition(api_version, kind).map(|(definition, _)| Origin::Defined(definition.node.span)))
            .or_else(|| self.bundle.kind(api_version, kind).map(|known| Origin::Bundle(known.source)))
    }

    /// Every kind at hand, as (apiVersion, kind), sorted.
    pub fn kinds(&self) -> BTreeSet<(&str, &str)> {
        let defined = self.definitions.iter().flat_map(|definition| self.kinds_of(definition));
        let mut kinds: BTreeSet<(&str, &str)> = self.bundle.kinds().collect();
        kinds.extend(self.user.kinds());
        kinds.extend(defined.map(|known| (known.api_version.as_str(), known.kind.as_str())));
        kinds
    }

    fn defined(&self, api_version: &str, kind: &str) -> Option<Arc<Schema>> {
        self.definition(api_version, kind).map(|(_, known)| Arc::clone(&known.schema))
    }

    fn definition(&self, api_version: &str, kind: &str) -> Option<(&Definition, &CustomKind)> {
        let (group, _) = api_version.rsplit_once('/')?;
        let definition = self.definitions.iter().find(|known| known.kind == kind && known.group == group)?;
        let known = self.kinds_of(definition).iter().find(|known| known.api_version == api_version)?;
        Some((definition, known))
    }

    fn kinds_of<'a>(&self, definition: &'a Definition) -> &'a [CustomKind] {
        definition.kinds.get_or_init(|| {
            let meta = self.bundle.object_meta();
            custom_kinds(&to_json(&definition.node), meta.as_ref())
        })
    }

    /// What is wrong with a resource; `None` where its kind has no schema.
    pub fn check(&self, resource: &Resource) -> Option<Vec<Fault>> {
        let schema = self.find(&resource.api_version, &resource.kind)?;
        let custom = match self.origin(&resource.api_version, &resource.kind) {
            // What the repository defines is what its cluster has.
            Some(Origin::Defined(_)) => false,
            _ => self.kind(&resource.api_version, &resource.kind).is_none_or(|known| known.minors.is_none()),
        };
        Some(check_resource(resource, &schema, self.bundle.object_meta().as_deref(), custom))
    }

    /// What is wrong with a kustomization file, apart from what its files and patches do.
    pub fn check_kustomization(&self, root: &Node) -> Vec<Fault> {
        let kind = root.text_at(&["kind"]).unwrap_or("Kustomization");
        let default =
            if kind == "Component" { "kustomize.config.k8s.io/v1alpha1" } else { "kustomize.config.k8s.io/v1beta1" };
        let api_version = root.text_at(&["apiVersion"]).unwrap_or(default);
        let Some(schema) = self.bundle.find(api_version, kind) else { return Vec::new() };
        let mut faults = check_value(&schema, root, kind);
        faults.retain(|fault| matches!(fault.kind, FaultKind::UnknownField | FaultKind::WrongType));
        faults
    }
}

/// Whether a document changes a resource instead of being one: it says so, or lacks what every one has.
pub fn is_patch(resource: &Resource, faults: &[Fault]) -> bool {
    let mut directive = false;
    resource.node.walk_entries(&mut |entry| directive |= entry.key.text().is_some_and(|key| key.starts_with("$patch")));
    directive || faults.iter().any(|fault| fault.kind == FaultKind::MissingField)
}
