//! What becomes of each file: whether a cluster applies it, somebody else reads it, or nobody does.

mod argo;
mod commands;

use crate::flux::resource_set::is_resource_set;
use crate::flux::source::Location;
use crate::flux::{Applied, Fleet};
use crate::formats::helmfile::Helmfile;
use crate::resource::{FOLDERS, File, Resource, Role, Syntax, Tree, plain_name};
use crate::source::{FileId, folder_of};
use crate::yaml::ProblemKind;
use argo::Argo;
use commands::Commands;
use std::collections::BTreeSet;

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// A cluster applies it, or another tool reads it.
    Applied,
    /// A manifest that no cluster applies.
    Idle,
    /// Left alone: put away by its owner, or exported from a running cluster.
    SetAside,
    /// Filled in by a program before anybody reads it.
    Template,
}

/// The use of every file of a repository.
#[derive(Debug, Default)]
pub struct Usages {
    /// By the number of the file.
    files: Vec<Usage>,
}

impl Usages {
    /// Follows a fleet. `named` are the files that some kustomization names, applied or not.
    pub fn new(tree: &Tree, fleet: &Fleet, named: &BTreeSet<FileId>) -> Self {
        let kustomizations = fleet.clusters.iter().flat_map(|cluster| &cluster.kustomizations);
        let unreadable = tree.files().iter().filter(|file| is_unreadable(file, named));
        let below = |file: &File| match file.source.folder() {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let evidence = Evidence {
            applied: fleet.files().collect(),
            named,
            templates: template_folders(tree),
            argo: Argo::read(tree),
            commands: Commands::read(tree),
            out_of_sight: kustomizations.flat_map(out_of_sight).chain(unreadable.map(below)).collect(),
        };
        let decides = evidence.decides(tree);
        let outdated = outdated_helmfiles(tree, &evidence.commands);
        let usage = |file: &File| match evidence.usage(file, decides) {
            Usage::Applied if outdated.contains(&file.source.id) => Usage::Idle,
            usage => usage,
        };
        Usages { files: tree.files().iter().map(usage).collect() }
    }

    /// What becomes of a file.
    pub fn of(&self, file: &File) -> Usage {
        self.files.get(file.source.id.0 as usize).copied().unwrap_or(Usage::Applied)
    }
}

/// What tells the use of a file.
struct Evidence<'a> {
    /// Files that some cluster reads.
    applied: BTreeSet<FileId>,
    named: &'a BTreeSet<FileId>,
    /// Folders of templates.
    templates: BTreeSet<&'a str>,
    argo: Argo,
    commands: Commands,
    /// Where the paths of Kustomizations may lead that cannot be followed.
    out_of_sight: Vec<String>,
}

impl Evidence<'_> {
    /// Whether the clusters tell what is applied and what is not: where they apply less than half of what could be, the
    /// way it is deployed is not understood.
    fn decides(&self, tree: &Tree) -> bool {
        let manifests = tree.files().iter().filter(|file| file.is_manifest());
        let is_applied = |file: &&File| self.applied.contains(&file.source.id) || self.argo.applies(file);
        let (applied, others): (Vec<&File>, Vec<&File>) = manifests.partition(is_applied);
        let in_use = others.iter().filter(|file| !file.is_set_aside() && !self.is_template(file)).count();
        !applied.is_empty() && applied.len() >= in_use
    }

    fn usage(&self, file: &File, decides: bool) -> Usage {
        if self.applied.contains(&file.source.id) {
            return Usage::Applied;
        }
        // Where nothing tells what is applied, a tag in a manifest may as well be a mistake.
        let filled_in = self.is_template(file) || decides && has_tags(file);
        if filled_in && !self.named.contains(&file.source.id) {
            return Usage::Template;
        }
        if file.is_set_aside() {
            return Usage::SetAside;
        }
        if !file.is_manifest() {
            return Usage::Applied;
        }
        if file.resources().iter().any(is_export) {
            return Usage::SetAside;
        }
        let idle = !file.in_artifact || if decides { !self.may_be_followed(file) } else { is_by_the_way(file) };
        if idle && !self.commands.apply(&file.source.path) { Usage::Idle } else { Usage::Applied }
    }

    /// Whether a program fills it in: its name says so, or it lies in a folder of such files.
    fn is_template(&self, file: &File) -> bool {
        is_named_template(file) || folders(file).any(|folder| self.templates.contains(folder))
    }

    fn may_be_followed(&self, file: &File) -> bool {
        let begins = |prefix: &String| file.source.path.starts_with(prefix.as_str());
        self.argo.applies(file) || self.out_of_sight.iter().any(begins)
    }
}

