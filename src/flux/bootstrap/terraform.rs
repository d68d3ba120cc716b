//! Terraform that starts Flux, or makes what Flux needs: the blocks of a few resource types, whose plain settings count.

use super::super::entry::{Entry, EntryKind, FLUX_SYSTEM, Synced, object};
use super::command::is_name;
use super::{Bootstrap, core};
use crate::links::{Created, Place};
use crate::source::SourceFile;
use crate::yaml::Node;
use regex::{Match, Regex};
use smol_str::SmolStr;
use std::sync::LazyLock;

/// The head of a block, a setting that is plain text, and a value that is set for a chart.
static PATTERNS: LazyLock<Option<[Regex; 3]>> = LazyLock::new(|| {
    let resource = Regex::new(r#"(?m)^\s*resource\s+"(\w+)"\s+"[^"]*"\s*\{"#).ok()?;
    let setting = Regex::new(r#"(?m)(?:^|[{,])\s*(\w+)\s*=\s*"([^"$%]*)""#).ok()?;
    let value = Regex::new(r#"name\s*=\s*"instance\.sync\.(\w+)"\s*,?\s*value\s*=\s*"([^"$%]*)""#).ok()?;
    Some([resource, setting, value])
});

/// What the blocks of a file make.
pub(super) fn read(source: &SourceFile) -> Bootstrap {
    let mut found = Bootstrap::default();
    let Some([resource, setting, value]) = PATTERNS.as_ref() else { return found };
    for head in resource.captures_iter(&source.text) {
        let (Some(whole), Some(kind)) = (head.get(0), head.get(1)) else { continue };
        let rest = source.text.get(whole.end()..).unwrap_or_default();
        let block = Block { source, text: rest.get(..length(rest)).unwrap_or_default(), setting, value };
        match kind.as_str().trim_end_matches("_v1") {
            "flux_bootstrap_git" => {
                found.made.extend(block.object("Secret", "secret_name"));
                found.entries.extend(block.bootstrap());
            }
            "helm_release" => found.entries.extend(block.instance()),
            "kubernetes_secret" => found.made.extend(block.object("Secret", "name")),
            "kubernetes_config_map" => found.made.extend(block.object("ConfigMap", "name")),
            "kubernetes_namespace" => found.made.extend(block.object("Namespace", "name")),
            _ => {}
        }
    }
    found
}

/// How long a block is whose brace is open.
fn length(text: &str) -> usize {
    let mut depth = 1;
    let close = text.bytes().position(|byte| {
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        depth == 0
    });
    close.unwrap_or(text.len())
}

/// What stands between the braces of a resource.
struct Block<'a> {
    source: &'a SourceFile,
    text: &'a str,
    setting: &'a Regex,
    value: &'a Regex,
}

impl<'a> Block<'a> {
    /// The first setting of a name whose value is plain text.
    fn get(&self, name: &str) -> Option<Node> {
        let settings = self.setting.captures_iter(self.text);
        self.node(settings.filter_map(|found| Some((found.get(1)?, found.get(2)?))), name)
    }

    fn node<'b>(&self, mut found: impl Iterator<Item = (Match<'b>, Match<'b>)>, name: &str) -> Option<Node> {
        let (_, value) = found.find(|(found, _)| found.as_str() == name)?;
        let start = self.text.as_ptr() as usize - self.source.text.as_ptr() as usize;
        Some(Node::string(self.source.span(start + value.start()..start + value.end()), value.as_str()))
    }

    fn object(&self, kind: &'static str, name: &str) -> Option<Created> {
        let node = self.get(name)?;
        let name = node.text().filter(|name| is_name(name))?;
        let place = match self.get("namespace") {
            _ if kind == "Namespace" => Place::Cluster,
            Some(namespace) => Place::Namespace(SmolStr::new(namespace.text()?)),
            None => Place::Unknown,
        };
        Some(object(core(kind), place, name, node.span))
    }

    fn bootstrap(&self) -> Option<Entry> {
        let path = self.get("path")?;
        let namespace = self.get("namespace");
        let namespace = namespace.as_ref().and_then(Node::text).unwrap_or(FLUX_SYSTEM);
        Synced::bootstrap(namespace, path.span).entry(EntryKind::Bootstrap, &path)
    }

    /// The release of the chart that makes a FluxInstance.
    fn instance(&self) -> Option<Entry> {
        self.get("chart").filter(|chart| chart.text().is_some_and(|chart| chart.ends_with("flux-instance")))?;
        // `set` gives one value at a time; a map is given with `yamlencode`.
        let map = self.text.split_once("sync").and_then(|(_, rest)| rest.split_once('{')).map(|(_, map)| map);
        let map = Block { text: map.map_or("", |map| map.get(..length(map)).unwrap_or_default()), ..*self };
        let get = |name: &str| {
            let values = self.value.captures_iter(self.text);
            let set = self.node(values.filter_map(|found| Some((found.get(1)?, found.get(2)?))), name);
            set.or_else(|| map.get(name))
        };
        let path = get("path")?;
        let namespace = self.get("namespace");
        let mut synced = Synced::bootstrap(namespace.as_ref().and_then(Node::text).unwrap_or(FLUX_SYSTEM), path.span);
        synced.kind = get("kind").unwrap_or(synced.kind);
        synced.name = get("name").unwrap_or(synced.name);
        synced.entry(EntryKind::FluxInstance, &path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn blocks_say_what_they_make_and_where_flux_begins() {
        let text = r#"
resource "flux_bootstrap_git" "this" {
  path      = "clusters/a"
  namespace = "gitops"
}
resource "helm_release" "flux_instance" {
  name      = "flux"
  namespace = "flux-system"
  chart     = "oci://ghcr.io/controlplaneio-fluxcd/charts/flux-instance"
  set = [{ name = "instance.sync.path", value = "clusters/b" }, { name = "instance.sync.name", value = "home" }]
}
resource "helm_release" "encoded" {
  chart  = "flux-instance"
  values = [yamlencode({ instance = { sync = { kind = "OCIRepository", path = "clusters/c" } } })]
}
resource "helm_release" "other" {
  chart = "cilium"
}
resource "kubernetes_secret_v1" "key" {
  metadata {
    name      = "age-key"
    namespace = "flux-system"
  }
  data = { "age.agekey" = file("~/key") }
}
resource "kubernetes_namespace" "made" {
  metadata { name = "media" }
}
resource "kubernetes_secret" "variable" {
  metadata { name = "${var.name}" }
}
"#;
        let source = SourceFile::new(FileId(0), "main.tf", text);
        let found = read(&source);
        let begin = |entry: &Entry| format!("{} {}", entry.folder, entry.sources[0].0);
        let begins: Vec<String> = found.entries.iter().map(begin).collect();
        assert_eq!(begins, ["clusters/a gitops", "clusters/b home", "clusters/c flux-system"]);
        let kinds: Vec<String> =
            found.made.iter().map(|made| format!("{} {}", made.kind.kind, source.slice(made.span))).collect();
        assert_eq!(kinds, ["Secret age-key", "Namespace media"]);
    }
}
