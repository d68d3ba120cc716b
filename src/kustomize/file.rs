//! The kustomization file: which fields it may have, what Flux adds to it, and the one Flux makes where there is none.

use super::facts::Facts;
use super::fault::{Fault, FaultKind};
use super::object::put;
use super::overlay::Overlay;
use crate::resource::{KUSTOMIZATION_FILES, Tree};
use crate::schema::Notation;
use crate::source::{FileId, Span, nearest};
use crate::yaml::{Entry, Mode, Node, Resolved, Style};
use smol_str::SmolStr;

/// A kustomization with its fields under their proper names.
#[derive(Debug, Clone)]
pub(super) struct Kustomization {
    /// The fields.
    pub root: Node,
    /// The file; absent for one that Flux makes.
    pub file: Option<FileId>,
    /// The name of the file.
    pub name: SmolStr,
}

impl Default for Kustomization {
    /// One without any field, as Flux begins one.
    fn default() -> Self {
        let root = Node::map(Span::new(FileId(u32::MAX), 0, 0), Vec::new());
        Kustomization { root, file: None, name: SmolStr::new_static("kustomization.yaml") }
    }
}

impl Kustomization {
    /// Whether this is a component.
    pub fn is_component(&self) -> bool {
        self.text("kind") == Some("Component")
    }

    /// The text of a field.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.root.text_at(&[field]).filter(|text| !text.is_empty())
    }

    /// The items of a field.
    pub fn items(&self, field: &str) -> &[Node] {
        self.root.items_at(&[field])
    }
}

/// Reads the kustomization of a folder; `None` where there is none or it cannot be read.
pub(super) fn read(tree: &Tree, facts: &Facts, folder: &str, faults: &mut Vec<Fault>) -> Option<Kustomization> {
    let mut files = KUSTOMIZATION_FILES.iter().filter_map(|name| tree.find(&path_in(folder, name)));
    let file = files.next()?;
    let whole = Span::new(file.source.id, 0, 0);
    if let Some(other) = files.next() {
        let message =
            format!("two kustomization files in one folder: `{}` and `{}`", file.source.name(), other.source.name());
        faults.push(Fault::new(FaultKind::ManyKustomizations, whole, message).help("keep one of them"));
    }
    let broken = file.parsed.documents.first().is_none_or(|document| document.broken);
    let root = file.root().filter(|root| root.is_map() && !broken);
    let Some(root) = root else {
        let message = format!("`{}` cannot be read as a kustomization", file.source.name());
        let kind = if file.parsed.documents.iter().all(|document| document.root.is_null()) {
            FaultKind::Empty
        } else {
            FaultKind::Unreadable
        };
        faults.push(Fault::new(kind, whole, message));
        return None;
    };
    check_empty(root, faults);
    let root = Check { facts, faults }.map(root, "Kustomization");
    let kustomization = Kustomization { root, file: Some(file.source.id), name: file.source.name().into() };
    check_type(&kustomization, faults);
    Some(kustomization)
}

/// Whether there is anything besides `kind` and `apiVersion`.
fn check_empty(root: &Node, faults: &mut Vec<Fault>) {
    let typed = |entry: &&Entry| matches!(entry.key.text(), Some("apiVersion" | "kind")) || entry.value.is_null();
    if root.entries().iter().filter(typed).count() == root.entries().len() {
        faults.push(
            Fault::new(FaultKind::Empty, root.span, "the kustomization is empty")
                .help("list `resources`, or delete the file"),
        );
    }
}

/// `kind` and `apiVersion`.
fn check_type(kustomization: &Kustomization, faults: &mut Vec<Fault>) {
    let root = &kustomization.root;
    let mut expect = |field: &str, wanted: &[&str]| {
        let Some(node) = root.get(field) else { return };
        let Some(text) = node.known().filter(|text| !wanted.contains(text)) else { return };
        let message = format!("`{field}` of a kustomization must be `{}`, not `{text}`", wanted.join("` or `"));
        faults.push(Fault::new(FaultKind::InvalidValue, node.span, message));
    };
    expect("kind", &["Kustomization", "Component"]);
    let version = if kustomization.is_component() { "v1alpha1" } else { "v1beta1" };
    expect("apiVersion", &[&format!("kustomize.config.k8s.io/{version}")]);
}

/// Checks fields strictly, and gives them their proper names: kustomize reads `nameprefix` as `namePrefix`.
struct Check<'a> {
    facts: &'a Facts,
    faults: &'a mut Vec<Fault>,
}

