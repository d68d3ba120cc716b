//! What Kustomizations bring: their resources, and what charts make of their releases.

use super::opaque::Opaque;
use super::{Installation, Member};
use crate::flux::{Applied, Cluster, remote};
use crate::helm::{self, Charts, Objects};
use crate::kustomize::{self, Kustomize};
use crate::links::Links;
use crate::resource::{Resource, Tree};
use crate::schema;
use crate::source::FileId;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::ops::Range;

/// More releases than this in one Kustomization do not belong to one app.
const MANY_RELEASES: usize = 4;

type Id = (SmolStr, SmolStr, SmolStr);

/// What one Kustomization brings.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Its resources, and after each release what its chart makes.
    pub members: Vec<Member>,
    pub opaque: Vec<Opaque>,
    pub faults: Vec<helm::Fault>,
    pub refused: Vec<schema::Fault>,
    pub misfits: Vec<kustomize::Fault>,
    pub releases: Vec<Installation>,
}

/// What is at hand to tell what a Kustomization brings.
pub(super) struct Reader<'a> {
    tree: &'a Tree,
    links: &'a Links,
    charts: &'a Charts,
    kustomize: Kustomize<'a>,
    sources: BTreeMap<Id, &'a Resource>,
}

impl<'a> Reader<'a> {
    /// A reader for the Kustomizations of a cluster.
    pub(super) fn of(tree: &'a Tree, cluster: &'a Cluster, links: &'a Links, charts: &'a Charts) -> Self {
        Reader { tree, links, charts, kustomize: Kustomize::new(tree), sources: sources(cluster) }
    }

    /// What a Kustomization brings; `index` is its place in the cluster.
    pub(super) fn contents(&self, index: usize, applied: &Applied) -> Contents {
        let mut contents = Contents::default();
        // Where one Kustomization applies everything, its folders say what belongs together.
        let crowded = applied.resources.iter().filter(|resource| resource.is_helm_release()).count() > MANY_RELEASES;
        for resource in &applied.resources {
            contents.members.push(Member::applied(resource.clone(), index));
            if !resource.is_helm_release() {
                contents.opaque.extend(Opaque::custom(index, resource, self.links));
                continue;
            }
            let release = self.release(resource);
            let objects = release.as_ref().map(|release| helm::objects(release, self.charts, &self.kustomize));
            let Objects { resources, complete, whole, faults, refused, misfits } = objects.unwrap_or_default();
            // What it makes may be in another cluster.
            let here = remote::of(resource).is_none();
            if !complete && here {
                let model = release.as_ref().map(|release| helm::model(release, self.charts));
                let told = matches!(model, Some(helm::Model::AppTemplate(_)));
                let around = || if crowded { around(self.tree, resource) } else { FileId(0)..FileId(u32::MAX) };
                let beside = (!told).then(around);
                let all = match model {
                    Some(helm::Model::Table(table)) => table.all.clone(),
                    _ => Vec::new(),
                };
                contents.opaque.push(Opaque::release(index, resource, release.as_ref(), all, beside));
            }
            let made = |resource| Member { resource, applied: index, from_chart: true, whole };
            contents.members.extend(resources.into_iter().filter(|_| here).map(made));
            contents.faults.extend(faults);
            contents.refused.extend(refused);
            // What somebody gives to many releases need not fit each.
            let own = |fault: &kustomize::Fault| resource.node.span.contains(fault.finding.span);
            contents.misfits.extend(misfits.into_iter().filter(own));
            contents.releases.extend(release.map(|release| Installation { resource: resource.clone(), release }));
        }
        contents
    }

    /// What a HelmRelease means, with its chart and its values.
    fn release(&self, resource: &Resource) -> Option<helm::Release> {
        let source = source_id(resource).and_then(|id| self.sources.get(&id).copied());
        let namespace = SmolStr::new(resource.namespace().unwrap_or(""));
        let id = |kind: &str, name: &str| (SmolStr::new(kind), namespace.clone(), SmolStr::new(name));
        helm::release(resource, source, |kind, name| self.sources.get(&id(kind, name)).copied())
    }
}

/// Chart sources, and what values may come from, by kind, namespace and name.
fn sources(cluster: &Cluster) -> BTreeMap<Id, &Resource> {
    let resources = cluster.kustomizations.iter().flat_map(|applied| &applied.resources);
    let sources =
        resources.filter(|resource| resource.group() == "source.toolkit.fluxcd.io" || resource.is("", "ConfigMap"));
    sources
        .filter_map(|resource| {
            let namespace = resource.namespace().unwrap_or("");
            Some(((resource.kind.clone(), SmolStr::new(namespace), SmolStr::new(resource.name()?)), resource))
        })
        .collect()
}

/// The source that a HelmRelease names.
pub fn source_id(release: &Resource) -> Option<Id> {
    let spec = release.spec()?;
    let reference = spec.get("chartRef").or_else(|| spec.at(&["chart", "spec", "sourceRef"]))?;
    let kind = reference.text_at(&["kind"]).unwrap_or("OCIRepository");
    let namespace = reference.text_at(&["namespace"]).or_else(|| release.namespace()).unwrap_or("");
    Some((SmolStr::new(kind), SmolStr::new(namespace), SmolStr::new(reference.text_at(&["name"])?)))
}

/// The files in the folder of a resource and below.
fn around(tree: &Tree, resource: &Resource) -> Range<FileId> {
    let Some(file) = tree.file(resource.node.span.file) else { return FileId(0)..FileId(u32::MAX) };
    let files = tree.below(file.source.folder()).map(|file| file.source.id);
    let (first, last) = files.fold((file.source.id, file.source.id), |(first, last), id| (first.min(id), last.max(id)));
    first..FileId(last.0 + 1)
}
