//! Pods: what workloads run, with its containers, ports and probes.

use crate::diagnostic::{Finding, did_you_mean};
use crate::resource::Resource;
use crate::source::nearest;
use crate::yaml::Node;

/// The fields of a container that name one of its ports.
const PORT_FIELDS: [(&str, &[&str]); 8] = [
    ("livenessProbe", &["livenessProbe", "httpGet", "port"]),
    ("livenessProbe", &["livenessProbe", "tcpSocket", "port"]),
    ("readinessProbe", &["readinessProbe", "httpGet", "port"]),
    ("readinessProbe", &["readinessProbe", "tcpSocket", "port"]),
    ("startupProbe", &["startupProbe", "httpGet", "port"]),
    ("startupProbe", &["startupProbe", "tcpSocket", "port"]),
    ("postStart", &["lifecycle", "postStart", "httpGet", "port"]),
    ("preStop", &["lifecycle", "preStop", "httpGet", "port"]),
];

/// The pods of a workload: its template.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'a> {
    template: &'a Node,
    /// What the pods run.
    pub spec: &'a Node,
}

impl<'a> Pod<'a> {
    /// The pods that a resource runs, if it does.
    pub fn of(resource: &'a Resource) -> Option<Self> {
        let path: &[&str] = match (resource.group(), resource.kind.as_str()) {
            ("apps", _) | ("batch", "Job") => &["spec", "template"],
            ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
            ("", "Pod") => &[],
            _ => return None,
        };
        let template = resource.node.at(path)?;
        Some(Pod { template, spec: template.get("spec")? })
    }

    /// Their labels.
    pub fn labels(&self) -> Option<&'a Node> {
        self.template.at(&["metadata", "labels"])
    }

    /// How they are spread: what is counted by each constraint.
    pub fn spread(self) -> impl Iterator<Item = &'a Node> {
        let constraints = self.spec.items_at(&["topologySpreadConstraints"]).iter();
        constraints.filter_map(|constraint| constraint.get("labelSelector"))
    }

    /// The pods of their own namespace that they want to be near to, or far from.
    pub fn related(self) -> impl Iterator<Item = &'a Node> {
        let of = |kind: &str, when: &str| self.spec.items_at(&["affinity", kind, when]).iter();
        let kinds = ["podAffinity", "podAntiAffinity"];
        let required =
            kinds.into_iter().flat_map(move |kind| of(kind, "requiredDuringSchedulingIgnoredDuringExecution"));
        let preferred =
            kinds.into_iter().flat_map(move |kind| of(kind, "preferredDuringSchedulingIgnoredDuringExecution"));
        let terms = required.chain(preferred.filter_map(|term| term.get("podAffinityTerm")));
        let own = terms.filter(|term| term.get("namespaces").or(term.get("namespaceSelector")).is_none());
        own.filter_map(|term| term.get("labelSelector"))
    }

    /// The claims that they mount, each by its name.
    pub fn claims(self) -> impl Iterator<Item = &'a Node> {
        let volumes = self.spec.items_at(&["volumes"]).iter();
        volumes.filter_map(|volume| volume.at(&["persistentVolumeClaim", "claimName"]))
    }

    /// Their containers; those that run before the others first.
    pub fn containers(self) -> impl Iterator<Item = Container<'a>> {
        let lists = ["initContainers", "containers"].map(|list| self.spec.items_at(&[list]));
        lists.into_iter().flatten().map(Container)
    }

    /// The volume that reads the ConfigMap or Secret which a node names: its own name, and what it reads.
    pub fn volume_of(&self, name: &Node) -> Option<(&'a str, &'a Node)> {
        let reads = |source: &Node| {
            ["name", "secretName"].iter().any(|key| source.get(key).is_some_and(|own| std::ptr::eq(own, name)))
        };
        self.spec.items_at(&["volumes"]).iter().find_map(|volume| {
            let source = volume.get("configMap").or(volume.get("secret")).filter(|source| reads(source))?;
            Some((volume.text_at(&["name"])?, source))
        })
    }

    /// What containers mount of a volume, where it is not all of it.
    pub fn sub_paths(&self, volume: &str) -> impl Iterator<Item = &'a Node> {
        let mounts = self.containers().flat_map(|container| container.0.items_at(&["volumeMounts"]));
        let of_volume = mounts.filter(move |mount| mount.text_at(&["name"]) == Some(volume));
        of_volume.filter_map(|mount| mount.get("subPath"))
    }

    /// The names of all their ports; `None` where they are not known, as where something adds containers.
    pub fn ports(&self) -> Option<Vec<&'a Node>> {
        let marks = ["labels", "annotations"].map(|field| self.template.entries_at(&["metadata", field]));
        if marks.into_iter().flatten().any(|mark| mark.key.text().is_none_or(|key| key.contains("inject"))) {
            return None;
        }
        let ports: Option<Vec<_>> = self.containers().map(|container| container.ports()).collect();
        Some(ports?.into_iter().flatten().collect())
    }
}

/// How many pods a workload runs; `None` where that is not known, or depends on the nodes.
pub fn replicas(workload: &Resource) -> Option<u32> {
    if !matches!((workload.group(), workload.kind.as_str()), ("apps", "Deployment" | "StatefulSet")) {
        return None;
    }
    match workload.spec()?.get("replicas").filter(|node| !node.is_null()) {
        Some(count) => count.literal()?.parse().ok(),
        None => Some(1),
    }
}

/// A container of a pod.
#[derive(Debug, Clone, Copy)]
pub struct Container<'a>(&'a Node);

impl<'a> Container<'a> {
    /// Its name.
    pub fn name(&self) -> Option<&'a Node> {
        self.0.get("name")
    }

    /// Its image.
    pub fn image(&self) -> Option<&'a Node> {
        self.0.get("image")
    }

    /// The names of its ports; `None` where they are not known.
    pub fn ports(&self) -> Option<Vec<&'a Node>> {
        let ports = self.0.get("ports");
        if ports.is_some_and(|ports| !ports.is_seq() && !ports.is_null()) {
            return None;
        }
        let names = ports.map_or(&[][..], Node::items).iter().filter_map(|port| port.get("name"));
        names.map(|name| name.known().map(|_| name)).collect()
    }

    /// The ports that its probes and hooks name, each with the field that does.
    pub fn port_references(&self) -> impl Iterator<Item = (&'static str, &'a Node)> {
        let container = self.0;
        let named = PORT_FIELDS.into_iter().filter_map(move |(field, path)| Some((field, container.at(path)?)));
        named.filter(|(_, port)| port.known().is_some_and(is_port_name))
    }
}

/// Whether a port is given by name: a number in quotes is a number all the same.
pub fn is_port_name(port: &str) -> bool {
    port.bytes().any(|byte| !byte.is_ascii_digit())
}

/// A finding of a missing port, with the ports that there are.
pub fn with_ports(finding: Finding, missing: &str, ports: &[&Node]) -> Finding {
    let names: Vec<&str> = ports.iter().filter_map(|port| port.text()).collect();
    let Some(first) = ports.first() else {
        return finding.help("write the number, or give the port this name");
    };
    let help = match nearest(missing, names.iter().copied()) {
        Some(near) => did_you_mean(near),
        None => format!("there is `{}`", names.join("`, `")),
    };
    finding.help(help).related(first.span, "ports are named here")
}
