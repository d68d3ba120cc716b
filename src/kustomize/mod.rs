//! A kustomization → its resources as built, every node keeping its span.
//!
//! What `kustomize build --load-restrictor=LoadRestrictionsNone` 5.8.1 does, without running anything: a value
//! that a patch sets keeps the place in the patch, a namespace that a kustomization sets has that line's place.
//! What cannot be known offline is named in `Built::unchecked`, never guessed.

mod configure;
mod context;
mod embedded;
mod facts;
mod fault;
mod fields;
mod file;
mod file_use;
mod finish;
mod gather;
mod generate;
mod gvk;
mod hash;
mod image;
mod inside;
mod json;
mod json_patch;
mod level;
mod merge;
mod merges;
mod names;
mod object;
mod origin;
mod overlay;
mod patch;
mod path;
mod plugins;
mod read;
mod replace;
mod reread;
mod select;
mod sort;
mod steps;
mod target;
mod transform;
mod vars;
mod visit;
mod walk;

use crate::resource::{Resource, Tree};
use crate::source::{FileId, Span};
use context::{Cache, Context};
use facts::Facts;
use file::Kustomization;
use object::Object;
use std::sync::LazyLock;

pub use embedded::documents as embedded;
pub use fault::{Fault, FaultKind, Unchecked};
pub use file_use::{FileUse, FileUses};
pub use finish::Built;
pub use overlay::Overlay;
pub use target::{Target, target};

/// Builds the kustomizations of a tree; a folder that several of them use is built once.
pub struct Kustomize<'t> {
    tree: &'t Tree,
    facts: LazyLock<Facts>,
    cache: Cache,
}

impl<'t> Kustomize<'t> {
    /// A builder for a tree.
    pub fn new(tree: &'t Tree) -> Self {
        Kustomize { tree, facts: LazyLock::new(Facts::new), cache: Cache::default() }
    }

    /// What `kustomize build folder` gives.
    pub fn build(&self, folder: &str) -> Built {
        self.run(folder, None)
    }

    /// What Flux builds of a folder: the kustomization it makes where there is none, and what the Kustomization adds.
    pub fn build_with(&self, folder: &str, overlay: &Overlay) -> Built {
        self.run(folder, Some(overlay))
    }

    /// What it makes of resources that come from elsewhere, as from a chart, with nothing but an overlay.
    pub fn render(&self, resources: Vec<Resource>, overlay: &Overlay) -> Built {
        let mut context = self.context();
        let mut level = context.empty();
        level.fields = self.facts.fields.clone();
        level.set.objects = resources.into_iter().map(|resource| Object::new(resource.node, &self.facts)).collect();
        let kustomization = file::overlaid(Kustomization::default(), overlay);
        steps::transform(&mut context, &mut level, &kustomization, "");
        finish::finish(context, &kustomization, level, false)
    }

    fn context(&self) -> Context<'_> {
        Context::new(self.tree, &self.facts, &self.cache)
    }

    fn run(&self, folder: &str, overlay: Option<&Overlay>) -> Built {
        let folder = folder.trim_matches('/');
        let folder = if folder == "." { "" } else { folder };
        let mut context = self.context();
        let Some((kustomization, level)) = walk::root(&mut context, folder, overlay) else {
            if context.notes.faults.is_empty() {
                let span = Span::new(FileId(u32::MAX), 0, 0);
                let message = format!("`{folder}` has no kustomization");
                context.fault(Fault::new(FaultKind::FolderWithoutKustomization, span, message));
            }
            let notes = context.notes;
            return Built { faults: notes.faults, files: notes.files, incomplete: true, ..Built::default() };
        };
        // The command sorts unless it is told otherwise; Flux keeps the order.
        finish::finish(context, &kustomization, level, overlay.is_none())
    }
}
