//! `persistence`: the claims that are created, and what every container mounts.

use super::super::fault::FaultKind;
use super::super::object::set_unknown;
use super::super::object::{Object, is_empty};
use super::super::text::is_template;
use super::app::{App, Enabled, Item, kind};
use crate::yaml::Node;
use smol_str::SmolStr;

impl<'a> App<'a> {
    /// Adds the claims.
    pub(super) fn claims(&mut self) {
        for claim in self.claims.clone() {
            let spec = self.claim_spec(claim.value);
            let body = Object::at(claim.key.span).put("spec", spec.node());
            let labels = self.common_labels.clone();
            self.add("v1", "PersistentVolumeClaim", claim.key, &claim.name, Some(labels), body);
        }
        self.mounts_of_nothing();
    }

    /// `accessModes`, `resources`, `storageClassName`.
    fn claim_spec(&self, claim: &Node) -> Object {
        let mode = self.field(claim, "accessMode").map(|mode| Node::seq(mode.span, vec![mode]));
        let storage = self.field(claim, "size").map(|size| {
            let requests = Object::at(size.span).put("storage", size).node();
            Object::at(requests.span).put("requests", requests).node()
        });
        let class = self.field(claim, "storageClass").map(|class| match class.text() {
            Some("-") => Node::string(class.span, ""),
            _ => class,
        });
        let volume = self.field(claim, "volumeName");
        let spec = Object::at(claim.span).maybe("accessModes", mode).maybe("resources", storage);
        spec.maybe("storageClassName", class).maybe("volumeName", volume)
    }

    /// One of a StatefulSet's `volumeClaimTemplates`.
    pub(super) fn claim_template(&self, template: &Node) -> Node {
        let metadata = Object::at(template.span).maybe("name", self.field(template, "name")).node();
        let spec = self.claim_spec(template).node();
        Object::at(template.span).put("metadata", metadata).put("spec", spec).node()
    }

    /// The volumes of a controller's pod.
    pub(super) fn volumes(&mut self, controller: &Item<'a>) -> Vec<Node> {
        if self.mounts_left == 0 {
            self.complete = false;
            return Vec::new();
        }
        let items = self.storage.clone();
        self.mounts_left = self.mounts_left.saturating_sub(items.len());
        let mounted = items.into_iter().filter(|(_, _, item)| {
            // An item that names controllers stays with them; any other goes everywhere.
            let advanced = item.get("advancedMounts").filter(|node| !is_empty(node));
            let global = item.get("globalMounts").is_some_and(|node| !is_empty(node));
            global || advanced.is_none_or(|controllers| controllers.get(controller.id).is_some())
        });
        mounted.filter_map(|(id, key, item)| self.volume(id, key, item)).collect()
    }

    fn volume(&mut self, id: &str, key: &Node, item: &Node) -> Option<Node> {
        let field = |field: &str| self.field(item, field);
        let at = Object::at(item.span);
        let (source, spec) = match kind(item) {
            "persistentVolumeClaim" => {
                let created = || self.claims.iter().find(|claim| claim.id == id).map(|claim| claim.name.clone());
                let existing = field("existingClaim").or_else(created).map(|name| self.existing(item, name));
                ("persistentVolumeClaim", at.maybe("claimName", existing))
            }
            "emptyDir" => ("emptyDir", at.maybe("medium", field("medium")).maybe("sizeLimit", field("sizeLimit"))),
            "hostPath" => ("hostPath", at.maybe("path", field("hostPath")).maybe("type", field("hostPathType"))),
            "nfs" => ("nfs", at.maybe("server", field("server")).maybe("path", field("path"))),
            "image" => {
                let reference = item.get("image").and_then(|image| self.image(image));
                ("image", at.maybe("reference", reference).maybe("pullPolicy", field("pullPolicy")))
            }
            "projected" => {
                ("projected", at.maybe("sources", field("sources")).maybe("defaultMode", field("defaultMode")))
            }
            kind @ ("configMap" | "secret") => {
                let secret = kind == "secret";
                let (mode, items, named) = (field("defaultMode"), field("items"), field("name"));
                let name = named.or_else(|| self.data_name(item.get("identifier")?, secret));
                // The name of an ExternalSecret's product is not known here.
                let (source, name_field) = if secret { ("secret", "secretName") } else { ("configMap", "name") };
                (source, at.maybe(name_field, name).maybe("defaultMode", mode).maybe("items", items))
            }
            "custom" => {
                let mut volume = Object::at(key.span).put("name", Node::string(key.span, id));
                for entry in item.entries_at(&["volumeSpec"]) {
                    volume = volume.entry(entry.key.clone(), self.scope.tree(&entry.value));
                }
                return Some(volume.node());
            }
            _ => return Some(Object::at(key.span).put("name", Node::string(key.span, id)).node()),
        };
        Some(Object::at(key.span).put("name", Node::string(key.span, id)).put(source, spec.node()).node())
    }

