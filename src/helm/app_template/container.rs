//! Containers: image, command, environment, probes and ports.

use super::super::fault::FaultKind;
use super::super::object::set_unknown;
use super::super::object::{self, Object, is_empty, layered, plain};
use super::app::{App, Enabled, Item, find, ids, sorted};
use crate::yaml::{Mode, Node, Resolved, go_number};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Container fields that are handed on as written.
const FIELDS: [&str; 10] = [
    "lifecycle",
    "ports",
    "resources",
    "restartPolicy",
    "securityContext",
    "stdin",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
    "workingDir",
];

/// What a probe waits for where its `spec` does not say.
const PROBE_DEFAULTS: [(&str, &str); 4] =
    [("failureThreshold", "3"), ("initialDelaySeconds", "0"), ("periodSeconds", "10"), ("timeoutSeconds", "1")];

impl<'a> App<'a> {
    /// The containers or init containers of a controller, in the order in which they depend on one another.
    pub(super) fn containers(&mut self, controller: &Item<'a>, group: &str) -> Vec<Node> {
        let containers = self.enabled(controller.value.entries_at(&[group]));
        for (id, _, value) in &containers {
            for dependency in dependencies(value) {
                let Some(name) = dependency.known() else { continue };
                if !containers.iter().any(|(other, ..)| *other == name) {
                    let others = containers.iter().map(|(other, ..)| SmolStr::new(other));
                    let expected = others.filter(|other| other != id).collect();
                    self.fault(FaultKind::Container, dependency, expected);
                }
            }
        }
        let containers = in_order(containers).into_iter();
        containers.map(|(id, key, value)| self.container(controller, group, id, key, value)).collect()
    }

    fn container(&mut self, controller: &Item<'a>, group: &str, id: &str, key: &Node, value: &Node) -> Node {
        let defaults = controller.value.get("defaultContainerOptions").filter(|_| {
            let switch = controller.value.get("applyDefaultContainerOptionsToInitContainers");
            group == "containers" || !switch.is_some_and(Node::is_false)
        });
        let merged = controller.value.text_at(&["defaultContainerOptionsStrategy"]) == Some("merge");
        let options = layered(value.entries(), defaults.map_or(&[][..], Node::entries), merged);
        let option = |key: &str| object::value(&options, key);
        let name = self.field(value, "nameOverride").unwrap_or_else(|| Node::string(key.span, id));
        let mut out = Object::at(key.span).put("name", name);
        if let Some(image) = option("image") {
            out = out.maybe("image", self.image(image)).maybe("imagePullPolicy", self.field(image, "pullPolicy"));
        }
        for list in ["command", "args"] {
            out = out.maybe(list, option(list).and_then(|node| self.words(node)));
        }
        if let Some(env) = option("env") {
            out = out.list("env", self.env(env));
        }
        if let Some(sources) = option("envFrom") {
            let sources = sources.items().iter().map(|source| self.env_from(source)).collect();
            out = out.list("envFrom", sources);
        }
        out = self.pass(out, &options, &FIELDS);
        for (probe, field) in
            [("liveness", "livenessProbe"), ("readiness", "readinessProbe"), ("startup", "startupProbe")]
        {
            let written =
                value.at(&["probes", probe]).filter(|written| written.get("enabled").is_some_and(Node::is_true));
            out = out.maybe(field, written.and_then(|written| self.probe(controller, written)));
        }
        out.list("volumeMounts", self.mounts(controller, id)).node()
    }

    /// `repository:tag@digest`, or the text of an image that is written as one.
    pub(super) fn image(&self, image: &Node) -> Option<Node> {
        if image.as_scalar().is_some() {
            return Some(self.scope.text(image));
        }
        let repository = self.field(image, "repository")?;
        let (tag, digest) = (self.field(image, "tag"), self.field(image, "digest"));
        let mut text = repository.text()?.to_owned();
        for (sign, part) in [(':', &tag), ('@', &digest)] {
            if let Some(part) = part.as_ref().and_then(Node::text) {
                text.push(sign);
                text.push_str(part);
            }
        }
        let mut node = Node::string(tag.as_ref().or(digest.as_ref()).unwrap_or(&repository).span, text);
        let unknown = [Some(&repository), tag.as_ref(), digest.as_ref()].into_iter().flatten().any(Node::is_unknown);
        set_unknown(&mut node, unknown);
        Some(node)
    }

