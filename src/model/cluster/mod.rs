//! A cluster as a rule sees it: the repository, what Flux applies, and what that makes.

mod host_use;
mod missing;
mod selected;

use crate::flux::{self, Applied};
use crate::formats::cluster_network::ClusterNetwork;
use crate::kubernetes::image::{Image, images};
use crate::kubernetes::pod::Pod;
use crate::links::{Kind, Reference};
use crate::model::doubt::is_convention;
use crate::model::gateway::{Gateway, Gateways};
use crate::model::inventory::{Answer, Inventory, Member};
use crate::model::repo::Repo;
use crate::model::route::{Route, routes};
use crate::resource::{File, Resource, Role};
use crate::schema::check_value;
use crate::source::Span;
use crate::yaml::{Entry, Node};
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

pub use host_use::HostUse;
pub use missing::is_substitute_from;
pub use selected::Labels;

/// A reference of an object, with what it leads to.
pub type Resolved<'a> = (&'a Member, Reference<'a>, Answer<'a>);

/// One cluster of a repository.
#[derive(Debug)]
pub struct Cluster<'a> {
    /// The repository.
    pub repo: &'a Repo,
    /// What Flux applies.
    pub flux: &'a flux::Cluster,
    /// What there is in the end.
    pub inventory: &'a Inventory,
    /// Every reference of every object.
    pub references: Vec<Resolved<'a>>,
    /// The references of the Kustomizations where the cluster begins.
    pub root_references: Vec<Resolved<'a>>,
    /// Every host name of a Service in a setting.
    pub hosts: Vec<HostUse<'a>>,
    /// Every Gateway.
    pub gateways: Gateways,
    /// Every route.
    pub routes: Vec<Route<'a>>,
    /// Every image of what Flux applies, as deployed, with the object that names it.
    pub images: Vec<(&'a Resource, Image)>,
    services: ByNamespace<'a, &'a Member>,
    workloads: ByNamespace<'a, (&'a Member, Pod<'a>)>,
}

/// Things by the namespace they are in, where it is known.
type ByNamespace<'a, T> = BTreeMap<Option<&'a str>, Vec<T>>;

/// Every cluster of a repository.
pub fn clusters(repo: &Repo) -> Vec<Cluster<'_>> {
    let clusters = repo.fleet().clusters.iter().zip(repo.inventories());
    let cluster = |(flux, inventory)| {
        let (references, (hosts, (images, (gateways, routes)))) = rayon::join(
            || resolve(repo, inventory, &inventory.members),
            || {
                let doors = || (gateways(repo, inventory), routes(inventory));
                rayon::join(|| host_use::host_uses(repo, inventory), || (images_of(flux), doors()))
            },
        );
        let (mut services, mut workloads) = (ByNamespace::new(), ByNamespace::new());
        for member in &inventory.members {
            let resource = &member.resource;
            if resource.is("", "Service") {
                services.entry(resource.namespace()).or_insert_with(Vec::new).push(member);
            } else if let Some(pod) = Pod::of(resource) {
                workloads.entry(resource.namespace()).or_insert_with(Vec::new).push((member, pod));
            }
        }
        let root_references = resolve(repo, inventory, &inventory.roots);
        Cluster {
            repo,
            flux,
            inventory,
            references,
            root_references,
            hosts,
            gateways,
            routes,
            images,
            services,
            workloads,
        }
    };
    clusters.map(cluster).collect()
}

/// The Gateways of a cluster.
fn gateways(repo: &Repo, inventory: &Inventory) -> Gateways {
    Gateways::of(inventory.members.iter().map(|member| &member.resource), repo.resources())
}

/// The images of what Flux applies.
fn images_of(flux: &flux::Cluster) -> Vec<(&Resource, Image)> {
    let of = |resource| images(resource).into_iter().map(move |image| (resource, image));
    flux.resources().flat_map(|(_, resource)| of(resource)).collect()
}

fn resolve<'a>(repo: &'a Repo, inventory: &'a Inventory, members: &'a [Member]) -> Vec<Resolved<'a>> {
    let resolved = members.par_iter().flat_map_iter(|member| {
        let references = repo.links().references(&member.resource).into_iter();
        references.map(move |reference| {
            let answer = inventory.answer(member, &reference);
            (member, reference, answer)
        })
    });
    resolved.collect()
}

/// A ConfigMap or Secret that kustomize generates and calls after its content.
#[derive(Debug, Clone, Copy)]
pub struct Generated<'a> {
    /// The Kustomization that applies it.
    pub applied: &'a Applied,
    /// As it is applied.
    pub resource: &'a Resource,
    /// Its name without the hash.
    pub name: &'a str,
}

/// The namespaces that objects are put in.
#[derive(Debug)]
pub struct Namespaces<'a> {
    /// Where each is named.
    pub used: BTreeMap<&'a str, Vec<Span>>,
    /// How many of them the repository makes.
    pub known: usize,
    /// Whether it makes them as a rule, so that others do not exist.
    pub in_sight: bool,
}

