//! Reads the tables.

use super::{Condition, Created, Creation, Field, Keys, Kind, Links, Path, Place, Scope, Template};
use crate::source::{FileId, Span};
use crate::yaml::{self, Node};
use smol_str::SmolStr;

/// Tables in the binary, one a subject.
const TABLES: [&str; 6] = [
    include_str!("../../schemas/links/kubernetes.yaml"),
    include_str!("../../schemas/links/flux.yaml"),
    include_str!("../../schemas/links/gateway.yaml"),
    include_str!("../../schemas/links/secrets.yaml"),
    include_str!("../../schemas/links/storage.yaml"),
    include_str!("../../schemas/links/operators.yaml"),
];

pub(super) fn embedded() -> Links {
    let mut links = Links::default();
    for text in TABLES {
        for document in yaml::parse(FileId(u32::MAX), text).documents {
            add(&mut links, &document.root);
        }
    }
    links
}

type Problems = Vec<(Span, String)>;

pub(super) fn add(links: &mut Links, table: &Node) -> Problems {
    let mut problems = Vec::new();
    links.cluster_scoped.extend(kinds(table.get("cluster-scoped")));
    links.inert.extend(kinds(table.get("inert")));
    links.addresses.extend(words(table.get("addresses")));
    links.sharing.extend(words(table.get("sharing")));
    let across = table.entries_at(&["sharing-across"]).iter();
    links
        .sharing_across
        .extend(across.filter_map(|entry| Some((entry.key.text()?.into(), entry.value.text()?.into()))));
    let in_step = words(table.get("in-step"));
    links.in_step.extend(in_step.iter().map(|names| names.split_whitespace().map(SmolStr::new).collect()));
    links.block_storage.extend(words(table.get("block-storage")));
    let filled = words(table.get("filled"));
    links.filled.extend(filled.iter().filter_map(|condition| Condition::parse(condition)));
    for row in table.items_at(&["references"]) {
        references(links, row, &mut problems);
    }
    for hint in table.entries_at(&["hints"]) {
        let Some(kind) = hint.key.text().map(kind) else { continue };
        links.hints.extend(words(Some(&hint.value)).into_iter().map(|key| (key, kind.clone())));
    }
    for row in table.items_at(&["creates"]) {
        creations(links, row, &mut problems);
    }
    for entry in table.entries_at(&["controllers"]) {
        let name = SmolStr::new(entry.key.text().unwrap_or(""));
        links.controllers.extend(kinds(Some(&entry.value)).into_iter().map(|kind| (kind, name.clone())));
    }
    for row in table.items_at(&["always"]) {
        for name in words(row.get("names")) {
            let Some(kind) = kinds(row.get("kind")).pop() else { continue };
            let namespace = row.text_at(&["namespace"]).map(|name| Place::Namespace(SmolStr::new(name)));
            let cluster = links.cluster_scoped.contains(&kind);
            let place = if cluster { Place::Cluster } else { namespace.unwrap_or(Place::Everywhere) };
            let keys = row.get("keys").map(|keys| words(Some(keys)));
            links.always.push(Created { kind, name: Some(name), ordinal: false, place, keys, span: row.span });
        }
    }
    problems
}

fn references(links: &mut Links, row: &Node, problems: &mut Problems) {
    let fields: Vec<Field> = row.items_at(&["fields"]).iter().filter_map(|row| field(row, problems)).collect();
    let Some(from) = row.get("from") else { return };
    if from.text() == Some("*") {
        links.fallback.extend(fields);
        return;
    }
    // A mapping gives each kind with the path at which the fields begin.
    let starts = from.entries().iter().filter_map(|entry| Some((kind(entry.key.text()?), entry.value.text()?)));
    let plain = kinds(Some(from)).into_iter().map(|kind| (kind, ""));
    for (kind, start) in starts.chain(plain) {
        let Some(start) = Path::parse(start) else { continue };
        let rows = links.references.entry(kind.kind).or_default();
        rows.extend(
            fields.iter().map(|field| (kind.group.clone(), Field { at: start.then(&field.at), ..field.clone() })),
        );
    }
}