impl Check<'_> {
    fn map(&mut self, node: &Node, mapping: &str) -> Node {
        let facts = self.facts;
        let Some(fields) = facts.mappings.get(mapping) else { return node.clone() };
        let mut entries = Vec::with_capacity(node.entries().len());
        for entry in node.entries() {
            let name = entry.key.text().unwrap_or_default();
            let known = fields.0.iter().find(|(field, _)| field == name);
            let known = known.or_else(|| fields.0.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)));
            let Some((field, notation)) = known else {
                let near = nearest(name, fields.0.iter().map(|(field, _)| field.as_str()));
                let message = format!("unknown field `{name}`");
                self.faults.push(Fault::new(FaultKind::UnknownField, entry.key.span, message).suggest(near));
                continue;
            };
            let key = if field == name {
                entry.key.clone()
            } else {
                Node::scalar(entry.key.span, field.clone(), Style::Plain)
            };
            entries.push(Entry { key, value: self.value(&entry.value, notation, &format!("`{field}`")) });
        }
        Node { value: Node::map(node.span, entries).value, ..node.clone() }
    }

    /// `what` is how messages call the value.
    fn value(&mut self, node: &Node, notation: &Notation, what: &str) -> Node {
        if node.is_null() || *notation == Notation::Any || node.is_unknown() {
            return node.clone();
        }
        let resolved = node.resolve(Mode::Yaml11);
        let expected = match notation {
            Notation::String if resolved != Some(Resolved::Str) => "a string",
            Notation::Bool if !matches!(resolved, Some(Resolved::Bool(_))) => "`true` or `false`",
            Notation::Int if !matches!(resolved, Some(Resolved::Int(_))) => "a whole number",
            Notation::List(_) if !node.is_seq() => "a list",
            Notation::Map(_) | Notation::Mapping(_) if !node.is_map() => "a mapping",
            _ => "",
        };
        if !expected.is_empty() {
            self.faults.push(wrong_type(node, what, expected, resolved.is_some()));
            return Node::null(node.span);
        }
        let value = match notation {
            Notation::Mapping(name) => return self.map(node, name),
            Notation::List(item) => {
                let each = format!("each item of {what}");
                Node::seq(node.span, node.items().iter().map(|node| self.value(node, item, &each)).collect()).value
            }
            Notation::Map(item) => {
                let each = format!("each value of {what}");
                let mut value = |entry: &Entry| self.value(&entry.value, item, &each);
                let entries = node.entries().iter().map(|entry| Entry { value: value(entry), ..entry.clone() });
                Node::map(node.span, entries.collect()).value
            }
            _ => return node.clone(),
        };
        Node { value, ..node.clone() }
    }
}

fn wrong_type(node: &Node, what: &str, expected: &str, scalar: bool) -> Fault {
    let fault = Fault::new(FaultKind::InvalidValue, node.span, format!("{what} must be {expected}"));
    match node.text() {
        Some(text) if scalar && expected == "a string" => fault.help(format!("write `\"{text}\"`")),
        _ => fault,
    }
}

/// The kustomization that Flux makes for a folder that has none.
pub(super) fn generated(tree: &Tree, folder: &str) -> Kustomization {
    let mut resources = Vec::new();
    let mut inside: Option<String> = None;
    let mut first = None;
    for file in tree.below(folder) {
        let path = file.source.path.as_str();
        if inside.as_ref().is_some_and(|prefix| path.starts_with(prefix)) {
            continue;
        }
        let here = Span::new(file.source.id, 0, 0);
        let below = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
        let nested = below.match_indices('/').map(|(at, _)| below.get(..at).unwrap_or(below));
        let own = nested.map(|sub| (sub, path_in(folder, sub))).find(|(_, sub)| tree.kustomization(sub).is_some());
        if let Some((sub, found)) = own {
            let span = tree.kustomization(&found).map_or(here, |file| Span::new(file.source.id, 0, 0));
            resources.push(Node::string(span, sub));
            inside = Some(format!("{found}/"));
            continue;
        }
        let name = file.source.name();
        if !(name.ends_with(".yaml") || name.ends_with(".yml")) || !file.in_artifact {
            continue;
        }
        first.get_or_insert(here);
        resources.push(Node::string(here, below));
    }
    let span = resources.first().map(|node| node.span).or(first).unwrap_or(Span::new(FileId(u32::MAX), 0, 0));
    let mut root = Node::map(span, Vec::new());
    put(&mut root, "resources", Node::seq(span, resources));
    Kustomization { root, ..Kustomization::default() }
}

/// The kustomization with what a Flux Kustomization adds to it.
pub(super) fn overlaid(mut kustomization: Kustomization, overlay: &Overlay) -> Kustomization {
    let root = &mut kustomization.root;
    // Flux's way to keep kustomize from calling a kustomization without resources empty.
    if kustomization.file.is_some() && root.items_at(&["resources"]).is_empty() {
        let span = root.span.before();
        let origins = Node::scalar(span, "originAnnotations", Style::Plain);
        put(root, "buildMetadata", Node::seq(span, vec![origins]));
    }
    if let Some(first) = overlay.build_metadata.first() {
        put(root, "buildMetadata", Node::seq(first.span, overlay.build_metadata.clone()));
    }
    let fields =
        [("namespace", &overlay.namespace), ("namePrefix", &overlay.name_prefix), ("nameSuffix", &overlay.name_suffix)];
    for (field, value) in fields {
        if let Some(value) = value {
            put(root, field, value.clone());
        }
    }
    let lists = [
        ("components", &overlay.components),
        ("patches", &overlay.patches),
        ("patchesStrategicMerge", &overlay.patches_strategic_merge),
        ("patchesJson6902", &overlay.patches_json6902),
    ];
    for (field, more) in lists {
        let Some(first) = more.first() else { continue };
        let items = root.items_at(&[field]).iter().chain(more).cloned().collect();
        put(root, field, Node::seq(first.span, items));
    }
    if let Some(first) = overlay.images.first() {
        // An image of the same name is replaced.
        let mut images = root.items_at(&["images"]).to_vec();
        for image in &overlay.images {
            match images.iter_mut().find(|known| known.text_at(&["name"]) == image.text_at(&["name"])) {
                Some(known) => *known = image.clone(),
                None => images.push(image.clone()),
            }
        }
        put(root, "images", Node::seq(first.span, images));
    }
    kustomization
}

/// The path of a name in a folder; the root is the empty folder.
pub(super) fn path_in(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
