//! What may make more than is known: releases of charts, and custom resources that no table describes.

use super::Member;
use super::answer::Excuse;
use crate::flux::envsubst::is_template;
use crate::helm::Release;
use crate::links::{Kind, Links, Place, Reference};
use crate::resource::Resource;
use crate::source::FileId;
use crate::yaml::Node;
use smol_str::SmolStr;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

/// Something that may make more than is known: a release of a chart, a custom resource that no table describes.
#[derive(Debug)]
pub(super) struct Opaque {
    pub resource: Resource,
    namespace: Option<SmolStr>,
    /// Words that the names of its objects are made of.
    words: Vec<SmolStr>,
    /// Files in which a reference may mean whatever it makes; `None` where its values name all that it makes.
    beside: Option<Range<FileId>>,
    /// Kinds of which it makes nothing that is not known.
    told: Vec<SmolStr>,
    /// Index of the Kustomization that applies it.
    applied: usize,
    /// What its values say, collected when a name is first looked for.
    said: OnceLock<Said>,
}

/// The scalars of a release's values.
#[derive(Debug, Default)]
struct Said {
    texts: HashSet<SmolStr>,
    /// Whether a template among them may give any name.
    open: bool,
}

impl Said {
    fn of(values: &Node) -> Self {
        let mut said = Said::default();
        values.walk(&mut |node| {
            let Some(text) = node.text() else { return };
            said.open |= may_name_anything(text);
            said.texts.insert(SmolStr::new(text));
        });
        said
    }
}

/// Whether a text is a template that may become any name; one that names the release gives a name with its words.
fn may_name_anything(text: &str) -> bool {
    let mut outside = text.split("{{").map(|part| part.rsplit_once("}}").map_or(part, |(_, outside)| outside));
    let is_name = |part: &str| part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
    is_template(text) && !text.contains(".Release.Name") && outside.all(is_name)
}

impl Opaque {
    /// A release of a chart, of whose objects of some kinds all are known. `beside` are the files in which a reference may
    /// mean whatever it makes.
    pub(super) fn release(
        applied: usize,
        resource: &Resource,
        release: Option<&Release>,
        told: Vec<SmolStr>,
        beside: Option<Range<FileId>>,
    ) -> Self {
        let namespace = release.and_then(|release| release.namespace.as_ref()?.known().map(SmolStr::new));
        let names = [release.and_then(|release| release.name.known()), resource.name()];
        let chart = release.and_then(|release| release.chart.known_name());
        let words = names.into_iter().chain([chart]).flatten().filter(|word| word.len() > 2).map(SmolStr::new);
        let words = words.collect();
        Opaque { resource: resource.clone(), namespace, words, beside, told, applied, said: OnceLock::new() }
    }

    /// A custom resource of which no table says what it makes: its operator may make anything that is named after it, or, in any
    /// namespace, after the product that its group names.
    pub(super) fn custom(applied: usize, resource: &Resource, links: &Links) -> Vec<Self> {
        let group = resource.group();
        if !links.is_custom(group) || links.describes(resource) {
            return Vec::new();
        }
        let product = group.rsplit_once('.').map_or("", |(product, _)| product);
        let product =
            product.split('.').filter(|word| word.len() > 4 && *word != "operator").map(SmolStr::new).collect();
        let named = resource.name().filter(|name| name.len() > 2).map(SmolStr::new).into_iter().collect();
        let namespace = resource.namespace().map(SmolStr::new);
        let opaque = |namespace, words| Opaque {
            resource: resource.clone(),
            namespace,
            words,
            beside: None,
            told: Vec::new(),
            applied,
            said: OnceLock::new(),
        };
        vec![opaque(namespace, named), opaque(None, product)]
    }

    /// What its values say.
    fn said(&self) -> &Said {
        self.said.get_or_init(|| {
            let values = self.resource.node.at(&["spec", "values"]);
            values.map(Said::of).unwrap_or_default()
        })
    }

    /// Whether what it makes may be in a namespace and of an app.
    pub(super) fn may_be_of(&self, namespace: &str, app: &str) -> bool {
        let reachable = self.namespace.as_ref().is_none_or(|own| own == namespace);
        reachable && self.is_about(app)
    }

    /// Whether its values speak of objects of a kind: as text, or as the key under which a chart has them.
    pub(super) fn speaks_of(&self, kind: &str) -> bool {
        let mut keyed = false;
        self.resource.node.walk_entries(&mut |entry| {
            keyed = keyed || entry.key.text().is_some_and(|key| key.eq_ignore_ascii_case(kind));
        });
        keyed || self.said().texts.contains(kind)
    }

    /// Whether its own name is like a word, or its values say it.
    pub(super) fn is_about(&self, word: &str) -> bool {
        let alike = |own: &SmolStr| word.contains(own.as_str()) || own.contains(word);
        self.words.iter().any(alike) || self.said().texts.contains(word)
    }

    /// Whether it may make an object. Charts name theirs after the release or the chart, or as their values say; whoever
    /// puts a reference beside a chart means what that chart makes. Operators name theirs after the resource.
    pub(super) fn may_make(&self, kind: &Kind, name: &str, member: &Member, reference: &Reference) -> Option<Excuse> {
        let reachable = match (&reference.place, &self.namespace) {
            (Place::Namespace(wanted), Some(own)) => wanted == own,
            _ => true,
        };
        // What a release takes its values from is there before it.
        let own = self.resource.is_same(&member.resource);
        let before = self.resource.node.at(&["spec", "valuesFrom"]);
        if !reachable
            || self.told.contains(&kind.kind)
            || own && before.is_some_and(|before| before.span.contains(reference.name.span))
        {
            return None;
        }
        let named = self.words.iter().any(|word| name.contains(word.as_str()));
        if named || self.said().open || self.said().texts.contains(name) {
            return Some(Excuse::Fair);
        }
        let common = matches!(kind.kind.as_str(), "Secret" | "ConfigMap" | "Service" | "ServiceAccount");
        let files = self.beside.as_ref().filter(|_| common && self.applied == member.applied);
        let beside = files.is_some_and(|files| own || files.contains(&reference.name.span.file));
        beside.then_some(Excuse::Weak)
    }
}
