//! What a reference leads to, and what was meant where it leads to nothing.

use super::{Entry, Inventory, Member};
use crate::diagnostic::{Finding, did_you_mean};
use crate::flux::envsubst::is_template;
use crate::links::{Kind, Maker, Place, Reference};
use crate::resource::Resource;
use crate::source::{Span, is_slip, nearest};
use crate::yaml::Node;
use memchr::memmem;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What may have been meant by a name that nothing has.
#[derive(Debug, Clone, Copy)]
pub struct Near<'a> {
    /// The name.
    pub name: &'a str,
    /// What has it.
    pub entry: &'a Entry,
    /// Its kind, where it is not the one that was asked for.
    pub kind: Option<&'a str>,
    /// Whether this explains the reference better than anything out of sight could.
    pub evident: bool,
}

/// How well something out of sight explains that an object is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Excuse {
    /// It may make anything.
    Weak,
    /// It names its objects so.
    Fair,
}

/// What a reference leads to.
#[derive(Debug)]
pub enum Answer<'a> {
    /// To these.
    Here(Vec<&'a Entry>),
    /// To nothing: other namespaces that have the name, and the nearest name where the reference looks.
    Missing {
        /// Entries of the same kind and name in other namespaces.
        elsewhere: Vec<&'a Entry>,
        /// A name that a typo explains.
        near: Option<Near<'a>>,
    },
    /// Nobody can tell offline.
    Unknown,
}

impl<'a> Answer<'a> {
    /// What it leads to.
    pub fn entries(&self) -> &[&'a Entry] {
        match self {
            Answer::Here(entries) => entries,
            _ => &[],
        }
    }

    /// Whether it leads to nothing, and something else may have been meant.
    pub fn has_alternative(&self) -> bool {
        matches!(self, Answer::Missing { elsewhere, near } if !elsewhere.is_empty() || near.is_some())
    }

    /// Whether it leads to nothing, and another namespace has the name.
    pub fn is_elsewhere(&self) -> bool {
        matches!(self, Answer::Missing { elsewhere, .. } if !elsewhere.is_empty())
    }

    /// Whether it leads to nothing, and what was meant instead is plain.
    pub fn is_evident(&self) -> bool {
        matches!(self, Answer::Missing { near: Some(near), .. } if near.evident)
    }

    /// The finding that a reference leads to nothing; `None` where it does or may lead somewhere.
    pub fn missing(&self, reference: &Reference) -> Option<Finding> {
        let Answer::Missing { elsewhere, near } = self else { return None };
        let name = reference.name.literal()?;
        let kind = &reference.kinds.first()?.kind;
        let place = reference.place.namespace().map(|namespace| format!(" in namespace `{namespace}`"));
        let message = format!("{kind} `{name}` does not exist{}", place.unwrap_or_default());
        let finding = Finding::new(reference.name.span, message);
        if let Some((entry, namespace)) = elsewhere.iter().find_map(|entry| Some((entry, entry.place.namespace()?))) {
            return Some(finding.help(format!("it exists in namespace `{namespace}`")).related(entry.span, "here"));
        }
        Some(match near {
            Some(near) => near.suggest(finding),
            None => finding,
        })
    }
}

impl Near<'_> {
    /// Tells what may have been meant.
    pub fn suggest(&self, finding: Finding) -> Finding {
        let help = match self.kind {
            Some(kind) => format!("`{}` is a {kind}: write `kind: {kind}`", self.name),
            None => did_you_mean(self.name),
        };
        let finding = finding.help(help);
        // What every cluster has is written nowhere.
        if self.entry.span.is_nowhere() {
            return finding;
        }
        finding.related(self.entry.span, format!("`{}` is here", self.name))
    }
}

