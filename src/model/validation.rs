//! What the schemas have against a repository: against what Flux would apply, and against what else is written.

use crate::diagnostic::Unchecked;
use crate::flux::Fleet;
use crate::flux::envsubst::Variable;
use crate::flux::substitute::{self, Found};
use crate::kustomize::{FileUse, FileUses};
use crate::resource::{File, Resource, Role, Tree};
use crate::schema::{Fault, FaultKind, Instance, Releases, Schemas, UserSchemas, Version, check_file, is_patch};
use crate::source::{FileId, Span};
use crate::yaml::{self, Mode};
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// apiVersion and kind.
type Named = (SmolStr, SmolStr);

/// Every schema at hand, and what it was used for.
#[derive(Debug)]
pub struct Validation {
    /// The schemas.
    pub schemas: Schemas,
    /// How kustomizations use the files.
    pub file_uses: FileUses,
    applied: BTreeSet<Span>,
    faults: BTreeMap<FileId, Vec<Fault>>,
    unexplained: BTreeMap<(Named, SmolStr), BTreeSet<Span>>,
}

impl Validation {
    /// Judges every resource once, in parallel. `kubernetes` is the version that the configuration names.
    pub fn new(tree: &Tree, fleet: &Fleet, user: Arc<UserSchemas>, kubernetes: Option<(Version, Span)>) -> Self {
        let schemas = || {
            let releases = Releases::new(tree).stated("Kubernetes", kubernetes);
            Schemas::new(tree, releases).with_user(user)
        };
        let (schemas, file_uses) = rayon::join(schemas, || FileUses::new(tree));
        let mut verdicts = Validation {
            schemas,
            file_uses,
            applied: BTreeSet::new(),
            faults: BTreeMap::new(),
            unexplained: BTreeMap::new(),
        };
        let applied: Vec<&Resource> =
            fleet.clusters.iter().flat_map(|cluster| cluster.resources().map(|(_, resource)| resource)).collect();
        verdicts.applied = applied.iter().map(|resource| resource.node.span).collect();
        let deployed: Vec<Fault> = applied.par_iter().flat_map_iter(|resource| verdicts.deployed(resource)).collect();
        let written: Vec<Fault> = tree.files().par_iter().flat_map_iter(|file| verdicts.written(file)).collect();
        for fault in deployed.into_iter().chain(written) {
            verdicts.add(fault);
        }
        verdicts
    }

    /// What is wrong in a file; the same fault reached through several overlays stands once.
    pub fn faults(&self, file: &File) -> &[Fault] {
        self.faults.get(&file.source.id).map_or(&[], Vec::as_slice)
    }

    /// Whether a resource lies idle: Flux applies others, but not this one.
    pub fn is_idle(&self, resource: &Resource) -> bool {
        !self.applied.is_empty() && !self.applied.contains(&resource.node.span)
    }

    /// Whether the cluster seems to know more than the schema at hand: a fault is one of several like it, or the
    /// repository installs a newer release.
    pub fn is_outgrown(&self, fault: &Fault) -> bool {
        let FaultKind::UnexplainedField { kind, path } = &fault.kind else { return false };
        let places = self.unexplained.get(&(kind.clone(), path.clone()));
        places.is_some_and(|places| self.has_outgrown(kind, places))
    }

    fn has_outgrown(&self, (api_version, kind): &Named, places: &BTreeSet<Span>) -> bool {
        places.len() > 1 || self.schemas.may_know_more(api_version, kind)
    }

    /// Kinds of which the cluster seems to know more fields than the schema at hand, with these and their first place.
    pub fn outgrown(&self) -> BTreeMap<&Named, (Span, Vec<&str>)> {
        let mut kinds: BTreeMap<&Named, (Span, Vec<&str>)> = BTreeMap::new();
        for ((kind, path), places) in
            self.unexplained.iter().filter(|((kind, _), places)| self.has_outgrown(kind, places))
        {
            let Some(first) = places.first() else { continue };
            let (place, fields) = kinds.entry(kind).or_insert_with(|| (*first, Vec::new()));
            *place = (*place).min(*first);
            fields.push(path);
        }
        kinds
    }

    /// Resources that no schema is at hand for.
    pub fn without_schema(&self, tree: &Tree) -> Vec<Unchecked> {
        let unknown = |resource: &&Resource| self.schemas.find(&resource.api_version, &resource.kind).is_none();
        let entry = |file: &File, resource: &Resource| Unchecked {
            path: tree.written(file).source.path.clone(),
            line: file.source.line(resource.node.span.start),
            reason: format!("no schema for {} of {}", resource.kind, resource.api_version),
        };
        let files = tree.files().iter();
        files.flat_map(|file| file.resources().iter().filter(unknown).map(|resource| entry(file, resource))).collect()
    }

    fn add(&mut self, fault: Fault) {
        let span = fault.finding.span;
        if let FaultKind::UnexplainedField { kind, path } = &fault.kind {
            self.unexplained.entry((kind.clone(), path.clone())).or_default().insert(span);
        }
        let faults = self.faults.entry(span.file).or_default();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    fn deployed(&self, resource: &Resource) -> Vec<Fault> {
        self.schemas.check(resource).unwrap_or_default()
    }

    /// What is written and applied by no Flux in sight: whole resources, and what may be a patch or an example.
    fn written(&self, file: &File) -> Vec<Fault> {
        let file_uses = &self.file_uses;
        let usage = file_uses.of(file.source.id);
        if usage == FileUse::Material {
            return Vec::new();
        }
        let text = &file.source.text;
        let has_defaults = || text.contains("${") && (text.contains(":=") || text.contains(":-"));
        let mut faults = Vec::new();
        for root in file.roots_of(Role::Kustomization) {
            faults.extend(self.schemas.check_kustomization(root));
        }
        if let (Some(schema), Some(root)) = (self.schemas.of_file(file.source.id), file.root()) {
            let whole = yaml::to_json_in(root, Mode::Yaml12);
            faults.extend(schema.faults(Instance { whole: &whole, written: root, partial: false }));
        } else if let Some(root) = file.root() {
            faults.extend(check_file(file, root));
        }
        for resource in file.resources().iter().filter(|resource| !self.applied.contains(&resource.node.span)) {
            let built = if has_defaults() { defaulted(resource) } else { None };
            let built = built.or_else(|| file_uses.is_kustomized().then(|| settled(resource)));
            let Some(mut found) = self.schemas.check(built.as_ref().unwrap_or(resource)) else { continue };
            if usage == FileUse::Loose && file_uses.is_kustomized() && is_patch(resource, &found) {
                continue;
            }
            let patched = file_uses.is_patched(resource);
            // A kustomization names the namespace, and often more, of what it builds.
            let named = file_uses.is_kustomized() && (usage == FileUse::Loose || resource.is("", "Namespace"));
            found.retain(|fault| match fault.kind {
                FaultKind::MissingField => !patched,
                FaultKind::InvalidName => !named,
                _ => true,
            });
            faults.extend(found);
        }
        faults
    }
}

/// A resource in which a plain `yes` is the text that kustomize makes of it.
fn settled(resource: &Resource) -> Resource {
    Resource { node: substitute::settle(&resource.node), ..resource.clone() }
}

/// A resource in which `${X:=default}` is its default; a variable without one could be anything.
fn defaulted(resource: &Resource) -> Option<Resource> {
    if substitute::is_disabled(resource) {
        return None;
    }
    let lookup = |_: &str| Variable::Undefined;
    let node = substitute::substitute(&resource.node, &lookup, &mut Found::default());
    Some(Resource { node, ..resource.clone() })
}
