//! A cluster as a rule sees it: the repository, what Flux applies, and what that makes.

use crate::diagnostic::Finding;
use crate::flux::{self, Applied};
use crate::formats::cluster_network::ClusterNetwork;
use crate::kubernetes::host::{Host, hosts};
use crate::kubernetes::image::{Image, images};
use crate::kubernetes::pod::{Pod, replicas};
use crate::kubernetes::selector::Selector;
use crate::links::{Kind, Maker, Place, Reference};
use crate::model::doubt::{self, Evidence, Search, Seeker, Thing, is_convention};
use crate::model::gateway::{Gateway, Gateways};
use crate::model::inventory::{Answer, Entry as InventoryEntry, Inventory, Member};
use crate::model::repo::Repo;
use crate::model::route::{Route, routes};
use crate::resource::{File, Resource, Role};
use crate::schema::check_value;
use crate::source::{Span, is_slip};
use crate::yaml::{Entry, Node};
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What a host name of the cluster leads to.
const SERVICE: Kind = Kind { group: SmolStr::new_static(""), kind: SmolStr::new_static("Service") };

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

/// The host name of a Service where somebody speaks of it.
#[derive(Debug)]
pub struct HostUse<'a> {
    /// The object whose setting it is.
    pub member: &'a Member,
    /// Where it stands.
    pub span: Span,
    /// The name.
    pub host: Host,
}

/// Every cluster of a repository.
pub fn clusters(repo: &Repo) -> Vec<Cluster<'_>> {
    let clusters = repo.fleet().clusters.iter().zip(repo.inventories());
    let cluster = |(flux, inventory)| {
        let (references, (hosts, (images, (gateways, routes)))) = rayon::join(
            || resolve(repo, inventory, &inventory.members),
            || {
                let doors = || (gateways(repo, inventory), routes(inventory));
                rayon::join(|| host_uses(repo, inventory), || (images_of(flux), doors()))
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

/// The host names in the values of releases, in ConfigMaps, in workloads and in custom resources.
fn host_uses<'a>(repo: &Repo, inventory: &'a Inventory) -> Vec<HostUse<'a>> {
    let members = inventory.members.par_iter().filter(|member| !member.from_chart);
    let uses = members.flat_map_iter(|member| {
        let resource = &member.resource;
        let settings = match resource.group() {
            "helm.toolkit.fluxcd.io" => resource.node.at(&["spec", "values"]),
            "" if resource.kind == "ConfigMap" => resource.node.get("data"),
            "apps" | "batch" => resource.spec(),
            group if repo.links().is_custom(group) => resource.spec(),
            _ => None,
        };
        let mut found = Vec::new();
        settings.into_iter().for_each(|settings| {
            settings.walk(&mut |node| {
                let hosts = node.known().map_or_else(|| hosts_beside(node), hosts).into_iter();
                found.extend(hosts.map(|host| HostUse { member, span: part(repo, node.span, &host.text), host }));
            });
        });
        found
    });
    uses.collect()
}

/// The hosts in a text with variables that are not known, but for those that have to do with a variable.
fn hosts_beside(node: &Node) -> Vec<Host> {
    let text = node
        .text()
        .filter(|text| text.contains("${") && !["{{", "<<", "#{", "<%"].iter().any(|tag| text.contains(tag)));
    let mut parts = text.unwrap_or("").split("${");
    let mut beside = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let after = part.split_once('}').map_or("", |(_, after)| after);
        beside.extend(["${}", after]);
    }
    hosts(&beside)
}

/// Where a part of a text stands, or all of it where it is not written as it reads.
fn part(repo: &Repo, span: Span, text: &str) -> Span {
    let start = repo.tree().slice(span).find(text).map(|at| span.start as usize + at);
    start.map_or(span, |start| Span::new(span.file, start, start + text.len()))
}

