//! A resource against its schema, as the API server judges it, with the place of every fault.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::fault::{Fault, FaultKind};
use super::format::{format_fault, mode_fault};
use super::values::{ApiValue, article, same, shown};
use crate::diagnostic::{Finding, did_you_mean};
use crate::schema::model::{Additional, ListType, Schema, Sizes, Types};
use crate::source::{Span, is_slip, nearest};
use crate::yaml::{Entry, Node, Style};

/// Levels below a misplaced field, at most, where its place is sought.
const MAX_BELOW: usize = 4;

/// Fields of such a level, at most: a definition of a kind holds ever more of them.
const MAX_WIDE: usize = 2000;

/// Places for a misplaced field, at most, that are worth listing.
const MAX_PLACES: usize = 5;

/// One step from the root of a resource to a value.
pub(super) struct Step<'a> {
    /// The field that leads here; empty for the root and for an item of a list.
    pub name: &'a str,
    /// The schema here.
    pub schema: &'a Schema,
}

/// How much of a kind its schema knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it: that of Kubernetes, or of the repository's own definition.
    Whole,
    /// That of one release: another may know more.
    Release,
    /// What people wrote down: it may have other fields, whatever they are called.
    Part,
}

/// A walk over one value beside its schema.
pub(super) struct Walk<'a> {
    /// The kind, as messages name it.
    pub kind: &'a str,
    /// The resource's apiVersion.
    pub api_version: SmolStr,
    /// How much of the kind its schema knows.
    pub extent: Extent,
    /// Whether values must not be shown: those of a Secret.
    pub hidden: bool,
    /// The schema of `metadata`, wherever it is embedded.
    pub meta: Option<&'a Schema>,
    /// From the root to here.
    pub trail: Vec<Step<'a>>,
    /// What was found.
    pub faults: Vec<Fault>,
    /// Whether something could not be judged, so that finding nothing proves nothing.
    pub unsure: bool,
}

impl<'a> Walk<'a> {
    /// A walk over a value whose schema knows all of it.
    pub fn new(kind: &'a str, schema: &'a Schema) -> Self {
        Walk {
            kind,
            api_version: SmolStr::default(),
            extent: Extent::Whole,
            hidden: false,
            meta: None,
            trail: vec![Step { name: "", schema }],
            faults: Vec::new(),
            unsure: false,
        }
    }

    /// Judges a value; `at` is where its absent parts are to be missed.
    pub fn value(&mut self, schema: &'a Schema, node: &'a Node, at: Span) {
        let Some(seen) = ApiValue::of(node) else {
            self.unsure = true;
            return;
        };
        let schema = schema.variants.as_ref().and_then(|variants| variants.of(node)).unwrap_or(schema);
        if seen == ApiValue::Null {
            // The API server drops a null field; an item it cannot drop.
            if self.in_list() && !schema.types.allows(Types::NULL) {
                let message = format!("an item of `{}` is empty", self.name());
                self.fault(FaultKind::WrongType, Finding::new(node.span, message));
            }
            return;
        }
        if !schema.types.allows(seen.types()) {
            return self.wrong_type(schema, node, seen);
        }
        let before = self.faults.len();
        match seen {
            ApiValue::Object => self.object(schema, node, at),
            ApiValue::Array => self.list(schema, node),
            ApiValue::Text(text) => self.text(schema, node, text),
            ApiValue::Number(number) => self.number(schema, node, number),
            ApiValue::Bool(_) | ApiValue::Null => {}
        }
        self.enumeration(schema, node, seen);
        self.logic(schema, node, at);
        // The API server asks for more only where the form is right.
        if self.faults.len() == before && !schema.rules.is_empty() {
            self.rules(schema, node, at);
        }
    }

    // ---- types

