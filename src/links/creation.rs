//! What resources bring into being.

use super::path::{Condition, Filled, Path, Template};
use super::{Kind, Links, Place, own_place};
use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{Node, OneOrMany};
use serde::Deserialize;
use smol_str::SmolStr;

/// An object that a resource brings into being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// What.
    pub kind: Kind,
    /// Its name; `None` where that is not known.
    pub name: Option<SmolStr>,
    /// Whether `-0`, `-1` … follow the name.
    pub ordinal: bool,
    /// Where.
    pub place: Place,
    /// The keys of its data; `None` where they are not known.
    pub keys: Option<Vec<SmolStr>>,
    /// What to point at: the scalar that gives the name.
    pub span: Span,
}

impl Created {
    /// Whether it could be the object with this name.
    pub fn is_named(&self, name: &str) -> bool {
        let Some(own) = &self.name else { return true };
        if !self.ordinal {
            return own == name;
        }
        let number = name.strip_prefix(own.as_str()).and_then(|rest| rest.strip_prefix('-'));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// What one kind creates.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Creation {
    /// The kinds that create it, while the table is read.
    pub from: OneOrMany<Kind>,
    /// Where in the resource each object is described; the resource itself where nothing is said.
    at: Option<Path>,
    /// Any: the description says it.
    #[serde(rename = "kind")]
    to: Kind,
    #[serde(rename = "name")]
    names: OneOrMany<Template>,
    /// The own one where nothing is said.
    namespace: Option<Scope>,
    #[serde(default)]
    ordinal: bool,
    /// Whether nothing else makes objects of such a name.
    #[serde(default)]
    alone: bool,
    keys: Option<OneOrMany<Keys>>,
    #[serde(default)]
    open: OneOrMany<Path>,
    #[serde(default)]
    when: OneOrMany<Condition>,
}

#[derive(Debug, Clone)]
pub(super) enum Scope {
    Everywhere,
    Unknown,
    Named(Template),
}

#[derive(Debug, Clone)]
pub(super) enum Keys {
    Word(SmolStr),
    At(Path),
}

impl Creation {
    /// The kind of what an object describes.
    fn kind(&self, object: &Node) -> Option<Kind> {
        if !self.to.is_any() {
            return Some(self.to.clone());
        }
        let version = object.text_at(&["apiVersion"]).unwrap_or("");
        let group = version.rsplit_once('/').map_or("", |(group, _)| group);
        Some(Kind { group: SmolStr::new(group), kind: SmolStr::new(object.get("kind")?.known()?) })
    }
}

impl Links {
    /// A resource as one of the objects that there are; `None` without a name.
    pub fn itself(&self, resource: &Resource) -> Option<Created> {
        let name = resource.node.at(&["metadata", "name"])?;
        let kind = Kind { group: SmolStr::new(resource.group()), kind: resource.kind.clone() };
        let place = match resource.namespace() {
            _ if self.cluster_scoped.contains(&kind) => Place::Cluster,
            Some(namespace) => Place::Namespace(SmolStr::new(namespace)),
            None => Place::Unknown,
        };
        let data = resource.is("", "Secret") || resource.is("", "ConfigMap");
        let keys = if data { self.keys(resource) } else { None };
        let name = name.literal().map(SmolStr::new);
        Some(Created { kind, name, ordinal: false, place, keys, span: resource.name_span() })
    }

    /// A resource, and every object that it brings into being.
    pub fn brings(&self, resource: &Resource) -> Vec<Created> {
        self.itself(resource).into_iter().chain(self.creates(resource)).collect()
    }

    /// Every object that a resource brings into being, as far as the tables know.
    pub fn creates(&self, resource: &Resource) -> Vec<Created> {
        self.creates_of(resource, |_| true)
    }

    /// The objects of some kinds that a resource brings into being.
    pub fn creates_of(&self, resource: &Resource, wanted: impl Fn(&Kind) -> bool) -> Vec<Created> {
        let rows = self.creations.get(&resource.kind).into_iter().chain(self.creations.get("*")).flatten();
        let rows = rows.filter(|(group, creation)| {
            let own = group == resource.group() || group == "*";
            own && (creation.to.is_any() || wanted(&creation.to))
        });
        let mut found = Vec::new();
        for (_, creation) in rows {
            match &creation.at {
                None => found.extend(self.created(creation, &creation.to, &resource.node, resource)),
                Some(path) => path.each(&resource.node, &mut |object| {
                    let kind = creation.kind(object).filter(|kind| wanted(kind));
                    found.extend(kind.into_iter().flat_map(|kind| self.created(creation, &kind, object, resource)));
                }),
            }
        }
        found
    }