/// What is in some namespaces, or may be.
fn within<'m, 'a, T>(all: &'m ByNamespace<'a, T>, namespaces: &[&'m str]) -> impl Iterator<Item = &'m T> {
    let places: Vec<Option<&str>> = namespaces.iter().copied().map(Some).chain([None]).collect();
    places.into_iter().filter_map(|place| all.get(&place)).flatten()
}

/// An item whose labels a selector selects; `Some(None)` where that is not known.
fn selected<T>(selector: &Selector, labels: Option<&Node>, item: T) -> Option<Option<T>> {
    match selector.selects(labels) {
        Some(false) => None,
        verdict => Some(verdict.map(|_| item)),
    }
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

/// Whether a reference says where variables come from.
pub fn is_substitute_from((member, reference, _): &Resolved) -> bool {
    let sources = member.resource.node.items_at(&["spec", "postBuild", "substituteFrom"]).iter();
    sources.filter_map(|source| source.get("name")).any(|name| std::ptr::eq(name, reference.name))
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

/// Labels by namespace and key.
#[derive(Debug, Default)]
pub struct Labels<'a>(BTreeMap<(&'a str, &'a str), Values<'a>>);

/// The values of a label, each with the places that speak of it.
type Values<'a> = BTreeMap<&'a str, Vec<Span>>;

impl<'a> Labels<'a> {
    /// What was meant by a label that nothing else in its namespace has or asks for: a value that differs by a slip of the
    /// fingers, and where it stands.
    pub fn meant(&self, namespace: &str, label: &Entry) -> Option<(&'a str, Span)> {
        let (key, value) = label.key.literal().zip(label.value.literal())?;
        let values = self.0.get(&(namespace, key))?;
        let spoken = values.get(value).into_iter().flatten().any(|place| *place != label.value.span);
        let (near, places) = values.iter().filter(|_| !spoken).find(|(other, _)| is_slip(value, other))?;
        Some((*near, *places.first()?))
    }
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

    /// What to say of references to objects of these kinds that lead to nothing.
    pub fn missing(&self, kinds: &[&str]) -> Vec<Finding> {
        self.tell_missing(kinds, false)
    }

    /// The same, only where something else is here that may have been meant: charts call such objects as they like.
    pub fn misnamed(&self, kinds: &[&str]) -> Vec<Finding> {
        self.tell_missing(kinds, true)
    }

    fn tell_missing(&self, kinds: &[&str], misnamed: bool) -> Vec<Finding> {
        let generated: BTreeSet<&str> = self.generated().map(|generated| generated.name).collect();
        // A generated object without its hash is the subject of `kustomize/generator-suffix`, and variables are
        // that of `flux/substitute-from-missing`.
        let is_elsewhere = |reference: &Reference| reference.name.text().is_some_and(|name| generated.contains(name));
        let wanted = |resolved: &&Resolved| {
            let (_, reference, _) = resolved;
            let is_kind = reference.kinds.iter().all(|kind| kinds.contains(&kind.kind.as_str()));
            is_kind && !is_elsewhere(reference) && !is_substitute_from(resolved)
        };
        let resolved: Vec<&Resolved> = self.references.iter().filter(wanted).collect();
        let here: BTreeSet<Span> =
            resolved.iter().flat_map(|(.., answer)| answer.entries()).map(|entry| entry.span).collect();
        self.judge(resolved, |(member, reference, answer)| {
            let finding = answer.missing(reference)?;
            // Who renames an object sees it beside what still uses the old name, before any name that only looks alike.
            let open =
                matches!(answer, Answer::Missing { elsewhere, .. } if elsewhere.is_empty() && !answer.is_evident());
            Some(match self.inventory.unused(member, reference, &here).filter(|_| open) {
                Some(near) => Finding::new(finding.span, finding.message)
                    .related(near.entry.span, format!("`{}` is here, and nothing refers to it", near.name)),
                None if misnamed && !answer.has_alternative() => return None,
                None => finding,
            })
        })
    }

    /// Subjects of bindings that do not exist where it is plain who was meant: the name differs by a slip, or the file
    /// of the binding has one ServiceAccount that no binding names.
    pub fn misnamed_subjects(&self) -> Vec<Finding> {
        let is_subject = |(member, reference, _): &&Resolved| {
            let account = reference.kinds.iter().any(|kind| kind.kind == "ServiceAccount");
            account && member.resource.group() == "rbac.authorization.k8s.io"
        };
        let subjects: Vec<&Resolved> = self.references.iter().filter(is_subject).collect();
        let bound: BTreeSet<Span> =
            subjects.iter().flat_map(|(.., answer)| answer.entries()).map(|entry| entry.span).collect();
        let members = self.inventory.members.iter().map(|member| &member.resource);
        let accounts: Vec<&Resource> = members.filter(|resource| resource.is("", "ServiceAccount")).collect();
        let finding = |(_, reference, answer): &&Resolved| {
            let finding = answer.missing(reference)?;
            if answer.is_evident() {
                return Some(finding);
            }
            let mut free = accounts.iter().filter(|account| {
                let span = account.name_span();
                span.file == reference.name.span.file && !bound.contains(&span)
            });
            let account = free.next().filter(|_| free.next().is_none())?;
            let told = format!("`{}` is here, and no binding names it", account.name()?);
            Some(Finding::new(finding.span, finding.message).related(account.name_span(), told))
        };
        subjects.iter().filter_map(finding).collect()
    }

    /// What is held against references of one kind that lead to nothing; `tell` says it of one.
    pub fn judge<'r>(
        &'r self,
        references: impl IntoIterator<Item = &'r Resolved<'a>>,
        tell: impl Fn(&Resolved) -> Option<Finding>,
    ) -> Vec<Finding> {
        let search = |resolved: &'r Resolved<'a>| {
            let (member, reference, answer) = resolved;
            let thing = Thing { kind: &reference.kinds.first()?.kind, name: reference.name.literal()? };
            let missing = match answer {
                // That this one is made by hand says nothing of others.
                Answer::Here(entries) if entries.iter().all(|entry| entry.by_hand) => return None,
                Answer::Here(_) => None,
                Answer::Missing { .. } if !reference.optional => {
                    Some((self.evidence(reference, answer), tell(resolved)?))
                }
                _ => return None,
            };
            let scope = reference.place.namespace().unwrap_or("");
            Some(Search { thing, scope, seeker: self.seeker(member), missing })
        };
        doubt::judge(references.into_iter().filter_map(search).collect())
    }

    /// How sure it is that nothing out of sight makes what a reference names.
    fn evidence(&self, reference: &Reference, answer: &Answer) -> Evidence {
        let has_kind = || reference.kinds.iter().any(|kind| self.inventory.has_kind(kind));
        let is_custom = || reference.kinds.iter().any(|kind| self.repo.links().is_custom(&kind.group));
        match reference.maker {
            _ if answer.is_evident() => Evidence::Plain,
            Maker::Outside => Evidence::Outside,
            // Who writes such an object writes its namespace, too: one of this name elsewhere is the one that was meant.
            Maker::People | Maker::Cluster if answer.is_elsewhere() => Evidence::Good,
            _ if answer.has_alternative() => Evidence::Fair,
            Maker::People if has_kind() || !is_custom() => Evidence::Good,
            Maker::Anyone if has_kind() => Evidence::Fair,
            _ => Evidence::None,
        }
    }

    /// Who looks for something: a Kustomization or release itself, else all that one Kustomization applies from a folder.
    fn seeker<'m>(&self, member: &'m Member) -> Seeker<'m>
    where
        'a: 'm,
    {
        let resource = &member.resource;
        let own = resource.is_flux_kustomization() || resource.is_helm_release();
        let name = resource.name().filter(|_| own).unwrap_or("");
        let folder = self.repo.file_of(resource.name_span()).map_or("", |file| file.source.folder());
        (member.applied, folder, name)
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

    /// What the host name of a Service leads to.
    pub fn service(&self, used: &HostUse) -> Answer<'a> {
        self.find(used, SERVICE, &used.host.name)
    }

    /// What alone could make the Service of a host name and is not there: its kind and its name.
    pub fn absent_maker(&self, used: &HostUse) -> Option<(Kind, SmolStr)> {
        let (kind, name) = self.repo.links().only_maker(&SERVICE, &used.host.name)?;
        let missing = matches!(self.find(used, kind.clone(), &name), Answer::Missing { .. });
        (missing && self.inventory.has_kind(&kind)).then_some((kind, name))
    }

    /// What there is of a kind and a name in the namespace of a host.
    fn find(&self, used: &HostUse, kind: Kind, name: &str) -> Answer<'a> {
        let reference = Reference {
            name: &Node::string(used.span, name),
            kinds: vec![kind],
            place: Place::Namespace(used.host.namespace.clone()),
            key: None,
            others: Vec::new(),
            needs: Vec::new(),
            port: None,
            granted: false,
            optional: false,
            hint: false,
            maker: Maker::Anyone,
        };
        self.inventory.answer(used.member, &reference)
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

    /// Every Service.
    pub fn services(&self) -> impl Iterator<Item = &'a Member> {
        self.services.values().flatten().copied()
    }

    /// Every workload, with its pods.
    pub fn workloads(&self) -> impl Iterator<Item = (&'a Member, Pod<'a>)> {
        self.workloads.values().flatten().copied()
    }

    /// The Service of a name that an entry stands for; `None` for one that an operator makes.
    pub fn service_at(&self, name: &str, entry: &InventoryEntry) -> Option<&'a Member> {
        let mut services = self.services.get(&entry.place.namespace())?.iter().map(|member| (member, &member.resource));
        let found = services.find(|(_, service)| service.name() == Some(name) && service.name_span() == entry.span);
        found.map(|(member, _)| *member)
    }

    /// The Services of some namespaces that a selector selects; `None` where it may select others, out of sight.
    pub fn selected_services(&self, selector: &Selector, namespaces: &[&str]) -> Option<Vec<&'a Resource>> {
        self.has_in_sight(selector, namespaces).then_some(())?;
        let services = within(&self.services, namespaces).filter(|member| member.whole).map(|member| &member.resource);
        let labels = |service: &'a Resource| service.node.at(&["metadata", "labels"]);
        services.filter_map(|service| selected(selector, labels(service), service)).collect()
    }

    /// The names of the ports of all pods of some namespaces that a selector selects; `None` where there are none, or
    /// others may be, out of sight.
    pub fn ports_of_pods(&self, selector: &Selector, namespaces: &[&str]) -> Option<Vec<&'a Node>> {
        self.has_in_sight(selector, namespaces).then_some(())?;
        let pods = within(&self.workloads, namespaces).filter(|(member, _)| member.whole).map(|(_, pod)| pod);
        let pods: Option<Vec<&Pod>> = pods.filter_map(|pod| selected(selector, pod.labels(), pod)).collect();
        let ports: Option<Vec<_>> = pods?.into_iter().map(|pod| pod.ports()).collect();
        ports.filter(|ports| !ports.is_empty()).map(|ports| ports.into_iter().flatten().collect())
    }

    /// The workloads of a namespace whose pods a selector selects; `None` where it may select others, out of sight.
    pub fn selected_workloads(&self, selector: &Selector, namespace: &str) -> Option<Vec<&'a Member>> {
        self.has_in_sight(selector, &[namespace]).then_some(())?;
        let workloads = within(&self.workloads, std::slice::from_ref(&namespace));
        workloads
            .filter_map(|(member, pod)| {
                let chosen = selected(selector, pod.labels(), *member)?;
                Some(chosen.filter(|member| member.whole))
            })
            .collect()
    }

    /// How many pods a workload runs all the time; `None` where something scales it.
    pub fn replicas(&self, member: &Member) -> Option<u32> {
        let own = &member.resource;
        let scales = |other: &Resource| {
            let target = other.node.at(&["spec", "scaleTargetRef", "name"]);
            target.is_some_and(|target| target.literal().is_none_or(|name| own.name() == Some(name)))
        };
        let scaled = self.inventory.members.iter().map(|member| &member.resource).any(scales);
        replicas(own).filter(|_| !scaled)
    }

    /// Every label that something in a namespace has or asks for.
    pub fn labels(&self) -> Labels<'a> {
        let mut labels = Labels::default();
        for member in &self.inventory.members {
            let resource = &member.resource;
            let Some(namespace) = resource.namespace() else { continue };
            resource.node.walk_entries(&mut |entry| {
                let key = entry.key.text().unwrap_or("");
                if !matches!(key, "labels" | "matchLabels" | "selector" | "podLabels" | "commonLabels") {
                    return;
                }
                for label in entry.value.entries() {
                    let Some((key, value)) = label.key.literal().zip(label.value.literal()) else { continue };
                    let values = labels.0.entry((namespace, key)).or_default();
                    values.entry(value).or_default().push(label.value.span);
                }
            });
        }
        labels
    }

    /// Whether all that a selector can select in some namespaces is in sight.
    fn has_in_sight(&self, selector: &Selector, namespaces: &[&str]) -> bool {
        let of_known_app = |namespace| selector.apps().any(|app| !self.inventory.may_hold(namespace, app));
        namespaces.iter().all(|namespace| of_known_app(namespace))
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