    fn wrong_type(&mut self, schema: &'a Schema, node: &'a Node, seen: ApiValue<'a>) {
        let wanted = article(schema.types);
        let found = if self.hidden { seen.name().to_owned() } else { seen.named() };
        let finding = Finding::new(node.span, format!("{} must be {wanted}, found {found}", self.subject()));
        let plain = node.as_scalar().filter(|scalar| self.written_as_read(node, &scalar.text));
        let finding = match (seen, plain) {
            (ApiValue::Bool(_) | ApiValue::Number(_), Some(scalar)) if schema.types.allows(Types::STRING) => {
                finding.safe_fix("quote the value", node.span, format!("\"{}\"", scalar.text))
            }
            (ApiValue::Text(text), _) if self.unquoted(schema, text) => {
                finding.safe_fix("remove the quotes", node.span, text)
            }
            (ApiValue::Text(text), _) if text.trim().is_empty() => finding.help("remove the field, or give it a value"),
            (ApiValue::Object, _) if schema.types.has(Types::ARRAY) => finding.help("start each item with `- `"),
            _ => finding,
        };
        let ApiValue::Bool(truth) = seen else { return self.fault(FaultKind::WrongType, finding) };
        if !schema.types.allows(Types::STRING) {
            return self.fault(FaultKind::WrongType, finding);
        }
        let text = node.text().unwrap_or_default();
        let message = format!("`{text}` is read as the boolean {truth}, but a string is required here");
        self.fault(FaultKind::Truthy, Finding { message, ..finding.help("quote it") });
    }

    /// Whether a plain scalar stands in the file as it reads, so that it can be edited in place.
    fn written_as_read(&self, node: &Node, text: &str) -> bool {
        let plain = node.as_scalar().is_some_and(|scalar| scalar.style == Style::Plain);
        plain && (node.span.end - node.span.start) as usize == text.len()
    }

    /// Whether this text would be right without its quotes.
    fn unquoted(&self, schema: &Schema, text: &str) -> bool {
        let plain = Node::scalar(Span::new(crate::source::FileId(0), 0, 0), text, Style::Plain);
        let seen = ApiValue::of(&plain).map(|seen| seen.types());
        seen.is_some_and(|types| types != Types::NULL && types != Types::STRING && schema.types.allows(types))
    }

    // ---- objects

    fn object(&mut self, schema: &'a Schema, node: &'a Node, at: Span) {
        let mut meant: Vec<&'a str> = Vec::new();
        for entry in node.entries() {
            let Some(name) = self.field_name(&entry.key) else { continue };
            if let Some(names) = &schema.names {
                self.text(names, &entry.key, name);
            }
            if let Some(field) = schema.property(name).map(AsRef::as_ref).or_else(|| self.embedded(schema, name)) {
                self.step(name, field, &entry.value, entry.key.span);
                continue;
            }
            match &schema.additional {
                Additional::Like(like) => self.step(name, like, &entry.value, entry.key.span),
                Additional::Forbidden if !schema.preserve_unknown && !self.is_foreign(schema, name) => {
                    meant.extend(self.unknown_field(schema, node, entry, name));
                }
                Additional::Any | Additional::Forbidden => {}
            }
        }
        self.required(schema, node, at, &meant);
        if self.in_list() && node.entries().iter().all(|entry| entry.value.is_absent()) {
            self.unfilled(schema, node);
        }
        if let Some(sizes) = &schema.sizes {
            self.size(node, node.entries().len(), sizes.min_properties, sizes.max_properties, "field");
        }
        if self.meta.is_some_and(|meta| std::ptr::eq(meta, schema)) {
            self.metadata(node);
        }
    }