impl Inventory {
    /// What a reference of an object leads to.
    pub fn answer(&self, member: &Member, reference: &Reference) -> Answer<'_> {
        let Some(name) = reference.name.literal() else { return Answer::Unknown };
        let places = |entry: &&Entry| may_be_same(&entry.place, &reference.place);
        let named: Vec<&Entry> = reference.kinds.iter().flat_map(|kind| self.named(kind, name)).collect();
        let here: Vec<&Entry> = named.iter().copied().filter(places).collect();
        if !here.is_empty() {
            return Answer::Here(here);
        }
        let evident = || self.of_other_kind(name, member, reference).or_else(|| self.evident(name, member, reference));
        let near = if self.is_written(name, reference) { None } else { evident() };
        if near.is_some() {
            return Answer::Missing { elsewhere: named, near };
        }
        let excuse = reference.kinds.iter().filter_map(|kind| self.excuse(kind, name, member, reference)).max();
        // Who makes anything at all would not name it as what lies in another namespace.
        if reference.hint || excuse == Some(Excuse::Fair) || excuse == Some(Excuse::Weak) && named.is_empty() {
            return Answer::Unknown;
        }
        let candidates = self.like(reference).filter(|(_, entry)| places(entry));
        let candidates: BTreeMap<&str, &Entry> = candidates.collect();
        let near = nearest(name, candidates.keys().copied());
        let near = near.and_then(|name| Some(Near { name, entry: candidates.get(name)?, kind: None, evident: false }));
        Answer::Missing { elsewhere: named, near }
    }

    /// Everything of the kinds that a reference may lead to.
    fn like<'a>(&'a self, reference: &Reference) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        let names = reference.kinds.iter().filter_map(|kind| self.by_kind.get(kind)).flatten();
        names.flat_map(|(name, entries)| entries.iter().map(|entry| (name.as_str(), entry)))
    }

    /// Whether the repository holds what a reference names although nobody is seen to apply it.
    fn is_written(&self, name: &str, reference: &Reference) -> bool {
        reference.kinds.iter().any(|kind| self.written.get(kind).is_some_and(|names| names.contains(name)))
    }

    /// How well something out of sight explains that an object is not here.
    fn excuse(&self, kind: &Kind, name: &str, member: &Member, reference: &Reference) -> Option<Excuse> {
        let place = &reference.place;
        let unnamed = self.by_kind.get(kind).and_then(|names| names.get(""));
        let anonymous = unnamed.is_some_and(|entries| entries.iter().any(|entry| may_be_same(&entry.place, place)));
        if anonymous || self.is_written(name, reference) {
            return Some(Excuse::Fair);
        }
        if reference.maker == Maker::People {
            return None;
        }
        let unseen = self.hidden.contains(&None)
            || match place {
                Place::Namespace(namespace) => self.hidden.contains(&Some(namespace.clone())),
                _ => !self.hidden.is_empty(),
            };
        let made = self.opaque.iter().filter_map(|maker| maker.may_make(kind, name, member, reference));
        made.chain(unseen.then_some(Excuse::Fair)).max()
    }

    /// Whether a namespace may hold Services and pods of an app that are out of sight.
    pub fn may_hold(&self, namespace: &str, app: &str) -> bool {
        let hidden = [None, Some(SmolStr::new(namespace))].iter().any(|place| self.hidden.contains(place));
        hidden || self.opaque.iter().any(|maker| maker.may_be_of(namespace, app))
    }

    /// Whether objects of a kind may be in a namespace although they are out of sight: somebody applies what is not seen,
    /// writes one, or gives one to a chart.
    pub fn may_have(&self, namespace: &str, kind: &Kind) -> bool {
        let hidden = [None, Some(SmolStr::new(namespace))].iter().any(|place| self.hidden.contains(place));
        let given = || self.opaque.iter().any(|maker| maker.speaks_of(&kind.kind));
        hidden || self.written.contains_key(kind) || given()
    }

    /// Whether volumes of a class may be made on demand: something besides a volume has the class, or may make it.
    pub fn may_provide(&self, class: &str, volume: &Resource) -> bool {
        let kind = Kind { group: SmolStr::new_static("storage.k8s.io"), kind: SmolStr::new_static("StorageClass") };
        let own = volume.node.at(&["spec", "storageClassName"]).map(|node| node.span);
        let provided = self.named(&kind, class).any(|entry| Some(entry.span) != own);
        provided || !self.hidden.is_empty() || self.opaque.iter().any(|maker| maker.is_about(class))
    }

    /// Something of this name and of another kind that the field could name.
    fn of_other_kind(&self, name: &str, member: &Member, reference: &Reference) -> Option<Near<'_>> {
        let own = Place::Namespace(SmolStr::new(member.resource.namespace()?));
        let here =
            |entry: &&Entry| entry.place == Place::Cluster || entry.place == own || entry.place == reference.place;
        reference.others.iter().find_map(|kind| {
            let (kind, names) = self.by_kind.get_key_value(kind)?;
            let (name, entries) = names.get_key_value(name)?;
            Some(Near { name, entry: entries.iter().find(here)?, kind: Some(&kind.kind), evident: true })
        })
    }

    /// What is evidently meant by a name, whatever there may be out of sight: what lies in the same place and is called
    /// the same but for a slip of the fingers, or what the same Kustomization applies, is called after the same app and
    /// serves nobody.
    fn evident(&self, name: &str, member: &Member, reference: &Reference) -> Option<Near<'_>> {
        let here = |entry: &Entry| {
            entry.place == reference.place && matches!(entry.place, Place::Namespace(_) | Place::Cluster)
        };
        // What has no name yet may be called so.
        let unnamed =
            |entry: &Entry| entry.applied == Some(member.applied) && may_be_same(&entry.place, &reference.place);
        if self.like(reference).any(|(other, entry)| other.is_empty() && unnamed(entry)) {
            return None;
        }
        let near = |(name, entry)| Near { name, entry, kind: None, evident: true };
        let slip = self.like(reference).find(|(other, entry)| is_slip(name, other) && here(entry));
        if let Some(slip) = slip.filter(|_| !self.is_mentioned(name, &member.resource)) {
            return Some(near(slip));
        }
        let named = |other: &str| is_of_same_app(name, other);
        let data = |kind: &Kind| matches!(kind.kind.as_str(), "Secret" | "ConfigMap" | "PersistentVolumeClaim");
        let beside = |entry: &Entry| entry.applied == Some(member.applied) && here(entry);
        let mut like = self.like(reference).filter(|_| reference.kinds.iter().all(data));
        like.find(|(other, entry)| beside(entry) && named(other) && self.is_idle(other, entry)).map(near)
    }

    /// What the same Kustomization applies, is of the kind that a reference asks for and of the same app, and none of
    /// those in use: the only such object.
    pub fn unused(&self, member: &Member, reference: &Reference, used: &BTreeSet<Span>) -> Option<Near<'_>> {
        let name = reference.name.literal()?;
        let beside =
            |entry: &Entry| entry.applied == Some(member.applied) && may_be_same(&entry.place, &reference.place);
        let free = |entry: &Entry| beside(entry) && !used.contains(&entry.span);
        let mut like = self.like(reference).filter(|(other, entry)| free(entry) && is_of_same_app(name, other));
        let (name, entry) = like.next()?;
        let alone = like.all(|(_, other)| other.span == entry.span);
        alone.then_some(Near { name, entry, kind: None, evident: false })
    }

    /// Whether somebody wrote this under its name, for whoever refers to it, and nobody does.
    fn is_idle(&self, name: &str, entry: &Entry) -> bool {
        let mut owners =
            self.members.iter().filter(|member| !member.from_chart && entry.applied == Some(member.applied));
        let Some(owner) = owners.find(|member| is_written_in(&member.resource, name, entry)) else { return false };
        // Labels make sidecars pick it up.
        let labels = owner.resource.node.entries_at(&["metadata", "labels"]);
        let own = |label: &str| {
            ["kubernetes.io/", "fluxcd.io/", "fluxcd.controlplane.io/"].iter().any(|own| label.contains(own))
        };
        let picked = labels.iter().filter_map(|label| label.key.text()).any(|label| !own(label));
        !picked && !self.is_mentioned(name, &owner.resource)
    }

    /// Whether any object besides one contains a word.
    fn is_mentioned(&self, word: &str, besides: &Resource) -> bool {
        let word = memmem::Finder::new(word);
        let resources = self.members.iter().filter(|member| !member.from_chart).map(|member| &member.resource);
        let mut others = resources.filter(|resource| !resource.is_same(besides));
        others.any(|resource| says(&resource.node, |text| word.find(text.as_bytes()).is_some()))
    }
}

/// Whether some scalar at or below a node fulfils a condition.
fn says(node: &Node, condition: impl Fn(&str) -> bool) -> bool {
    let mut found = false;
    node.walk(&mut |node| found = found || node.text().is_some_and(&condition));
    found
}

/// Whether an entry has its name from a scalar of a resource.
fn is_written_in(resource: &Resource, name: &str, entry: &Entry) -> bool {
    let mut found = false;
    resource.node.walk(&mut |node| found = found || node.span == entry.span && node.text() == Some(name));
    found
}

/// Whether two names begin with the same word.
fn is_of_same_app(name: &str, other: &str) -> bool {
    let app = |name: &str| name.split('-').next().unwrap_or("").len();
    app(name) > 2 && app(name) == app(other) && name.get(..app(name)) == other.get(..app(other))
}

/// Whether two places may be one.
fn may_be_same(own: &Place, wanted: &Place) -> bool {
    match (own, wanted) {
        (Place::Everywhere | Place::Unknown | Place::Cluster, _)
        | (_, Place::Unknown | Place::Cluster | Place::Everywhere) => true,
        (Place::Namespace(own), Place::Namespace(wanted)) => own == wanted || is_template(own) || is_template(wanted),
    }
}