impl<'a> Cluster<'a> {
    /// Flux Kustomizations, without ResourceSets.
    pub fn kustomizations(&self) -> impl Iterator<Item = &'a Applied> {
        self.flux.own().filter(|applied| applied.resource.is_flux_kustomization())
    }

    /// Every object that Flux applies itself, with the Kustomization that does.
    pub fn applied(&self) -> impl Iterator<Item = (&'a Applied, &'a Resource)> {
        self.flux.resources()
    }

    /// The Kustomization that brings an object.
    pub fn owner(&self, member: &Member) -> Option<&'a Applied> {
        self.flux.kustomizations.get(member.applied)
    }

    /// A reference that leads to nothing and would lead to a resource, or to what is made of it, if it were applied.
    pub fn wants(&self, resource: &Resource) -> Option<&Resolved<'a>> {
        let own = Kind { group: SmolStr::new(resource.group()), kind: resource.kind.clone() };
        let made = self.repo.links().creates(resource).into_iter().filter_map(|made| Some((made.kind, made.name?)));
        let objects: Vec<(Kind, SmolStr)> = made.chain(resource.name().map(|name| (own, SmolStr::new(name)))).collect();
        self.references.iter().find(|(_, reference, answer)| {
            let is_named = |(kind, name): &(Kind, SmolStr)| {
                reference.kinds.contains(kind) && reference.name.literal() == Some(name.as_str())
            };
            !matches!(answer, Answer::Here(_)) && !reference.hint && objects.iter().any(is_named)
        })
    }

    /// Who applies the object of a manifest beside a kustomization which does not list it, or the folder of a
    /// Kustomization that nobody applies; with the place of what is applied instead.
    pub fn serves_already(&self, left: &Resource, beside: &File) -> Option<(&'a Applied, Span)> {
        if left.is_flux_kustomization() {
            let path =
                |one: &'_ Resource| Some(one.node.text_at(&["spec", "path"])?.trim_matches(['.', '/']).to_owned());
            let owner = self.kustomizations().find(|applied| path(&applied.resource) == path(left))?;
            return Some((owner, owner.resource.name_span()));
        }
        let near = self.kustomizations().filter(|applied| applied.files.contains(&beside.source.id));
        let mut all = near.flat_map(|applied| applied.resources.iter().map(move |resource| (applied, resource)));
        let is_it = |other: &Resource| {
            let elsewhere = left.namespace().is_some_and(|namespace| other.namespace() != Some(namespace));
            other.is(left.group(), &left.kind) && other.name() == left.name() && !elsewhere
        };
        all.find(|(_, other)| is_it(other)).map(|(applied, other)| (applied, other.name_span()))
    }

    /// ConfigMaps and Secrets whose names end in a hash of their content.
    pub fn generated(&self) -> impl Iterator<Item = Generated<'a>> {
        let tree = self.repo.tree();
        self.kustomizations()
            .flat_map(|applied| applied.resources.iter().map(move |resource| (applied, resource)))
            .filter_map(move |(applied, resource)| {
                let data = resource.is("", "ConfigMap") || resource.is("", "Secret");
                let (name, hash) = resource.name().filter(|_| data)?.rsplit_once('-')?;
                // What is written holds the name without the hash.
                let added = hash.len() == 10 && !tree.slice(resource.name_span()).contains(hash);
                let generator = tree.file(resource.name_span().file)?.role_of_root() == Some(Role::Kustomization);
                (added && generator).then_some(Generated { applied, resource, name })
            })
    }

    /// The network of its machines, where the repository describes those of this cluster only.
    pub fn network(&self) -> Option<ClusterNetwork<'a>> {
        let alone = self.repo.fleet().clusters.len() == 1;
        ClusterNetwork::of(self.repo.tree()).filter(|_| alone)
    }

    /// The Gateway that a route names as its parent, where there is one and no more.
    pub fn gateway(&self, route: &Route, parent: &Node) -> Option<Gateway<'_>> {
        self.gateways.parent(parent, route.namespace)
    }

    /// The labels of a namespace, with the one that each has; `None` where nobody is seen to make it.
    pub fn namespace_labels(&self, name: &str) -> Option<Node> {
        let mut members = self.inventory.members.iter().map(|member| &member.resource);
        let namespace = members.find(|resource| resource.is("", "Namespace") && resource.name() == Some(name))?;
        let span = namespace.name_span();
        let labels = namespace.node.at(&["metadata", "labels"]).filter(|labels| labels.is_map()).cloned();
        let mut labels = labels.unwrap_or_else(|| Node::map(span, Vec::new()));
        labels.set(Node::string(span, "kubernetes.io/metadata.name"), Node::string(span, name));
        Some(labels)
    }

    /// Whether anything that is applied says a word.
    pub fn says(&self, word: &str) -> bool {
        let mut found = false;
        let members = self.inventory.members.iter().filter(|member| !member.from_chart);
        members.for_each(|member| {
            member.resource.node.walk(&mut |node| found = found || node.text().is_some_and(|text| text.contains(word)));
        });
        found
    }

    /// Which of some volumes a claim names, or the only one of its class where nothing makes such volumes on demand.
    pub fn volume_of(&self, claim: &Resource, volumes: &[&'a Resource]) -> Option<&'a Resource> {
        let class = ["spec", "storageClassName"];
        let named = claim.node.at(&["spec", "volumeName"]);
        let path = if named.is_some() { ["metadata", "name"] } else { class };
        let wanted = named.or_else(|| claim.node.at(&class))?.known().filter(|text| !text.is_empty())?;
        let mut alike = volumes.iter().filter(|volume| {
            let found = volume.node.at(&path);
            found.is_some_and(|found| found.is_unknown() || found.text() == Some(wanted))
        });
        let volume = alike.next().filter(|volume| volume.node.text_at(&path) == Some(wanted))?;
        let alone = alike.next().is_none() && (named.is_some() || !self.inventory.may_provide(wanted, volume));
        alone.then_some(volume)
    }

    /// The storage class of claims that name none, where it is in sight.
    pub fn default_class(&self) -> Option<&'a str> {
        let mut members = self.inventory.members.iter().map(|member| &member.resource);
        let mark = "storageclass.kubernetes.io/is-default-class";
        members.find(|resource| resource.kind == "StorageClass" && resource.annotation(mark) == Some("true"))?.name()
    }

    /// Whether the cluster has a namespace of this name: made here, or Flux's own, where its first Kustomizations are.
    pub fn has_namespace(&self, name: &str) -> bool {
        let kind = Kind { group: SmolStr::default(), kind: SmolStr::new_static("Namespace") };
        let mut roots = self.inventory.roots.iter().map(|root| &root.resource.node);
        self.inventory.named(&kind, name).next().is_some()
            || roots.any(|root| root.text_at(&["metadata", "namespace"]) == Some(name))
    }

    /// The namespaces that objects are put in.
    pub fn namespaces(&self) -> Namespaces<'a> {
        let mut used: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        for (_, resource) in self.applied() {
            let Some(node) = resource.node.at(&["metadata", "namespace"]) else { continue };
            node.literal().into_iter().for_each(|name| used.entry(name).or_default().push(node.span));
        }
        let known = used.keys().filter(|name| self.has_namespace(name)).count();
        let complete = self.flux.is_complete() || known * 10 >= used.len() * 9;
        // Who makes namespaces elsewhere makes none of them here.
        let in_sight = complete && is_convention(known, used.len());
        Namespaces { used, known, in_sight }
    }

    /// Entries among the values of releases that are settings of the HelmRelease: they are called so and have its form.
    pub fn misplaced_fields(&self) -> Vec<&'a Entry> {
        let schema = self.repo.validation().schemas.find("helm.toolkit.fluxcd.io/v2", "HelmRelease");
        let spec = schema.and_then(|schema| schema.at(&["spec"]));
        let field = |name: &str| {
            let spec = spec.as_ref()?;
            spec.property(name).cloned().or_else(|| spec.at(&["upgrade", name]).filter(|_| name == "remediation"))
        };
        let is_misplaced = |entry: &&Entry| {
            let filled = !entry.value.entries().is_empty() || !entry.value.items().is_empty();
            let schema = entry.key.text().filter(|_| filled).and_then(field);
            schema.is_some_and(|schema| {
                schema.is_closed() && check_value(&schema, &entry.value, "HelmRelease").is_empty()
            })
        };
        let releases = self.inventory.releases.iter();
        releases.flat_map(|installed| installed.release.values.entries()).filter(is_misplaced).collect()
    }

    /// Whether a Kustomization is the other, applies it, or has to be ready before it.
    pub fn comes_first(&self, first: usize, other: usize) -> bool {
        let kustomizations = &self.flux.kustomizations;
        let Some(first) = kustomizations.get(first) else { return false };
        let mut waiting = vec![other];
        let mut seen = BTreeSet::new();
        while let Some(index) = waiting.pop() {
            let Some(applied) = kustomizations.get(index).filter(|_| seen.insert(index)) else { continue };
            if std::ptr::eq(applied, first) {
                return true;
            }
            waiting.extend(applied.parent);
            waiting.extend(applied.dependencies().filter_map(|(namespace, name)| self.flux.index(namespace, name)));
        }
        false
    }

    /// Whether Secrets come out of the repository, and not from somebody's hands.
    pub fn makes_secrets_of_its_own(&self) -> bool {
        let secret = Kind { group: SmolStr::default(), kind: SmolStr::new_static("Secret") };
        self.inventory.has_kind(&secret)
    }
}