    /// The name of a field; a key that is partly unknown could be any of them.
    fn field_name(&mut self, key: &'a Node) -> Option<&'a str> {
        let name = key.text()?;
        if key.is_unknown() {
            self.unsure = true;
            return None;
        }
        Some(name)
    }

    pub(super) fn step(&mut self, name: &'a str, schema: &'a Schema, node: &'a Node, at: Span) {
        self.trail.push(Step { name, schema });
        self.value(schema, node, at);
        self.trail.pop();
    }

    /// What every object has, where a schema takes a whole object.
    fn embedded(&self, schema: &'a Schema, name: &str) -> Option<&'a Schema> {
        (schema.embedded_resource && name == "metadata").then_some(self.meta).flatten()
    }

    /// Fields that no schema names: what SOPS leaves, what a controller writes, the head of a whole object.
    fn is_foreign(&self, schema: &Schema, name: &str) -> bool {
        match name {
            "sops" | "status" => self.trail.len() == 1,
            "apiVersion" | "kind" => schema.embedded_resource,
            _ => false,
        }
    }

    fn required(&mut self, schema: &'a Schema, node: &'a Node, at: Span, meant: &[&str]) {
        let open = node.entries().iter().any(|entry| entry.key.known().is_none());
        let mut missing: Vec<&str> = Vec::new();
        for name in schema.required.iter().map(SmolStr::as_str) {
            let filled = schema.property(name).is_some_and(|field| field.default.is_some());
            let allows_null = schema.property(name).is_some_and(|field| field.types.has(Types::NULL));
            if filled || meant.contains(&name) {
                continue;
            }
            match node.entry(name) {
                None if open => self.unsure = true,
                None => missing.push(name),
                Some(entry) if entry.value.is_null() && !allows_null => {
                    let message = format!("`{name}` is required in {}, but empty", self.place());
                    self.fault(FaultKind::MissingField, Finding::new(entry.key.span, message));
                }
                Some(_) => {}
            }
        }
        if missing.is_empty() {
            return;
        }
        let are = if missing.len() == 1 { "is" } else { "are" };
        let message = format!("{} {are} required in {}", listed(&missing, "and"), self.place());
        self.fault(FaultKind::MissingField, Finding::new(at, message));
    }

    /// Reports the fields of an item that has nothing else and says nothing in them: dropped, they leave it empty.
    fn unfilled(&mut self, schema: &'a Schema, node: &'a Node) {
        for entry in node.entries() {
            let name = entry.key.text().filter(|name| !schema.required.iter().any(|required| required == name));
            let Some(name) = name else { continue };
            let Some(needed) = schema.property(name).and_then(|field| field.required.first()) else { continue };
            let message = format!("`{name}` is empty: `{needed}` is required in it");
            let help = format!("indent what belongs to `{name}`, or remove the item");
            self.fault(FaultKind::MissingField, Finding::new(entry.key.span, message).help(help));
        }
    }

    /// Reports a field that cannot stand here; returns the field that was meant.
    fn unknown_field(&mut self, schema: &'a Schema, node: &Node, entry: &'a Entry, name: &str) -> Option<&'a str> {
        let free = schema.properties.iter().map(|(known, _)| known.as_str()).filter(|known| node.get(known).is_none());
        let slip = same_letters(name, free.clone()).or_else(|| free.clone().find(|known| is_slip(name, known)));
        let message = format!("unknown field `{name}` in {}", self.place());
        let finding = Finding::new(entry.key.span, message);
        // A field of this very name elsewhere explains more than one that only looks alike here.
        let sought = slip.is_none() && self.extent != Extent::Part;
        let home = if sought { self.home(schema, name) } else { None };
        let near = slip.or_else(|| nearest(name, free).filter(|_| sought && home.is_none()));
        let explained = near.is_some() || home.is_some() || self.extent == Extent::Whole;
        if !explained && self.extent == Extent::Part {
            return None;
        }
        let finding = match (near, home) {
            (Some(near), _) => {
                let field = schema.property(near).zip(ApiValue::of(&entry.value));
                let finding = finding.help(did_you_mean(near));
                // A list is not renamed to what holds one text.
                match field.is_some_and(|(field, value)| !field.types.allows(value.types())) {
                    true => finding,
                    false => finding.unsafe_fix(format!("rename it to `{near}`"), entry.key.span, near),
                }
            }
            (None, Some(home)) => finding.help(home),
            (None, None) => finding.maybe_help(known_fields(schema)),
        };
        let kind = if explained {
            FaultKind::UnknownField
        } else {
            let path = match self.path() {
                path if path.is_empty() => SmolStr::new(name),
                path => SmolStr::new(format!("{path}.{name}")),
            };
            FaultKind::UnexplainedField { kind: (self.api_version.clone(), SmolStr::new(self.kind)), path }
        };
        self.fault(kind, finding);
        near
    }

    /// Where a field belongs: one level up, further down, in `metadata`, or nowhere.
    fn home(&self, schema: &Schema, name: &str) -> Option<String> {
        let refers = ["kind", "name"].iter().all(|field| schema.property(field).is_some());
        if name == "namespace" && refers && self.trail.len() > 2 {
            return Some("it refers to objects of its own namespace only".to_owned());
        }
        let objects: Vec<usize> = (0..self.trail.len()).filter(|at| self.is_object(*at)).collect();
        let parent = objects.len().checked_sub(2).and_then(|at| objects.get(at));
        if let Some(parent) = parent
            && self.trail.get(*parent).is_some_and(|step| step.schema.property(name).is_some())
        {
            return Some(format!("it belongs one level up, in {}", self.place_of(parent + 1)));
        }
        // An operator may have added the field to this level since; then one far below is another.
        let below = below(schema, name, if self.extent == Extent::Whole { MAX_BELOW } else { 1 });
        if (1..=MAX_PLACES).contains(&below.len()) {
            let names: Vec<&str> = below.iter().map(String::as_str).collect();
            return Some(format!("it belongs under {}", listed(&names, "or")));
        }
        let of_metadata = matches!(name, "annotations" | "labels" | "namespace" | "name") && self.trail.len() <= 2;
        let metadata = self.meta.is_some_and(|meta| of_metadata && meta.property(name).is_some());
        metadata.then(|| "it belongs under `metadata`".to_owned())
    }

    fn is_object(&self, at: usize) -> bool {
        self.trail.get(at).is_some_and(|step| !step.schema.properties.is_empty())
    }

    // ---- lists

    fn list(&mut self, schema: &'a Schema, node: &'a Node) {
        if let Some(items) = &schema.items {
            for item in node.items() {
                self.step("", items, item, head(item));
            }
        }
        if let Some(sizes) = &schema.sizes {
            self.size(node, node.items().len(), sizes.min_items, sizes.max_items, "entry");
        }
        match &schema.list {
            ListType::Map(keys) => self.unique_by(node, |item| identity(item, keys, schema.items.as_deref())),
            ListType::Set => self.unique_by(node, |item| Some(item.known()?.to_owned())),
            ListType::Atomic if schema.unique_items => self.unique_by(node, |item| Some(item.known()?.to_owned())),
            ListType::Atomic => {}
        }
    }

    fn unique_by(&mut self, node: &'a Node, identity: impl Fn(&Node) -> Option<String>) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for item in node.items() {
            let Some(identity) = identity(item) else { continue };
            let head = item.entries().first().map_or(item.span, |entry| entry.key.span.to(entry.value.span));
            let Some(first) = seen.get(&identity).copied() else {
                seen.insert(identity, head);
                continue;
            };
            let message = format!("`{}` already has the entry {identity}", self.name());
            self.fault(FaultKind::DuplicateEntry, Finding::new(head, message).related(first, "the first one"));
        }
    }