    /// The objects of a kind that one description stands for.
    fn created(&self, creation: &Creation, kind: &Kind, object: &Node, resource: &Resource) -> Vec<Created> {
        if !creation.when.0.iter().all(|condition| condition.holds(object)) {
            return Vec::new();
        }
        let place = match &creation.namespace {
            _ if self.cluster_scoped.contains(kind) => Place::Cluster,
            None => own_place(resource),
            Some(Scope::Everywhere) => Place::Everywhere,
            Some(Scope::Unknown) => Place::Unknown,
            Some(Scope::Named(template)) => match template.fill(object).pop() {
                // What an operator fills in stands for many.
                Some(Filled { text: Some(text), .. }) if text.contains("{{") => Place::Everywhere,
                Some(Filled { text: Some(text), .. }) => Place::Namespace(text),
                Some(_) => Place::Unknown,
                None => own_place(resource),
            },
        };
        let open = creation.open.0.iter().any(|path| path.first(object).is_some_and(|node| !is_empty(node)));
        let keys = creation.keys.as_ref().filter(|_| !open).map(|keys| {
            let words = keys.0.iter().flat_map(|keys| match keys {
                Keys::Word(word) => vec![word.clone()],
                Keys::At(path) => path.words(object),
            });
            words.collect::<Vec<SmolStr>>()
        });
        // Whoever refers to a copy whose name is not known does so by the same unknown name.
        let filled = creation.names.0.iter().flat_map(|name| name.fill(object));
        let filled = filled.filter(|filled| filled.text.is_some() || place != Place::Everywhere);
        // An empty name is no name.
        let filled = filled.filter(|filled| filled.text.as_deref() != Some(""));
        let object = |filled: Filled| Created {
            kind: kind.clone(),
            name: filled.text.filter(|text| !text.contains("{{")),
            ordinal: creation.ordinal,
            place: place.clone(),
            keys: keys.clone(),
            span: filled.span.unwrap_or_else(|| resource.name_span()),
        };
        filled.map(object).collect()
    }

    /// What alone makes an object of this name: its kind and its name.
    pub fn only_maker(&self, kind: &Kind, name: &str) -> Option<(Kind, SmolStr)> {
        let rows = self.creations.iter().flat_map(|(from, rows)| rows.iter().map(move |row| (from, row)));
        let mut rows = rows.filter(|(_, (_, creation))| creation.alone && creation.to == *kind);
        rows.find_map(|(from, (group, creation))| {
            let owner = creation.names.0.iter().find_map(|template| template.unfilled(name))?;
            Some((Kind { group: group.clone(), kind: from.clone() }, SmolStr::new(owner)))
        })
    }

    /// Whether a table says what this resource creates, or that it creates nothing.
    pub fn describes(&self, resource: &Resource) -> bool {
        let kind = Kind { group: SmolStr::new(resource.group()), kind: resource.kind.clone() };
        let rows = self.creations.get(&resource.kind).map_or(&[][..], Vec::as_slice);
        rows.iter().any(|(group, _)| group == resource.group()) || self.inert.contains(&kind)
    }

    /// The keys of a ConfigMap's or Secret's own data; `None` where something else fills it in.
    pub fn keys(&self, resource: &Resource) -> Option<Vec<SmolStr>> {
        if self.filled.iter().any(|condition| condition.holds(&resource.node)) {
            return None;
        }
        let fields = ["data", "binaryData", "stringData"];
        let entries = fields.iter().flat_map(|field| resource.node.entries_at(&[field]));
        Some(entries.filter_map(|entry| entry.key.text()).map(SmolStr::new).collect())
    }
}

fn is_empty(node: &Node) -> bool {
    node.is_null() || node.is_map() && node.entries().is_empty() || node.is_seq() && node.items().is_empty()
}