fn field(row: &Node, problems: &mut Problems) -> Option<Field> {
    Some(Field {
        at: path(row, "at", problems)?,
        to: if row.text_at(&["to"]) == Some("*") { Vec::new() } else { kinds(row.get("to")) },
        name: path(row, "name", problems).or_else(|| Path::parse("name"))?,
        namespace: path(row, "namespace", problems),
        kind: path(row, "kind", problems).or_else(|| Path::parse("kind"))?,
        key: path(row, "key", problems),
        port: path(row, "port", problems),
        default_key: row.text_at(&["default-key"]).map(SmolStr::new),
        needs: words(row.get("needs")),
        optional: Path::parse("optional")?,
        always_optional: row.get("optional").is_some_and(Node::is_true),
        when: conditions(row, problems),
    })
}

fn creations(links: &mut Links, row: &Node, problems: &mut Problems) {
    let Some(to) = kinds(row.get("kind")).pop() else {
        problems.push((row.span, "this row does not say which `kind` is created".to_owned()));
        return;
    };
    let template = |text: &str| Template::parse(text);
    let namespace = match row.text_at(&["namespace"]) {
        None => Some(Scope::Own),
        Some("*") => Some(Scope::Everywhere),
        Some("?") => Some(Scope::Unknown),
        Some(text) => template(text).map(Scope::Named),
    };
    let keys = row.get("keys").map(|keys| words(Some(keys)).into_iter().map(key).collect());
    let open = words(row.get("open")).iter().filter_map(|path| Path::parse(path)).collect::<Vec<_>>();
    let when = conditions(row, problems);
    for name in words(row.get("name")) {
        let (Some(name), Some(namespace)) = (template(&name), namespace.clone()) else {
            problems.push((row.span, "a brace is not closed here, or a path is malformed".to_owned()));
            continue;
        };
        let creation = Creation {
            to: to.clone(),
            name,
            namespace,
            ordinal: row.get("ordinal").is_some_and(Node::is_true),
            keys: keys.clone(),
            open: open.clone(),
            when: when.clone(),
        };
        for from in kinds(row.get("from")) {
            links.creations.entry(from.kind).or_default().push((from.group, creation.clone()));
        }
    }
}

/// `{path}` stands for the words there, anything else for itself.
fn key(text: SmolStr) -> Keys {
    let path = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).and_then(Path::parse);
    path.map_or(Keys::Word(text), Keys::At)
}

fn path(row: &Node, name: &str, problems: &mut Problems) -> Option<Path> {
    let node = row.get(name)?;
    let path = node.text().and_then(Path::parse);
    if path.is_none() {
        problems.push((node.span, "this is not a path such as `spec.rules[].backendRefs[]`".to_owned()));
    }
    path
}

fn conditions(row: &Node, problems: &mut Problems) -> Vec<Condition> {
    let Some(node) = row.get("when") else { return Vec::new() };
    let read: Vec<Option<Condition>> = words(Some(node)).iter().map(|text| Condition::parse(text)).collect();
    if read.contains(&None) {
        problems.push((node.span, "this is not a condition such as `spec.type=value`".to_owned()));
    }
    read.into_iter().flatten().collect()
}

/// A word, or a list of words.
fn words(node: Option<&Node>) -> Vec<SmolStr> {
    let Some(node) = node else { return Vec::new() };
    node.text().into_iter().chain(node.items().iter().filter_map(Node::text)).map(SmolStr::new).collect()
}

fn kinds(node: Option<&Node>) -> Vec<Kind> {
    words(node).iter().map(|word| kind(word)).collect()
}

/// `group/Kind`, or `Kind` of the core group.
fn kind(text: &str) -> Kind {
    let (group, kind) = text.rsplit_once('/').unwrap_or(("", text));
    Kind { group: SmolStr::new(group), kind: SmolStr::new(kind) }
}