    // ---- scalars

    fn text(&mut self, schema: &'a Schema, node: &'a Node, text: &str) {
        // The two forms of int-or-string share no bounds.
        if let Some(pattern) = &schema.pattern
            && pattern.is_match(text) == Some(false)
        {
            let help = format!("it must match {}", pattern.as_str());
            return self.refused(node, help);
        }
        if let Some(sizes) = &schema.sizes {
            self.length(node, text, sizes);
        }
        if let Some(format) = &schema.format
            && let Some(reason) = format_fault(format, text)
        {
            self.invalid(node, reason, None);
        }
    }

    fn length(&mut self, node: &Node, text: &str, sizes: &Sizes) {
        let length = text.chars().count() as u64;
        if let Some(most) = sizes.max_length.filter(|most| length > *most) {
            let message = format!("{} has {length} characters, at most {most} are allowed", self.subject());
            self.fault(FaultKind::InvalidValue, Finding::new(node.span, message));
        }
        if let Some(least) = sizes.min_length.filter(|least| length < *least) {
            let what = if length == 0 { "is empty".to_owned() } else { format!("has {length} characters") };
            let message =
                format!("{} {what}, at least {} needed", self.subject(), counted(least, "character", "is", "are"));
            self.fault(FaultKind::InvalidValue, Finding::new(node.span, message));
        }
    }

