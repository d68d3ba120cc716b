//! Reads the tables.

use super::creation::{Creation, Keys, Scope};
use super::path::{Condition, Path, Template};
use super::{Created, Field, Kind, Links, Place, Pool};
use crate::yaml::{OneOrMany, Pairs, Spanned, from_table};
use serde::de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer, value::SeqAccessDeserializer};
use serde::{Deserialize, Deserializer};
use smol_str::SmolStr;
use std::fmt;

/// Tables in the binary, one a subject.
const TABLES: [&str; 6] = [
    include_str!("../../schemas/links/kubernetes.yaml"),
    include_str!("../../schemas/links/flux.yaml"),
    include_str!("../../schemas/links/gateway.yaml"),
    include_str!("../../schemas/links/secrets.yaml"),
    include_str!("../../schemas/links/storage.yaml"),
    include_str!("../../schemas/links/operators.yaml"),
];

/// A table of `schemas/links`, or the `links` of a configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Table {
    references: Vec<References>,
    creates: Vec<Creation>,
    always: Vec<Spanned<Always>>,
    hints: Pairs<Kind, OneOrMany<SmolStr>>,
    controllers: Pairs<SmolStr, OneOrMany<Kind>>,
    inert: OneOrMany<Kind>,
    cluster_scoped: OneOrMany<Kind>,
    filled: OneOrMany<Condition>,
    in_step: OneOrMany<SmolStr>,
    addresses: OneOrMany<SmolStr>,
    pools: Vec<Pool>,
    sharing: OneOrMany<SmolStr>,
    sharing_across: Pairs<SmolStr, SmolStr>,
    service_settings: Pairs<SmolStr, SmolStr>,
    block_storage: OneOrMany<SmolStr>,
    never_shared: OneOrMany<SmolStr>,
    by_people: OneOrMany<SmolStr>,
    built_in: OneOrMany<SmolStr>,
    often_elsewhere: OneOrMany<Kind>,
    adds_variables: Vec<Addition>,
}

/// Kinds that, where the conditions hold, change every Kustomization on its way into the cluster.
#[derive(Debug, Clone, Deserialize)]
struct Addition {
    from: OneOrMany<Kind>,
    #[serde(default)]
    when: OneOrMany<Condition>,
}

/// The fields of some kinds that name other objects.
#[derive(Debug, Clone, Deserialize)]
struct References {
    from: Owners,
    fields: Vec<Field>,
}

/// Kinds, each with the path at which its fields begin.
#[derive(Debug, Clone)]
struct Owners(Vec<(Kind, Path)>);

/// Objects that every cluster has.
#[derive(Debug, Clone, Deserialize)]
struct Always {
    kind: Kind,
    names: OneOrMany<SmolStr>,
    namespace: Option<SmolStr>,
    keys: Option<OneOrMany<SmolStr>>,
}

pub(super) fn embedded() -> Links {
    let mut links = Links::default();
    TABLES.iter().for_each(|text| links.add(from_table(text)));
    links
}

