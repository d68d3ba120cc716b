//! Reads `schemas/bundle.bin`, which `schemas/generate` writes.
//!
//! Layout: magic, newest Kubernetes minor, the node of ObjectMeta, the lengths of four
//! blocks, then the blocks: texts, nodes, sources, kinds. Numbers are LEB128. Equal nodes
//! are stored once and children stand before their parents, so a node can only refer to
//! smaller numbers. Nothing is compressed: the file is small as it is, opening it means
//! adding up lengths, and only the kinds that are asked for are ever decoded.

use std::sync::{Arc, OnceLock};

use serde_json::Value;
use smol_str::SmolStr;

use super::rule::ValidationRule;
use super::schema::{Additional, ListType, Range, Schema, Sizes};
use super::types::Types;
use crate::kubernetes::pattern::Pattern;

const MAGIC: &[u8] = b"HLSB\x01";
const EMBEDDED: &[u8] = include_bytes!("../../../schemas/bundle.bin");

/// No schema is nested this deep; a damaged bundle could be.
const MAX_DEPTH: usize = 128;

/// Where objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In none.
    Cluster,
}

/// A package that schemas were read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Its name in its registry.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its licence, as SPDX has it.
    pub licence: &'static str,
}

impl Source {
    /// Whether people wrote it down: its kinds may have more fields.
    pub fn is_by_hand(&self) -> bool {
        self.name.ends_with(", by hand")
    }
}

/// Minor versions of Kubernetes, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minors {
    /// The first that serves a kind; the oldest one known means "or earlier".
    pub first: u32,
    /// The last that serves it.
    pub last: u32,
}

/// What is known of a kind without decoding its schema.
#[derive(Debug, Clone, Copy)]
pub struct Kind<'a> {
    /// `apps/v1`.
    pub api_version: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// Whether its objects have a namespace.
    pub scope: Scope,
    /// The package that the schema came from.
    pub source: &'a Source,
    /// The Kubernetes versions that serve it; `None` for custom resources.
    pub minors: Option<Minors>,
}

/// One schema of a kind: Kubernetes' kinds have one for each stretch of minors.
#[derive(Debug, Clone, Copy)]
struct Row {
    api_version: &'static str,
    kind: &'static str,
    scope: Scope,
    source: usize,
    minors: Option<Minors>,
    root: usize,
}

impl Row {
    fn name(&self) -> (&'static str, &'static str) {
        (self.api_version, self.kind)
    }
}

/// The schema of a custom kind in a release of its package.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// The package, in this release.
    pub source: &'a Source,
    bundle: &'a Bundle,
    row: &'a Row,
}

impl Release<'_> {
    /// The schema.
    pub fn schema(&self) -> Option<Arc<Schema>> {
        self.bundle.schema(self.row)
    }
}

/// Schemas by apiVersion and kind, decoded when they are asked for.
#[derive(Debug, Default)]
pub struct Bundle {
    texts: Table,
    nodes: Table,
    decoded: Box<[OnceLock<Arc<Schema>>]>,
    sources: Box<[Source]>,
    rows: Box<[Row]>,
    newest: u32,
    meta: usize,
}

impl Bundle {
    /// The bundle in the binary.
    pub fn embedded() -> Bundle {
        // A test holds that the checked-in file can be read.
        Bundle::read(EMBEDDED).unwrap_or_default()
    }

    /// A bundle of these bytes; `None` if they are none.
    pub fn read(bytes: &'static [u8]) -> Option<Bundle> {
        let mut head = Cursor(bytes.strip_prefix(MAGIC)?);
        let newest = head.number().and_then(|n| u32::try_from(n).ok())?;
        let meta = head.size()?;
        let lengths = [head.size()?, head.size()?, head.size()?, head.size()?];
        let [texts, nodes, sources, rows] = lengths.map(|length| head.take(length));
        let texts = Table::read(texts?)?;
        let nodes = Table::read(nodes?)?;
        std::str::from_utf8(texts.bytes).ok()?;
        let sources = read_sources(Cursor(sources?), &texts)?;
        let rows = read_rows(Cursor(rows?), &texts, sources.len())?;
        Some(Bundle {
            decoded: (0..nodes.len()).map(|_| OnceLock::new()).collect(),
            texts,
            nodes,
            sources,
            rows,
            newest,
            meta,
        })
    }

    /// The newest schema of a kind.
    pub fn find(&self, api_version: &str, kind: &str) -> Option<Arc<Schema>> {
        self.schema(self.variants(api_version, kind).last()?)
    }

    /// The schema of a kind as this minor of Kubernetes has it.
    pub fn find_at(&self, api_version: &str, kind: &str, minor: u32) -> Option<Arc<Schema>> {
        let serves = |row: &&Row| row.minors.is_some_and(|minors| (minors.first..=minors.last).contains(&minor));
        self.schema(self.variants(api_version, kind).iter().find(serves)?)
    }