    fn number(&mut self, schema: &'a Schema, node: &'a Node, number: f64) {
        let format = schema.format.as_deref();
        let int32 = format == Some("int32") && !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
        let range = schema.range.as_deref();
        let bound = |limit: Option<f64>, broken: fn(f64, f64) -> bool, words: &str| {
            limit.filter(|limit| broken(number, *limit)).map(|limit| format!("it must be {words} {limit}"))
        };
        let reason = range.and_then(|range| {
            bound(range.minimum, |n, limit| n < limit, "at least")
                .or_else(|| bound(range.maximum, |n, limit| n > limit, "at most"))
                .or_else(|| bound(range.exclusive_minimum, |n, limit| n <= limit, "more than"))
                .or_else(|| bound(range.exclusive_maximum, |n, limit| n >= limit, "less than"))
                .or_else(|| bound(range.multiple_of, |n, step| (n / step).fract() != 0.0, "a multiple of"))
        });
        let reason = reason.or_else(|| int32.then(|| "it must fit into 32 bits".to_owned()));
        let reason = reason.or_else(|| mode_fault(format?, number));
        if let Some(reason) = reason {
            self.invalid(node, "is out of range", Some(reason));
        }
    }

    fn enumeration(&mut self, schema: &'a Schema, node: &'a Node, seen: ApiValue<'a>) {
        if schema.enumeration.is_empty() || schema.enumeration.iter().any(|value| same(value, seen)) {
            return;
        }
        let known: Vec<&str> = schema.enumeration.iter().filter_map(serde_json::Value::as_str).collect();
        let text = node.text().unwrap_or("");
        let near = same_letters(text, known.iter().copied()).or_else(|| nearest(text, known.iter().copied()));
        let all: Vec<String> = schema.enumeration.iter().map(shown).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let help = match near {
            Some(near) => did_you_mean(near),
            None if all.len() <= 12 => format!("allowed: {}", quoted(&all).join(", ")),
            None => format!("{} values are allowed", all.len()),
        };
        self.refused(node, help);
    }

    fn size(&mut self, node: &Node, count: usize, least: Option<u64>, most: Option<u64>, noun: &str) {
        let count = count as u64;
        let open = node.entries().iter().any(|entry| entry.key.known().is_none());
        let fault = if let Some(most) = most.filter(|most| count > *most) {
            format!("at most {most} {} allowed", if most == 1 { "is" } else { "are" })
        } else if let Some(least) = least.filter(|least| count < *least && !open) {
            format!("at least {} needed", counted(least, noun, "is", "are"))
        } else {
            return;
        };
        let has = if count == 0 { "is empty".to_owned() } else { format!("has {}", counted(count, noun, "", "")) };
        let message = format!("{} {}, {fault}", self.subject(), has.trim_end());
        self.fault(FaultKind::InvalidValue, Finding::new(node.span, message));
    }

    /// A value that is none of those allowed.
    fn refused(&mut self, node: &Node, help: String) {
        let message = match self.shown(node) {
            Some(text) => format!("{} cannot be `{text}`", self.subject()),
            None => format!("{} has a value that is not allowed", self.subject()),
        };
        self.fault(FaultKind::InvalidValue, Finding::new(node.span, message).help(help));
    }