pub(super) fn add(links: &mut Links, table: Table) {
    links.cluster_scoped.extend(table.cluster_scoped.0);
    links.inert.extend(table.inert.0);
    links.addresses.extend(table.addresses.0);
    links.pools.extend(table.pools);
    links.sharing.extend(table.sharing.0);
    links.sharing_across.extend(table.sharing_across.0);
    links.service_settings.extend(table.service_settings.0);
    links.in_step.extend(table.in_step.0.iter().map(|names| names.split_whitespace().map(SmolStr::new).collect()));
    links.block_storage.extend(table.block_storage.0);
    links.never_shared.extend(table.never_shared.0);
    links.filled.extend(table.filled.0);
    links.by_people.0.extend(table.by_people.0);
    links.built_in.0.extend(table.built_in.0);
    links.often_elsewhere.extend(table.often_elsewhere.0);
    for Addition { from, when } in table.adds_variables {
        links.adds_variables.extend(from.0.into_iter().map(|kind| (kind, when.0.clone())));
    }
    for References { from: Owners(owners), mut fields } in table.references {
        // `to: "*"` says it aloud.
        fields.iter_mut().for_each(|field| field.to.0.retain(|kind| !kind.is_any()));
        for (kind, start) in owners {
            let fields = fields.iter().map(|field| Field { at: start.then(&field.at), ..field.clone() });
            if kind.is_any() {
                links.fallback.extend(fields);
            } else {
                let rows = fields.map(|field| (kind.group.clone(), field));
                links.references.entry(kind.kind).or_default().extend(rows);
            }
        }
    }
    for (kind, OneOrMany(keys)) in table.hints.0 {
        links.hints.extend(keys.into_iter().map(|key| (key, kind.clone())));
    }
    for mut creation in table.creates {
        for from in std::mem::take(&mut creation.from).0 {
            let group = if from.is_any() { from.kind.clone() } else { from.group };
            links.creations.entry(from.kind).or_default().push((group, creation.clone()));
        }
    }
    for (name, OneOrMany(kinds)) in table.controllers.0 {
        links.controllers.extend(kinds.into_iter().map(|kind| (kind, name.clone())));
    }
    for Spanned { value: Always { kind, names, namespace, keys }, span } in table.always {
        let cluster = links.cluster_scoped.contains(&kind);
        let place = if cluster { Place::Cluster } else { namespace.map_or(Place::Everywhere, Place::Namespace) };
        let object = |name| Created {
            kind: kind.clone(),
            name: Some(name),
            ordinal: false,
            place: place.clone(),
            keys: keys.clone().map(|keys| keys.0),
            span,
        };
        links.always.extend(names.0.into_iter().map(object));
    }
}

impl Kind {
    /// `*`, which stands for any.
    pub(super) fn is_any(&self) -> bool {
        self.kind == "*"
    }
}

/// `group/Kind`, or `Kind` of the core group.
impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let (group, kind) = text.rsplit_once('/').unwrap_or(("", text));
        Ok(Kind { group: SmolStr::new(group), kind: SmolStr::new(kind) })
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, Path::parse, "this is not a path such as `spec.rules[].backendRefs[]`")
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, Condition::parse, "this is not a condition such as `spec.type=value`")
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer, Template::parse, "a brace is not closed here, or a path is malformed")
    }
}

/// `{path}` stands for the words there, anything else for itself.
impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let path = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).and_then(Path::parse);
        Ok(path.map_or_else(|| Keys::Word(SmolStr::new(text)), Keys::At))
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let scope = |text: &str| match text {
            "*" => Some(Scope::Everywhere),
            "?" => Some(Scope::Unknown),
            text => Template::parse(text).map(Scope::Named),
        };
        parsed(deserializer, scope, "a brace is not closed here, or a path is malformed")
    }
}

fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl Fn(&str) -> Option<T>,
    fault: &str,
) -> Result<T, D::Error> {
    parse(<&str>::deserialize(deserializer)?).ok_or_else(|| Error::custom(fault))
}

/// A kind, a list of kinds, or a mapping of kinds to paths.
impl<'de> Deserialize<'de> for Owners {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Owners;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a kind, a list of kinds or a mapping of kinds to paths")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Owners, E> {
                let kind = Kind::deserialize(serde::de::value::BorrowedStrDeserializer::new(text))?;
                Ok(Owners(vec![(kind, Path::default())]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Owners, A::Error> {
                let kinds: Vec<Kind> = Deserialize::deserialize(SeqAccessDeserializer::new(items))?;
                Ok(Owners(kinds.into_iter().map(|kind| (kind, Path::default())).collect()))
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Owners, A::Error> {
                Pairs::deserialize(MapAccessDeserializer::new(entries)).map(|pairs| Owners(pairs.0))
            }
        }

        deserializer.deserialize_any(Each)
    }
}
