//! What every step of a build needs: the tree, the tables, and what was seen on the way.

use super::embedded;
use super::facts::Facts;
use super::fault::{Fault, Unchecked};
use super::level::Level;
use super::merges::Merges;
use super::object::Set;
use super::origin::Origin;
use crate::resource::Tree;
use crate::source::{FileId, Span};
use crate::yaml::Node;
use smol_str::SmolStr;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A folder that was built, to be used again.
#[derive(Debug)]
pub(super) struct Folder {
    pub level: Option<Level>,
    pub notes: Notes,
}

/// What was seen on the way.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    pub faults: Vec<Fault>,
    pub unchecked: Vec<Unchecked>,
    pub files: BTreeSet<FileId>,
    /// Whether resources may be missing because something could not be read.
    pub incomplete: bool,
}

impl Notes {
    pub fn absorb(&mut self, other: &Notes) {
        self.faults.extend(other.faults.iter().cloned());
        self.unchecked.extend(other.unchecked.iter().cloned());
        self.files.extend(&other.files);
        self.incomplete |= other.incomplete;
    }
}

/// The documents in a text; `None` where it is no YAML.
type Documents = Option<Arc<Vec<Node>>>;

/// What several builds of a tree share.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// Folders that were built already.
    folders: Mutex<HashMap<String, Arc<Folder>>>,
    /// Texts in scalars that were parsed already.
    texts: Mutex<HashMap<(Span, SmolStr), Documents>>,
}

impl Cache {
    /// A folder that was built before.
    pub fn folder(&self, folder: &str) -> Option<Arc<Folder>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(folder).cloned()
    }

    /// Keeps a folder.
    pub fn keep(&self, folder: &str, built: Folder) {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), Arc::new(built));
    }

    fn texts(&self) -> std::sync::MutexGuard<'_, HashMap<(Span, SmolStr), Documents>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One build.
pub(super) struct Context<'a> {
    pub tree: &'a Tree,
    pub facts: &'a Facts,
    pub cache: &'a Cache,
    pub notes: Notes,
    /// Folders that are being built, the outermost first.
    pub stack: Vec<String>,
    /// Where we are, seen from the folder that is built; only where `buildMetadata` asks for it.
    pub origin: Option<Origin>,
    /// The schema of `openapi.path`, which replaces Kubernetes' own.
    pub openapi: Option<Arc<Merges>>,
}

impl<'a> Context<'a> {
    /// The context in which a build begins.
    pub fn new(tree: &'a Tree, facts: &'a Facts, cache: &'a Cache) -> Self {
        Context { tree, facts, cache, notes: Notes::default(), stack: Vec::new(), origin: None, openapi: None }
    }

    /// Notes a mistake.
    pub fn fault(&mut self, fault: Fault) {
        self.notes.faults.push(fault);
    }

    /// Notes that something was not judged and resources may be missing.
    pub fn unchecked(&mut self, span: Span, reason: impl Into<SmolStr>) {
        self.notes.unchecked.push(Unchecked { span, reason: reason.into() });
        self.notes.incomplete = true;
    }

    /// Which lists a strategic merge merges here.
    pub fn merges(&self) -> &Merges {
        self.openapi.as_ref().unwrap_or(&self.facts.merges)
    }

    /// Whether a folder gives the same here as anywhere.
    pub fn is_shared(&self) -> bool {
        self.origin.is_none() && self.openapi.is_none()
    }

    /// A level without resources.
    pub fn empty(&self) -> Level {
        Level { set: Set::default(), fields: self.facts.no_fields.clone(), vars: Vec::new() }
    }

    /// The documents in the text of a scalar, parsed once.
    pub fn embedded(&self, scalar: &Node) -> Documents {
        let key = (scalar.span, scalar.as_scalar()?.text.clone());
        if let Some(parsed) = self.cache.texts().get(&key) {
            return parsed.clone();
        }
        let parsed = embedded::documents(self.tree, scalar).map(Arc::new);
        self.cache.texts().insert(key, parsed.clone());
        parsed
    }
}