    /// The name of a claim. Not every version before major 5 reads a template there, so that it stays unknown.
    fn existing(&self, item: &Node, name: Node) -> Node {
        let Some(written) = item.get("existingClaim").filter(|_| self.major < 5) else { return name };
        if !written.text().is_some_and(is_template) {
            return name;
        }
        let mut written = written.clone();
        set_unknown(&mut written, true);
        written
    }

    /// The volume mounts of a container.
    pub(super) fn mounts(&mut self, controller: &Item<'a>, container: &str) -> Vec<Node> {
        if self.mounts_left == 0 {
            self.complete = false;
            return Vec::new();
        }
        let items = self.storage.iter().map(|item| (*item, false));
        let mut sources: Vec<(Enabled<'a>, bool)> = items.collect();
        for template in controller.value.items_at(&["statefulset", "volumeClaimTemplates"]) {
            let Some(name) = template.get("name").filter(|_| !template.get("enabled").is_some_and(Node::is_false))
            else {
                continue;
            };
            sources.extend(name.text().map(|id| ((id, name, template), true)));
        }
        sources.sort_by_key(|((id, ..), _)| *id);
        let mut mounts = Vec::new();
        for ((id, key, item), template) in sources {
            if self.mounts_left < mounts.len() {
                self.complete = false;
                break;
            }
            let global = item.get("globalMounts").filter(|node| !is_empty(node));
            let advanced = item.get("advancedMounts").filter(|node| !is_empty(node));
            if global.is_none() && advanced.is_none() {
                mounts.push(self.mount(id, key, item, &Node::null(key.span)));
                continue;
            }
            // A template belongs to its controller, so only the container is named.
            let own = advanced.and_then(|node| if template { Some(node) } else { node.get(controller.id) });
            let own = own.and_then(|node| node.get(container));
            for written in global.into_iter().chain(own).flat_map(Node::items) {
                mounts.push(self.mount(id, key, item, written));
            }
        }
        self.mounts_left = self.mounts_left.saturating_sub(mounts.len());
        mounts
    }

    /// A volume mount: where it does not say, at `/<id>` or, for a host path, at the same path.
    fn mount(&self, id: &str, key: &Node, item: &Node, written: &Node) -> Node {
        let host_path = || self.field(item, "hostPath").filter(|_| kind(item) == "hostPath");
        let path = self.field(written, "path").or_else(host_path);
        let path = path.unwrap_or_else(|| Node::string(key.span, format!("/{id}")));
        let span = if written.is_map() { written.span } else { key.span };
        let mut mount = Object::at(span).put("name", Node::string(key.span, id)).put("mountPath", path);
        for entry in written.entries() {
            let field = entry.key.text().unwrap_or("");
            let copied = matches!(field, "subPath" | "subPathExpr" | "readOnly" | "mountPropagation");
            if copied && !is_empty(&entry.value) && !entry.value.is_false() {
                mount = mount.entry(entry.key.clone(), self.scope.text(&entry.value));
            }
        }
        mount.node()
    }

    /// Notes `advancedMounts` for a controller or a container that is not there.
    fn mounts_of_nothing(&mut self) {
        let all = self.values.entries_at(&["controllers"]);
        let names = |entries: &[crate::yaml::Entry]| -> Vec<SmolStr> {
            entries.iter().filter_map(|entry| entry.key.text()).map(SmolStr::new).collect()
        };
        for (_, _, item) in self.storage.clone() {
            for entry in item.entries_at(&["advancedMounts"]) {
                let controller = entry.key.text().and_then(|id| self.values.at(&["controllers", id]));
                let Some(controller) = controller else {
                    self.fault(FaultKind::MountController, &entry.key, names(all));
                    continue;
                };
                let mut containers = names(controller.entries_at(&["containers"]));
                containers.extend(names(controller.entries_at(&["initContainers"])));
                for mounted in entry.value.entries() {
                    if !containers.iter().any(|name| Some(name.as_str()) == mounted.key.text()) {
                        self.fault(FaultKind::MountContainer, &mounted.key, containers.clone());
                    }
                }
            }
        }
    }
}
