//! What changes in the clusters between two states of a repository, object by object.

mod danger;
mod version;

use crate::flux::Fleet;
use crate::resource::Resource;
use crate::yaml::{Entry, Node, Value, from_table, same_data};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use version::{Step, VersionChange};

/// `schemas/dangers.yaml`.
#[derive(Debug, Default, Deserialize)]
struct Table {
    removed: BTreeMap<String, String>,
    fixed: BTreeMap<String, Vec<String>>,
    rights: Vec<String>,
    versions: Vec<String>,
}

/// What the table says.
static TABLE: LazyLock<Table> = LazyLock::new(|| from_table(include_str!("../../../schemas/dangers.yaml")));

/// An object that is added, removed or changed.
#[derive(Debug)]
pub struct ObjectChange<'a> {
    /// The cluster that it is in.
    pub cluster: &'a str,
    /// As it was applied; `None` where it is new.
    pub before: Option<&'a Resource>,
    /// As it is applied; `None` where it is removed.
    pub after: Option<&'a Resource>,
    /// The fields that change, where it stays.
    pub fields: Vec<FieldChange<'a>>,
    /// What to look at twice.
    pub dangers: Vec<String>,
    /// The versions that change.
    pub versions: Vec<VersionChange<'a>>,
}

/// A field that changes.
#[derive(Debug, Clone)]
pub struct FieldChange<'a> {
    /// Its path: keys with dots between them, items of lists by name or number in brackets.
    pub path: String,
    /// What it was; `None` where it is new.
    pub before: Option<&'a Node>,
    /// What it is; `None` where it is removed.
    pub after: Option<&'a Node>,
}

impl<'a> ObjectChange<'a> {
    /// As it is, or as it was where it is removed.
    pub fn object(&self) -> Option<&'a Resource> {
        self.after.or(self.before)
    }
}

/// Cluster, group, kind, namespace and name, the latter without the hash that kustomize adds.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

/// What changes in the clusters of a repository, in order of clusters, kinds and names.
pub fn difference<'a>(before: &'a Fleet, after: &'a Fleet) -> Vec<ObjectChange<'a>> {
    let (old, new) = (objects(before), objects(after));
    let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
    let mut changes: Vec<(&Key, ObjectChange)> = keys.filter_map(|key| Some((key, change(key, &old, &new)?))).collect();
    changes.sort_by_key(|(key, _)| **key);
    changes.into_iter().map(|(_, change)| change).collect()
}

type Objects<'a> = BTreeMap<Key<'a>, &'a Resource>;

fn objects(fleet: &Fleet) -> Objects<'_> {
    let mut objects = BTreeMap::new();
    for cluster in &fleet.clusters {
        let applied = cluster.applying().flat_map(|(_, applied)| &applied.resources);
        for resource in applied {
            let Some((group, kind, namespace, name)) = resource.identity() else { continue };
            objects.insert((cluster.name.as_str(), group, kind, namespace, plain(kind, name)), resource);
        }
    }
    objects
}

/// A name without the hash behind the name of a generated ConfigMap or Secret.
fn plain<'n>(kind: &str, name: &'n str) -> &'n str {
    let is_hash = |end: &str| end.len() == 10 && end.bytes().all(|byte| b"gh2k456789mbcdtf".contains(&byte));
    let without = name.rsplit_once('-').filter(|(_, end)| matches!(kind, "ConfigMap" | "Secret") && is_hash(end));
    without.map_or(name, |(start, _)| start)
}

fn change<'a>(key: &Key<'a>, old: &Objects<'a>, new: &Objects<'a>) -> Option<ObjectChange<'a>> {
    let (before, after) = (old.get(key).copied(), new.get(key).copied());
    let mut fields = Vec::new();
    if let (Some(before), Some(after)) = (before, after) {
        compare(&before.node, &after.node, String::new(), &mut fields);
        if fields.is_empty() {
            return None;
        }
    }
    let versions = version::changes(&fields);
    let mut change = ObjectChange { cluster: key.0, before, after, fields, dangers: Vec::new(), versions };
    change.dangers = danger::dangers(&change);
    Some(change)
}

/// Notes what differs at and below two nodes.
fn compare<'a>(before: &'a Node, after: &'a Node, path: String, found: &mut Vec<FieldChange<'a>>) {
    if same_data(before, after) {
        return;
    }
    match (&before.value, &after.value) {
        (Value::Map(_), Value::Map(_)) => {
            for Entry { key, value } in before.entries() {
                let name = key.text().unwrap_or("");
                pair(Some(value), after.get(name), below(&path, name), found);
            }
            for Entry { key, value } in after.entries() {
                let name = key.text().unwrap_or("");
                if before.get(name).is_none() {
                    pair(None, Some(value), below(&path, name), found);
                }
            }
        }
        (Value::Seq(old), Value::Seq(new)) => match identities(old).zip(identities(new)) {
            Some((old, new)) => {
                for (name, item) in &old {
                    pair(Some(item), new.get(name).copied(), format!("{path}[{name}]"), found);
                }
                for (name, item) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                    pair(None, Some(item), format!("{path}[{name}]"), found);
                }
            }
            None => {
                for at in 0..old.len().max(new.len()) {
                    pair(old.get(at), new.get(at), format!("{path}[{at}]"), found);
                }
            }
        },
        _ => found.push(FieldChange { path, before: Some(before), after: Some(after) }),
    }
}

fn pair<'a>(before: Option<&'a Node>, after: Option<&'a Node>, path: String, found: &mut Vec<FieldChange<'a>>) {
    match (before, after) {
        (Some(before), Some(after)) => compare(before, after, path, found),
        (None, None) => {}
        _ => found.push(FieldChange { path, before, after }),
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Keys that tell the items of a list apart.
const IDENTITIES: [&str; 5] = ["name", "key", "mountPath", "containerPort", "ip"];

/// The items of a list by what tells them apart, or by themselves where they are texts; `None` where nothing does.
fn identities(items: &[Node]) -> Option<BTreeMap<&str, &Node>> {
    let texts =
        || items.iter().map(|item| Some((item.as_scalar()?.text.as_str(), item))).collect::<Option<BTreeMap<_, _>>>();
    let by =
        |key: &str| items.iter().map(|item| Some((item.text_at(&[key])?, item))).collect::<Option<BTreeMap<_, _>>>();
    let unique = |found: &BTreeMap<&str, &Node>| found.len() == items.len();
    IDENTITIES.iter().find_map(|key| by(key).filter(unique)).or_else(|| texts().filter(unique))
}