/// Helmfiles in whose place another one is used: beside them it installs most of the same releases, and a command names
/// it, or it finds more of its files.
fn outdated_helmfiles(tree: &Tree, commands: &Commands) -> BTreeSet<FileId> {
    let all: Vec<(&File, Helmfile)> =
        tree.files().iter().filter_map(|file| Some((file, Helmfile::of(file)?))).collect();
    let is_outdated = |(file, helmfile): &&(&File, Helmfile)| {
        let names: BTreeSet<&str> = helmfile.names().collect();
        let missing = helmfile.missing_files(file, tree).len();
        let replaces = |(other, by): &(&File, Helmfile)| {
            let same = by.names().filter(|name| names.contains(name)).count();
            let used = commands.apply(&other.source.path) || by.missing_files(other, tree).len() < missing;
            other.source.id != file.source.id && home(other) == home(file) && same * 2 > names.len() && used
        };
        !commands.apply(&file.source.path) && all.iter().any(replaces)
    };
    all.iter().filter(is_outdated).map(|(file, _)| file.source.id).collect()
}

/// The folder of a helmfile, without those that are called so.
fn home(helmfile: &File) -> &str {
    let mut folders = folders(helmfile);
    folders.find(|folder| !folder.rsplit('/').next().is_some_and(|name| name.starts_with("helmfile"))).unwrap_or("")
}

/// Whether it should be applied, or say what is, and cannot be read.
fn is_unreadable(file: &File, named: &BTreeSet<FileId>) -> bool {
    let is_kustomization = || file.all_with_roles().any(|(_, role)| role == Role::Kustomization);
    let broken = file.parsed.documents.iter().any(|document| document.broken);
    broken && (named.contains(&file.source.id) || is_kustomization())
}

/// The folder of a file and all above it.
fn folders(file: &File) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(file.source.folder()).filter(|folder| !folder.is_empty()), |folder| {
        Some(folder_of(folder)).filter(|folder| !folder.is_empty())
    })
}

fn name_of(folder: &str) -> String {
    plain_name(folder.rsplit('/').next().unwrap_or(folder))
}

/// Folders that are called after templates and hold one.
fn template_folders(tree: &Tree) -> BTreeSet<&str> {
    let is_template = |file: &&File| file.syntax == Syntax::Template || is_named_template(file) || has_tags(file);
    let templates = tree.files().iter().filter(is_template);
    templates.flat_map(|file| folders(file).filter(|folder| FOLDERS.templates.contains(&name_of(folder)))).collect()
}

/// Whether it is called a template of YAML: `job.tmpl.yaml`.
fn is_named_template(file: &File) -> bool {
    let mut parts = file.source.name().split('.').skip(1);
    let named = |part: &str| matches!(part, "j2" | "jinja" | "jinja2" | "tmpl" | "tpl" | "gotmpl" | "template");
    file.syntax == Syntax::Yaml && parts.any(named)
}

/// Whether it is no YAML because of a template's tags, and none of the files that a tool finds by name and reads as it is.
fn has_tags(file: &File) -> bool {
    let found_by_name = |role| !matches!(role, Role::Resource | Role::MachineConfig | Role::Other);
    let tagged = |kind| matches!(kind, ProblemKind::Template | ProblemKind::TemplateBraces);
    file.parsed.problems.iter().any(|problem| tagged(problem.kind))
        && !file.all_with_roles().any(|(_, role)| found_by_name(role))
}

/// Whether it was read from a running cluster, and not written to be applied.
fn is_export(resource: &Resource) -> bool {
    let has = |field: &str| resource.node.at(&["metadata", field]).is_some();
    has("uid") && (has("resourceVersion") || has("managedFields") || resource.node.get("status").is_some())
}

/// Whether its folder says that nobody applies it.
fn is_by_the_way(file: &File) -> bool {
    let says = |name: String| FOLDERS.shown.contains(&name) || FOLDERS.by_hand.contains(&name);
    folders(file).map(name_of).any(says)
}

/// Where a Kustomization may lead that cannot be followed: what its path begins with.
fn out_of_sight(applied: &Applied) -> Option<String> {
    let spec = applied.resource.spec()?;
    match applied.location {
        Location::Elsewhere if spec.text_at(&["sourceRef", "kind"]) == Some("ExternalArtifact") => Some(String::new()),
        Location::Unknown => {
            let path = spec.text_at(&["path"]).unwrap_or("").trim_start_matches("./").trim_start_matches('/');
            Some(path.split("${").next().unwrap_or("").to_owned())
        }
        Location::Inline if is_resource_set(&applied.resource) && !applied.complete => Some(String::new()),
        _ => None,
    }
}