    /// A command or arguments: a list, or one text as its only item.
    fn words(&self, node: &Node) -> Option<Node> {
        if is_empty(node) {
            return None;
        }
        let node = self.scope.tree(node);
        Some(if node.is_seq() { node } else { Node::seq(node.span, vec![node]) })
    }

    /// Environment variables: a list as written, or a mapping from name to value or source.
    fn env(&mut self, env: &Node) -> Vec<Node> {
        if env.is_seq() {
            return env.items().iter().map(|item| self.env_item(item)).collect();
        }
        let variables = in_order(sorted(env.entries())).into_iter();
        variables.map(|(_, key, value)| self.env_var(key, value)).collect()
    }

    fn env_item(&mut self, item: &Node) -> Node {
        let mut out = Object::at(item.span).maybe("name", self.field(item, "name"));
        out = out.maybe("value", item.get("value").map(|value| self.env_text(value)));
        out.maybe("valueFrom", item.get("valueFrom").map(|source| self.key_source(source))).node()
    }

    fn env_var(&mut self, key: &Node, value: &Node) -> Node {
        let name = Object::at(key.span).put("name", self.scope.text(key));
        if !value.is_map() {
            return name.put("value", self.env_text(value)).node();
        }
        if let Some(value) = value.get("value") {
            return name.put("value", self.env_text(value)).node();
        }
        let source = value.get("valueFrom").unwrap_or(value);
        name.put("valueFrom", self.key_source(source)).node()
    }

    /// A value as the text that the chart quotes: numbers as Go prints them.
    fn env_text(&self, value: &Node) -> Node {
        let value = self.scope.text(value);
        let text: SmolStr = match value.resolve(Mode::Yaml11) {
            _ if value.is_unknown() => return value,
            None | Some(Resolved::Null) => return value,
            Some(Resolved::Str | Resolved::Date) => value.text().unwrap_or("").into(),
            Some(Resolved::Bool(truth)) => if truth { "true" } else { "false" }.into(),
            Some(Resolved::Int(number)) => go_number(number as f64),
            Some(Resolved::Float(number)) => go_number(number),
        };
        Node::string(value.span, text)
    }

    /// A `valueFrom`, whose ConfigMap or Secret may be named by identifier.
    fn key_source(&mut self, source: &Node) -> Node {
        let mut out = Object::at(source.span);
        for entry in source.entries() {
            let key = entry.key.text().unwrap_or("");
            let value = match key {
                "dependsOn" => continue,
                "configMapKeyRef" | "secretKeyRef" => self.reference(&entry.value, key == "secretKeyRef"),
                _ => self.scope.tree(&entry.value),
            };
            out = out.entry(entry.key.clone(), value);
        }
        out.node()
    }

    fn env_from(&mut self, source: &Node) -> Node {
        let mut out = Object::at(source.span);
        for entry in source.entries() {
            let (key, value) = (entry.key.text().unwrap_or(""), &entry.value);
            let secret = key.starts_with("secret");
            out = match key {
                "configMapRef" | "secretRef" => out.entry(entry.key.clone(), self.reference(value, secret)),
                "configMap" | "config" | "secret" => {
                    let items = if secret { &self.secrets } else { &self.config_maps };
                    let own = value.text().and_then(|id| find(items, id)).map(|item| item.name.clone());
                    let name = own.unwrap_or_else(|| self.scope.text(value));
                    let reference = Object::at(value.span).put("name", name).node();
                    out.put(if secret { "secretRef" } else { "configMapRef" }, reference)
                }
                _ => out.entry(entry.key.clone(), self.scope.tree(value)),
            };
        }
        out.node()
    }

    /// A reference to a ConfigMap or Secret with its identifier resolved to a name.
    fn reference(&mut self, reference: &Node, secret: bool) -> Node {
        let Some(identifier) = reference.get("identifier") else { return self.scope.tree(reference) };
        let name = self.data_name(identifier, secret);
        let mut out = Object::at(reference.span).maybe("name", name);
        for entry in reference.entries().iter().filter(|entry| entry.key.text() != Some("identifier")) {
            out = out.entry(entry.key.clone(), self.scope.text(&entry.value));
        }
        out.node()
    }

    /// The name of the ConfigMap or Secret that an identifier stands for.
    pub(super) fn data_name(&mut self, identifier: &Node, secret: bool) -> Option<Node> {
        let identifier = self.scope.text(identifier);
        let items = if secret { &self.secrets } else { &self.config_maps };
        let found = find(items, identifier.known()?).map(|item| item.name.clone().with_span(identifier.span));
        if found.is_none() {
            let kind = if secret { FaultKind::Secret } else { FaultKind::ConfigMap };
            let expected = ids(items);
            self.fault(kind, &identifier, expected);
        }
        found
    }