    /// The schemas of a custom kind as releases of its package have them, oldest first; each is that of the last release
    /// which has it.
    pub fn releases<'a>(&'a self, api_version: &str, kind: &str) -> impl DoubleEndedIterator<Item = Release<'a>> {
        let custom = self.variants(api_version, kind).iter().filter(|row| row.minors.is_none());
        custom.filter_map(|row| Some(Release { source: self.sources.get(row.source)?, bundle: self, row }))
    }

    /// What is known of a kind besides its schema.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<Kind<'_>> {
        let variants = self.variants(api_version, kind);
        let (first, last) = (variants.first()?, variants.last()?);
        Some(Kind {
            api_version: last.api_version,
            kind: last.kind,
            scope: last.scope,
            source: self.sources.get(last.source)?,
            minors: first.minors.zip(last.minors).map(|(first, last)| Minors { first: first.first, last: last.last }),
        })
    }

    /// Every kind as (apiVersion, kind), sorted.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.rows.chunk_by(|a, b| a.name() == b.name()).filter_map(|variants| variants.first().map(Row::name))
    }

    /// The apiVersions of a kind, of any group.
    pub fn versions_of(&self, kind: &str) -> impl Iterator<Item = &'static str> {
        self.kinds().filter(move |(_, known)| *known == kind).map(|(api_version, _)| api_version)
    }

    /// The schema of `metadata`, the same in every kind.
    pub fn object_meta(&self) -> Option<Arc<Schema>> {
        self.node(self.meta, self.nodes.len(), 0)
    }

    /// The newest minor version of Kubernetes that is described.
    pub fn newest_minor(&self) -> u32 {
        self.newest
    }

    /// The packages that the schemas came from.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    fn variants(&self, api_version: &str, kind: &str) -> &[Row] {
        let start = self.rows.partition_point(|row| row.name() < (api_version, kind));
        let rest = self.rows.get(start..).unwrap_or_default();
        let count = rest.partition_point(|row| row.name() == (api_version, kind));
        rest.get(..count).unwrap_or_default()
    }

    fn schema(&self, row: &Row) -> Option<Arc<Schema>> {
        self.node(row.root, self.nodes.len(), 0)
    }

    /// A node below `parent`; the order of numbers rules out circles.
    fn node(&self, id: usize, parent: usize, depth: usize) -> Option<Arc<Schema>> {
        if id >= parent || depth > MAX_DEPTH {
            return None;
        }
        let cell = self.decoded.get(id)?;
        if let Some(schema) = cell.get() {
            return Some(Arc::clone(schema));
        }
        let mut decoder = Decoder { bundle: self, cursor: Cursor(self.nodes.get(id)?), id, depth };
        // Decoded outside the cell: two threads may both do it, neither waits.
        let schema = Arc::new(decoder.schema()?);
        Some(Arc::clone(cell.get_or_init(|| schema)))
    }

    fn text(&self, id: usize) -> Option<&'static str> {
        self.texts.text(id)
    }
}

fn read_sources(mut cursor: Cursor, texts: &Table) -> Option<Box<[Source]>> {
    let count = cursor.size()?;
    (0..count)
        .map(|_| {
            Some(Source {
                name: texts.text(cursor.size()?)?,
                version: texts.text(cursor.size()?)?,
                licence: texts.text(cursor.size()?)?,
            })
        })
        .collect()
}

fn read_rows(mut cursor: Cursor, texts: &Table, sources: usize) -> Option<Box<[Row]>> {
    let count = cursor.size()?;
    (0..count)
        .map(|_| {
            Some(Row {
                api_version: texts.text(cursor.size()?)?,
                kind: texts.text(cursor.size()?)?,
                scope: match cursor.byte()? {
                    0 => Scope::Cluster,
                    _ => Scope::Namespaced,
                },
                source: cursor.size().filter(|source| *source < sources)?,
                minors: read_minors(&mut cursor)?,
                root: cursor.size()?,
            })
        })
        .collect()
}

/// Two zeros stand for a kind that does not come with Kubernetes.
fn read_minors(cursor: &mut Cursor) -> Option<Option<Minors>> {
    let first = u32::try_from(cursor.number()?).ok()?;
    let last = u32::try_from(cursor.number()?).ok()?;
    Some((last > 0).then_some(Minors { first, last }))
}

/// Byte strings found by number.
#[derive(Debug, Default)]
struct Table {
    ends: Box<[usize]>,
    bytes: &'static [u8],
}

