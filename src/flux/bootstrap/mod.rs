//! What there is before Flux begins, or beside it: files of a `bootstrap` folder, templates, helmfiles, commands in
//! scripts and notes, Terraform.

mod command;
mod outline;
mod terraform;

use super::entry::{Entry, object};
use crate::kustomize::{Built, Kustomize};
use crate::links::{Created, Kind, Links, Place};
use crate::resource::{File, Resource, Role, Syntax, Tree};
use crate::source::FileId;
use crate::yaml::Node;
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What whoever starts a cluster does by other means than Flux.
#[derive(Debug, Default)]
pub(super) struct Bootstrap {
    /// The objects that this makes.
    pub made: Vec<Created>,
    /// Where Flux is told to begin.
    pub entries: Vec<Entry>,
}

impl Bootstrap {
    fn add(&mut self, other: Bootstrap) {
        self.made.extend(other.made);
        self.entries.extend(other.entries);
    }
}

/// What commands and Terraform say, wherever they stand.
pub(super) fn said(tree: &Tree) -> Bootstrap {
    let said = tree.files().par_iter().map(|file| {
        let mut said = command::read(&file.source);
        if file.source.path.ends_with(".tf") {
            said.add(terraform::read(&file.source));
        }
        said
    });
    let mut all = Bootstrap::default();
    said.collect::<Vec<_>>().into_iter().for_each(|said| all.add(said));
    all
}

/// What files make that Flux does not read: those of a `bootstrap` folder, and helmfiles.
pub(super) fn written(tree: &Tree, links: &Links, kustomize: &Kustomize, applied: &BTreeSet<FileId>) -> Vec<Created> {
    let rest: Vec<&File> = tree.files().iter().filter(|file| !applied.contains(&file.source.id)).collect();
    let folders: Vec<&File> = rest.iter().copied().filter(|file| is_bootstrap(file)).collect();
    let is_root = |file: &&&File| {
        let mut roots = file.roots_of(Role::Kustomization);
        roots.any(|root| root.text_at(&["kind"]) != Some("Component"))
    };
    let built = folders.par_iter().filter(is_root).map(|file| kustomize.build(file.source.folder()));
    let built: Vec<Built> = built.collect();
    let listed: BTreeSet<FileId> = built.iter().flat_map(|built| built.files.iter().copied()).collect();
    let alone = folders.iter().filter(|file| !listed.contains(&file.source.id)).flat_map(|file| match file.syntax {
        Syntax::Template => outline::read(&file.source).into_iter().filter_map(Resource::new).collect(),
        _ => file.resources().to_vec(),
    });
    let resources = built.iter().flat_map(|built| built.resources.iter().cloned()).chain(alone);
    let objects = resources.flat_map(|resource| links.brings(&resource));
    let namespaces = rest.iter().flat_map(|file| file.roots_of(Role::Helmfile)).flat_map(helmfile);
    // An object whose name is not known could be any.
    objects.chain(namespaces).filter(|made| made.name.is_some()).collect()
}

/// Whether a file lies in a folder from which somebody starts a cluster.
fn is_bootstrap(file: &File) -> bool {
    file.source.folder().split('/').any(|part| part.to_ascii_lowercase().contains("bootstrap"))
}

/// Whether a folder is about one of several clusters: no part of it is the name of a folder that only another begins in.
pub(super) fn is_for(folder: &str, cluster: usize, names: &[String]) -> bool {
    let has = |name: &String, part: &str| name.split('/').any(|own| own == part);
    folder.split('/').all(|part| {
        let mut with = names.iter().enumerate().filter(|(_, name)| has(name, part)).map(|(index, _)| index);
        with.clone().next().is_none() || with.any(|index| index == cluster)
    })
}

/// Helmfile creates the namespaces of its releases.
fn helmfile(root: &Node) -> Vec<Created> {
    let releases = root.items_at(&["releases"]).iter();
    let namespaces = releases.filter_map(|release| release.get("namespace"));
    let namespace = |node: &Node| Some(object(core("Namespace"), Place::Cluster, node.literal()?, node.span));
    namespaces.filter_map(namespace).collect()
}

/// A kind of the core group.
fn core(kind: &'static str) -> Kind {
    Kind { group: SmolStr::default(), kind: SmolStr::new_static(kind) }
}
