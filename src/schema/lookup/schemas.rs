//! The schemas at hand: those of the binary, and those that the repository defines itself.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::releases::{Releases, Version};
use super::user::UserSchemas;
use crate::resource::{File, Resource, Tree};
use crate::schema::check::{Extent, Fault, FaultKind, PlainSchema, check_resource, check_value};
use crate::schema::model::{Bundle, CustomKind, Kind, Release, Schema, Source, custom_kinds, to_json};
use crate::source::{FileId, Span};
use crate::yaml::Node;

/// Every schema that a repository's resources can be checked against.
#[derive(Debug, Default)]
pub struct Schemas {
    bundle: Bundle,
    definitions: Vec<Definition>,
    user: Arc<UserSchemas>,
    releases: Releases,
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
    /// The schemas of the binary and of the definitions in a tree, and the releases that the repository says it runs.
    pub fn new(tree: &Tree, releases: Releases) -> Self {
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
        Schemas { bundle: Bundle::embedded(), definitions, user: Arc::default(), releases }
    }

    /// With the schemas of the user, which come first.
    pub fn with_user(self, user: Arc<UserSchemas>) -> Self {
        Schemas { user, ..self }
    }

    /// The releases that the repository says it runs.
    pub fn releases(&self) -> &Releases {
        &self.releases
    }

    /// The schemas of the binary.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// The schema of a kind: the user's before the repository's own definition before the one in the binary.
    pub fn find(&self, api_version: &str, kind: &str) -> Option<Arc<Schema>> {
        let user = || self.user.find(api_version, kind, self.bundle.object_meta().as_ref());
        user().or_else(|| self.defined(api_version, kind)).or_else(|| {
            let minor = self.releases.oldest("Kubernetes").map(|(Version(_, minor), _)| minor);
            let at_minor = minor.and_then(|minor| self.bundle.find_at(api_version, kind, minor));
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
        let (api_version, kind) = (resource.api_version.as_str(), resource.kind.as_str());
        let meta = self.bundle.object_meta();
        let check = |schema: &Schema, extent| check_resource(resource, schema, meta.as_deref(), extent);
        let schema = self.find(api_version, kind)?;
        match self.origin(api_version, kind) {
            // What the repository defines is what its cluster has.
            Some(Origin::Defined(_)) => Some(check(&schema, Extent::Whole)),
            Some(Origin::User(_)) | None => Some(check(&schema, Extent::Release)),
            Some(Origin::Bundle(_)) => {
                let releases: Vec<Release> = self.bundle.releases(api_version, kind).collect();
                if releases.is_empty() {
                    return Some(check(&schema, Extent::Whole));
                }
                let by_hand = releases.iter().any(|release| release.source.is_by_hand());
                let extent = if by_hand { Extent::Part } else { Extent::Release };
                Some(self.check_releases(&releases, |schema| check(schema, extent)))
            }
        }
    }

    /// What is wrong by every release of a package that the repository installs, by the newest where it names none.
    /// Never a field that a newer release has; nor, where it is not known which runs, a field or a type of an older one.
    fn check_releases(&self, releases: &[Release], check: impl Fn(&Schema) -> Vec<Fault>) -> Vec<Fault> {
        let newest = releases.len().saturating_sub(1);
        let part = releases.first().map_or("", |release| release.source.name);
        let with = |version: Version| releases.iter().position(|release| version_of(release) >= Some(version));
        let running: Vec<usize> =
            self.releases.of_part(part).into_iter().map(|version| with(version).unwrap_or(newest)).collect();
        let faults_of =
            |at: usize| releases.get(at).and_then(Release::schema).map_or_else(Vec::new, |schema| check(&schema));
        let mut faults = faults_of(running.last().copied().unwrap_or(newest));
        for at in running.iter().rev().skip(1) {
            keep_common(&mut faults, |_| true, || faults_of(*at));
        }
        let oldest = running.first().copied();
        for at in oldest.unwrap_or(0)..releases.len() {
            let of_newer =
                |fault: &Fault| fault.is_of_field() || oldest.is_none() && fault.kind == FaultKind::WrongType;
            keep_common(&mut faults, of_newer, || faults_of(at));
        }
        faults
    }

    /// Whether a cluster may know more fields of a kind than the schemas at hand: the repository installs a newer release
    /// of the package, or one from before them, where an alpha or beta version may have lost fields since. `0.0` is what a
    /// build of a branch is called.
    pub fn may_know_more(&self, api_version: &str, kind: &str) -> bool {
        if !matches!(self.origin(api_version, kind), Some(Origin::Bundle(_))) {
            return false;
        }
        let known: Vec<Option<Version>> =
            self.bundle.releases(api_version, kind).map(|release| version_of(&release)).collect();
        let part = self.bundle.releases(api_version, kind).next().map_or("", |release| release.source.name);
        let (Some(oldest), Some(newest)) = (known.first(), known.last()) else { return false };
        let unstable = api_version.contains("alpha") || api_version.contains("beta");
        self.releases
            .of_part(part)
            .into_iter()
            .any(|version| version == Version(0, 0) || Some(version) > *newest || unstable && Some(version) < *oldest)
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

/// Drops of the faults that count those which are not among others as well.
fn keep_common(faults: &mut Vec<Fault>, counts: impl Fn(&Fault) -> bool, others: impl FnOnce() -> Vec<Fault>) {
    if faults.iter().any(&counts) {
        let others = others();
        faults.retain(|fault| !counts(fault) || others.iter().any(|other| other.is_same_as(fault)));
    }
}

/// The release of a package that a schema is of; `None` for what is described without one.
fn version_of(release: &Release) -> Option<Version> {
    Version::read(release.source.version)
}