impl Table {
    fn read(block: &'static [u8]) -> Option<Table> {
        let mut cursor = Cursor(block);
        let count = cursor.size()?;
        let mut end = 0_usize;
        let ends: Box<[usize]> = (0..count)
            .map(|_| {
                end = end.checked_add(cursor.size()?)?;
                Some(end)
            })
            .collect::<Option<_>>()?;
        (end == cursor.0.len()).then_some(Table { ends, bytes: cursor.0 })
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, id: usize) -> Option<&'static [u8]> {
        let start = match id.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(start..*self.ends.get(id)?)
    }

    fn text(&self, id: usize) -> Option<&'static str> {
        std::str::from_utf8(self.get(id)?).ok()
    }
}

/// Reads on from where it is; running out is `None`.
#[derive(Clone, Copy)]
struct Cursor(&'static [u8]);

impl Cursor {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn take(&mut self, length: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

/// Decodes one node.
struct Decoder<'a> {
    bundle: &'a Bundle,
    cursor: Cursor,
    id: usize,
    depth: usize,
}

impl Decoder<'_> {
    /// The parts stand in the order of the bits of the mask.
    fn schema(&mut self) -> Option<Schema> {
        let mut schema = Schema { types: Types::from_bits(self.cursor.byte()?), ..Schema::default() };
        let mask = self.cursor.number()?;
        for part in (0..21).filter(|part| mask >> part & 1 == 1) {
            self.part(part, &mut schema)?;
        }
        Some(schema)
    }

    fn part(&mut self, part: u32, schema: &mut Schema) -> Option<()> {
        match part {
            0 => schema.properties = self.list(|d| Some((d.text()?, d.child()?)))?,
            1 => schema.required = self.list(Decoder::text)?,
            2 => schema.enumeration = self.list(Decoder::value)?,
            3 => schema.pattern = Some(Pattern::new(self.text()?)),
            4 => schema.format = Some(self.text()?),
            5 => schema.range = Some(Box::new(self.range()?)),
            6 => schema.sizes = Some(Box::new(self.sizes()?)),
            7 => schema.items = Some(self.child()?),
            8 => schema.additional = Additional::Like(self.child()?),
            9 => schema.additional = Additional::Any,
            10 => schema.preserve_unknown = true,
            11 => schema.embedded_resource = true,
            12 => schema.default = Some(Box::new(self.value()?)),
            13 => schema.list = self.list_type()?,
            14 => schema.one_of = self.list(Decoder::child)?,
            15 => schema.any_of = self.list(Decoder::child)?,
            16 => schema.all_of = self.list(Decoder::child)?,
            17 => schema.not = Some(self.child()?),
            18 => schema.rules = self.list(Decoder::rule)?,
            19 => schema.unique_items = true,
            20 => schema.deprecated = true,
            _ => return None,
        }
        Some(())
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Box<[T]>> {
        let count = self.cursor.size()?;
        (0..count).map(|_| item(self)).collect()
    }

    fn child(&mut self) -> Option<Arc<Schema>> {
        let id = self.cursor.size()?;
        self.bundle.node(id, self.id, self.depth + 1)
    }

    fn text(&mut self) -> Option<SmolStr> {
        let id = self.cursor.size()?;
        self.bundle.text(id).map(SmolStr::new_static)
    }

    fn value(&mut self) -> Option<Value> {
        serde_json::from_str(&self.text()?).ok()
    }

    fn range(&mut self) -> Option<Range> {
        let mut bounds = [None; 5];
        let mask = self.cursor.number()?;
        for (at, bound) in bounds.iter_mut().enumerate() {
            if mask >> at & 1 == 1 {
                *bound = Some(self.text()?.parse().ok()?);
            }
        }
        let [minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of] = bounds;
        Some(Range { minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of })
    }

    fn sizes(&mut self) -> Option<Sizes> {
        let mut bounds = [None; 6];
        let mask = self.cursor.number()?;
        for (at, bound) in bounds.iter_mut().enumerate() {
            if mask >> at & 1 == 1 {
                *bound = Some(self.cursor.number()?);
            }
        }
        let [min_length, max_length, min_items, max_items, min_properties, max_properties] = bounds;
        Some(Sizes { min_length, max_length, min_items, max_items, min_properties, max_properties })
    }

    fn list_type(&mut self) -> Option<ListType> {
        let kind = self.cursor.number()?;
        let keys = self.list(Decoder::text)?;
        match kind {
            0 => Some(ListType::Atomic),
            1 => Some(ListType::Set),
            2 => Some(ListType::Map(keys)),
            _ => None,
        }
    }

    fn rule(&mut self) -> Option<ValidationRule> {
        Some(ValidationRule {
            rule: self.text()?,
            message: self.text()?,
            message_expression: self.text()?,
            reason: self.text()?,
            field_path: self.text()?,
            ..ValidationRule::default()
        })
    }
}
