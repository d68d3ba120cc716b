//! Which documents are resources of their own, and which only change or feed others.

use std::collections::{BTreeMap, BTreeSet};

use super::target;
use crate::resource::{Resource, Role, Tree};
use crate::source::FileId;
use crate::yaml::Node;

/// What a file is to the kustomizations of its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileUse {
    /// Listed under `resources`.
    Listed,
    /// Named by none: applied with its folder, or forgotten.
    Loose,
    /// A patch, a chart's file, or data for a generator.
    Material,
}

/// How kustomizations use the files and kinds of a tree.
#[derive(Debug, Default)]
pub struct FileUses {
    files: BTreeMap<FileId, FileUse>,
    patched: BTreeSet<String>,
    any_patched: bool,
    kustomized: bool,
}

/// Fields of a kustomization that name files which are no resources.
const MATERIAL: [&str; 10] = [
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "replacements",
    "configurations",
    "crds",
    "configMapGenerator",
    "secretGenerator",
    "helmCharts",
    "openapi",
];

impl FileUses {
    /// Reads every kustomization, and the patches of Flux Kustomizations.
    pub fn new(tree: &Tree) -> Self {
        let mut uses = FileUses::default();
        for file in tree.files() {
            for (document, role) in file.with_roles() {
                match role {
                    Role::Kustomization => uses.kustomization(tree, file.source.folder(), &document.root),
                    Role::Resource => uses.flux(&document.root),
                    _ => {}
                }
            }
        }
        let charts = tree.files().iter().filter(|file| file.source.name() == "Chart.yaml");
        let folders = charts.map(|file| file.source.folder()).filter(|folder| !folder.is_empty());
        let inside = folders.flat_map(|folder| tree.below(folder)).map(|file| (file.source.id, FileUse::Material));
        uses.files.extend(inside);
        uses
    }

    /// What a file is.
    pub fn of(&self, id: FileId) -> FileUse {
        self.files.get(&id).copied().unwrap_or(FileUse::Loose)
    }

    /// Whether some patch may add fields to a resource, so that an absent one says little.
    pub fn is_patched(&self, resource: &Resource) -> bool {
        self.any_patched || self.patched.contains(resource.kind.as_str())
    }

    /// Whether anything in the tree is built by kustomize: without, no file can be a patch.
    pub fn is_kustomized(&self) -> bool {
        self.kustomized
    }

    fn kustomization(&mut self, tree: &Tree, folder: &str, root: &Node) {
        self.kustomized = true;
        for entry in root.entries() {
            let field = entry.key.text().unwrap_or("");
            let listed = matches!(field, "resources" | "bases");
            if !listed && !MATERIAL.contains(&field) {
                continue;
            }
            entry.value.walk(&mut |node| {
                let Some(text) = node.text() else { return };
                // Generators write `key=path`.
                let path = text.rsplit_once('=').map_or(text, |(_, path)| path);
                let Some(file) = target::file(tree, folder, path) else { return };
                let usage = if listed { FileUse::Listed } else { FileUse::Material };
                let used = self.files.entry(file.source.id).or_insert(usage);
                if listed {
                    *used = FileUse::Listed;
                }
                if field.starts_with("patches") {
                    self.patches(&file.source.text);
                }
            });
            if field.starts_with("patches") {
                self.patch_entries(&entry.value);
            }
        }
    }

    fn flux(&mut self, root: &Node) {
        if root.text_at(&["apiVersion"]).is_some_and(|version| version.starts_with("kustomize.toolkit.fluxcd.io/")) {
            for field in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
                if let Some(patches) = root.at(&["spec", field]) {
                    self.patch_entries(patches);
                }
            }
        }
    }

    /// Kinds that patches written in place aim at; a target without a kind aims at all.
    fn patch_entries(&mut self, patches: &Node) {
        for patch in patches.items() {
            if let Some(target) = patch.get("target") {
                match target.text_at(&["kind"]) {
                    Some(kind) => drop(self.patched.insert(kind.to_owned())),
                    None => self.any_patched = true,
                }
            }
            patch.walk(&mut |node| {
                if let Some(text) = node.text() {
                    self.patches(text);
                }
            });
            if let Some(kind) = patch.text_at(&["kind"]) {
                self.patched.insert(kind.to_owned());
            }
        }
    }

    /// Kinds named in the text of a patch, also where it carries another patch inside.
    fn patches(&mut self, text: &str) {
        let kinds = text.lines().filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix("kind:"));
        self.patched.extend(kinds.map(|kind| kind.trim().trim_matches(['"', '\'']).to_owned()));
    }
}
