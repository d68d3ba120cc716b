//! Services, workloads and their labels: what selectors select.

use super::{ByNamespace, Cluster};
use crate::kubernetes::pod::{Pod, replicas};
use crate::kubernetes::selector::Selector;
use crate::model::inventory::{Entry as InventoryEntry, Member};
use crate::resource::Resource;
use crate::source::{Span, is_slip};
use crate::yaml::{Entry, Node};
use std::collections::BTreeMap;

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