    fn probe(&mut self, controller: &Item, probe: &Node) -> Option<Node> {
        let spec = probe.get("spec");
        if probe.get("custom").is_some_and(Node::is_true) {
            return spec.filter(|spec| !is_empty(spec)).map(|spec| self.scope.tree(spec));
        }
        let mut out = Object::at(probe.span);
        for (field, default) in PROBE_DEFAULTS {
            let written = spec.and_then(|spec| spec.get(field)).filter(|node| !node.is_null());
            out = out.put(field, written.map_or_else(|| plain(probe.span, default), |node| self.scope.text(node)));
        }
        let kind = self.field(probe, "type");
        let kind = kind.as_ref().and_then(Node::text);
        if let Some(command) = self.field(probe, "command").filter(|_| matches!(kind, None | Some("AUTO" | "COMMAND")))
        {
            let action = Object::at(probe.span).put("command", command);
            return Some(out.put("exec", action.node()).node());
        }
        let action = Object::at(probe.span).put("port", self.probed_port(controller, probe)?);
        match kind.unwrap_or("TCP") {
            "TCP" => Some(out.put("tcpSocket", action.node()).node()),
            scheme @ ("HTTP" | "HTTPS") => {
                let action = action.maybe("path", self.field(probe, "path")).text("scheme", scheme);
                Some(out.put("httpGet", action.node()).node())
            }
            "GRPC" => Some(out.put("grpc", action.maybe("service", self.field(probe, "service")).node()).node()),
            _ => None,
        }
    }

    /// The port of a probe: where it does not say, the target of the primary port of the primary service.
    fn probed_port(&mut self, controller: &Item, probe: &Node) -> Option<Node> {
        if let Some(port) = self.field(probe, "port") {
            return Some(number(port));
        }
        let service = self.primary_service(controller.id)?;
        let port = self.primary_port(&service)?;
        self.field(port.value, "targetPort").or_else(|| self.field(port.value, "port")).map(number)
    }
}

/// A port as the chart prints it: digits become a number however they were quoted.
pub(super) fn number(node: Node) -> Node {
    let Some(text) = node.known() else { return node };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return node;
    }
    plain(node.span, text)
}

/// `dependsOn`: one name or several.
fn dependencies(value: &Node) -> &[Node] {
    match value.get("dependsOn") {
        Some(node) if node.is_seq() => node.items(),
        Some(node) => std::slice::from_ref(node),
        None => &[],
    }
}

/// Items, given in alphabetical order, such that each comes after those it depends on; a circle is cut where it is
/// entered.
fn in_order(items: Vec<Enabled>) -> Vec<Enabled> {
    if items.iter().all(|(.., value)| dependencies(value).is_empty()) {
        return items;
    }
    let find = |id: &str| items.binary_search_by_key(&id, |(other, ..)| other).ok();
    let mut ordered = Vec::with_capacity(items.len());
    let (mut entered, mut left) = (BTreeSet::new(), BTreeSet::new());
    for start in 0..items.len() {
        // The items on the way, each before those that it waits for.
        let mut path = vec![start];
        while let Some(item) = path.last().and_then(|at| items.get(*at)).copied() {
            entered.insert(item.0);
            let mut names = dependencies(item.2).iter().filter_map(Node::text);
            match names.find_map(|name| find(name).filter(|_| !entered.contains(name))) {
                Some(next) => path.push(next),
                None => {
                    path.pop();
                    ordered.extend(left.insert(item.0).then_some(item));
                }
            }
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_come_first() {
        let order_of = |text: &str| {
            let parsed = crate::yaml::parse(crate::source::FileId(0), text);
            let root = parsed.documents.first().map(|document| document.root.clone());
            let entries = root.iter().flat_map(Node::entries).cloned().collect::<Vec<_>>();
            in_order(sorted(&entries)).iter().map(|(id, ..)| *id).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(order_of("c: {}\nb: {}\na: {dependsOn: c}\n"), "c a b");
        assert_eq!(order_of("a: {dependsOn: [b, x]}\nb: {dependsOn: a}\n"), "b a");
        assert_eq!(order_of("b: 1\na: 2\nb: 3\n"), "a b");
    }
}