    /// The text of a value, where it may be shown and is short.
    fn shown<'n>(&self, node: &'n Node) -> Option<&'n str> {
        node.text().filter(|text| !self.hidden && text.chars().count() <= 80 && !text.contains('\n'))
    }

    pub(super) fn invalid(&mut self, node: &Node, what: &str, help: Option<String>) {
        let message = match self.shown(node) {
            Some(text) => format!("{} {what}: `{text}`", self.subject()),
            None => format!("{} {what}", self.subject()),
        };
        self.fault(FaultKind::InvalidValue, Finding::new(node.span, message).maybe_help(help));
    }

    pub(super) fn fault(&mut self, kind: FaultKind, finding: Finding) {
        self.faults.push(Fault { kind, finding });
    }

    // ---- words

    fn in_list(&self) -> bool {
        self.trail.last().is_some_and(|step| step.name.is_empty()) && self.trail.len() > 1
    }

    /// The field here, or the list that the item here is in.
    pub(super) fn name(&self) -> &str {
        self.trail.iter().rev().map(|step| step.name).find(|name| !name.is_empty()).unwrap_or(self.kind)
    }

    /// The value here, as the subject of a sentence.
    pub(super) fn subject(&self) -> String {
        if self.in_list() { format!("an item of `{}`", self.name()) } else { format!("`{}`", self.name()) }
    }

    /// The object here: `` `spec.chart` of HelmRelease ``.
    pub(super) fn place(&self) -> String {
        self.place_of(self.trail.len())
    }

    fn place_of(&self, depth: usize) -> String {
        match self.path_of(depth) {
            path if path.is_empty() => self.kind.to_owned(),
            path => format!("`{path}` of {}", self.kind),
        }
    }

    pub(super) fn path(&self) -> String {
        self.path_of(self.trail.len())
    }

    fn path_of(&self, depth: usize) -> String {
        let mut path = String::new();
        for step in self.trail.iter().take(depth).skip(1) {
            match step.name {
                "" => path.push_str("[]"),
                name if path.is_empty() => path.push_str(name),
                name => {
                    path.push('.');
                    path.push_str(name);
                }
            }
        }
        path
    }
}

/// What is wrong with a value whose schema knows all of it; `kind` is what messages call it.
pub fn check_value(schema: &Schema, node: &Node, kind: &str) -> Vec<Fault> {
    let mut walk = Walk::new(kind, schema);
    walk.value(schema, node, node.span.before());
    walk.faults
}

/// Where an item of a list is pointed at: its first key.
fn head(item: &Node) -> Span {
    item.entries().first().map_or(item.span, |entry| entry.key.span)
}

/// What tells an item of a list apart; absent keys have their defaults.
fn identity(item: &Node, keys: &[SmolStr], schema: Option<&Schema>) -> Option<String> {
    let mut parts = Vec::new();
    for key in keys {
        let default = || schema?.property(key)?.default.as_deref().map(shown);
        let value = match item.get(key).filter(|value| !value.is_null()) {
            Some(value) => Some(value.known()?.to_owned()),
            None => default(),
        };
        parts.extend(value.map(|value| format!("{key} `{value}`")));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The fields, some levels down, that would take a name: `a`, `a.*.b` for any key of `a`.
fn below(schema: &Schema, name: &str, levels: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut level = vec![(String::new(), schema)];
    for _ in 0..levels {
        let mut next = Vec::new();
        for (path, schema) in level {
            let dot = if path.is_empty() { "" } else { "." };
            let fields = schema.properties.iter().map(|(field, child)| (field.as_str(), child));
            let other = match &schema.additional {
                Additional::Like(child) => Some(("*", child)),
                _ => None,
            };
            let children = fields.chain(other);
            next.extend(
                children.map(|(field, child)| (format!("{path}{dot}{field}"), child.items.as_deref().unwrap_or(child))),
            );
        }
        if next.len() > MAX_WIDE {
            break;
        }
        found.extend(next.iter().filter(|(_, child)| child.property(name).is_some()).map(|(path, _)| path.clone()));
        level = next;
    }
    found
}

/// A name of the same letters in another notation: `base_url`, `BaseURL`, `base-url`.
pub fn same_letters<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let wanted = plain(name);
    candidates.into_iter().find(|candidate| !wanted.is_empty() && plain(candidate) == wanted)
}

fn known_fields(schema: &Schema) -> Option<String> {
    let names: Vec<&str> = schema.properties.iter().map(|(name, _)| name.as_str()).collect();
    (1..=10).contains(&names.len()).then(|| format!("known fields: {}", quoted(&names).join(", ")))
}

fn quoted(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("`{name}`")).collect()
}

/// `` `a`, `b` and `c` ``.
pub(super) fn listed(names: &[&str], word: &str) -> String {
    let mut names = quoted(names);
    let Some(last) = names.pop() else { return String::new() };
    if names.is_empty() { last } else { format!("{} {word} {last}", names.join(", ")) }
}

fn counted(count: u64, noun: &str, one: &str, many: &str) -> String {
    match (count, noun) {
        (1, _) => format!("1 {noun} {one}"),
        (_, "entry") => format!("{count} entries {many}"),
        _ => format!("{count} {noun}s {many}"),
    }
}
