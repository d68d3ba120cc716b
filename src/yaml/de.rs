//! serde over nodes: a table or a configuration becomes a struct, and what is wrong with it has its place. Keys that a
//! struct does not have are reported, and so are values that do not fit; the rest is still read.

use super::{Mode, Node, Resolved, Value, parse};
use crate::diagnostic::{Finding, did_you_mean};
use crate::source::{FileId, Span, nearest};
use serde::de::value::{BorrowedStrDeserializer, SeqAccessDeserializer, U32Deserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

/// After so many values that do not fit, nothing is read: each of them costs another reading.
const MOST: usize = 50;

/// What a node holds, as far as it fits, and what is wrong with the rest. A null entry of a struct counts as absent; of
/// keys that a mapping has twice, a struct takes the last.
pub fn from_node<'de, T: Deserialize<'de> + Default>(node: &'de Node) -> (T, Vec<Finding>) {
    let reader = Reader::default();
    let mut wrong: Vec<Finding> = Vec::new();
    while !node.is_null() && wrong.len() < MOST {
        let read = T::deserialize(At { node, key: None, item: false, reader: &reader });
        let unknown = reader.unknown.take();
        match read {
            Ok(value) => {
                wrong.extend(unknown);
                wrong.sort_by_key(|finding| finding.span);
                return (value, wrong);
            }
            Err(error) => {
                let span = error.span.unwrap_or(node.span);
                let mut left_out = reader.left_out.borrow_mut();
                let inside: Vec<Finding> = unknown.into_iter().filter(|key| span.contains(key.span)).collect();
                // What lacks an entry only because that is misspelt, or does not fit, has been reported.
                let follows = !inside.is_empty() || left_out.iter().any(|inner| span.contains(*inner));
                if !error.missing || !follows {
                    wrong.push(Finding::new(span, error.message).maybe_help(error.help));
                }
                wrong.extend(inside);
                if span == node.span || !left_out.insert(span) {
                    break;
                }
            }
        }
    }
    (T::default(), wrong)
}

/// A table that comes with the program. What is wrong with it fails every test that reads it, with its line.
pub fn from_table<T: DeserializeOwned + Default>(text: &str) -> T {
    let parsed = parse(FileId(u32::MAX), text);
    let Some(document) = parsed.documents.first() else { return T::default() };
    let (table, wrong) = from_node(&document.root);
    let mut wrong = parsed.problems.iter().map(super::Problem::finding).chain(wrong);
    let line = |finding: &Finding| 1 + text.bytes().take(finding.span.start as usize).filter(|b| *b == b'\n').count();
    debug_assert_eq!(wrong.next().map(|finding| (line(&finding), finding.message)), None, "in a table");
    table
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A mapping in the order written, keys that it has twice included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs<K, V>(pub Vec<(K, V)>);

/// One value, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMany<T>(pub Vec<T>);

/// What is wrong, and where.
#[derive(Debug, Default)]
struct Error {
    message: String,
    help: Option<String>,
    span: Option<Span>,
    /// What was expected and what was found, until the place is known that the message names.
    mismatch: Option<(String, &'static str)>,
    /// Whether something is not there.
    missing: bool,
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Error { message: message.to_string(), ..Error::default() }
    }

    fn invalid_type(found: Unexpected, expected: &dyn de::Expected) -> Self {
        let found = match found {
            Unexpected::Bool(_) => "a boolean",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Seq => "a list",
            Unexpected::Map => "a mapping",
            Unexpected::Unit | Unexpected::Option => "nothing",
            _ => "a string",
        };
        let expected = match expected.to_string().as_str() {
            "a sequence" => "a list".to_owned(),
            "a map" => "a mapping".to_owned(),
            text if text.starts_with("struct ") => "a mapping".to_owned(),
            "u8" | "u16" | "u32" | "u64" | "usize" | "i64" => "a whole number".to_owned(),
            text => text.to_owned(),
        };
        Error { mismatch: Some((expected, found)), ..Error::default() }
    }

    fn missing_field(field: &'static str) -> Self {
        Error { missing: true, ..Error::custom(format!("`{field}` is missing here")) }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = nearest(variant, expected.iter().copied())
            .map_or_else(|| format!("known values: {}", expected.join(", ")), |near| format!("did you mean `{near}`?"));
        Error { help: Some(help), ..Error::custom(format!("unknown value `{variant}`")) }
    }
}

/// What one reading finds.
#[derive(Debug, Default)]
struct Reader {
    /// Keys that their struct does not have.
    unknown: RefCell<Vec<Finding>>,
    /// Values that do not fit.
    left_out: RefCell<BTreeSet<Span>>,
}

impl Reader {
    fn leaves_out(&self, node: &Node) -> bool {
        let left_out = self.left_out.borrow();
        !left_out.is_empty() && left_out.contains(&node.span)
    }
}

/// A node to be read.
#[derive(Clone, Copy)]
struct At<'de, 'r> {
    node: &'de Node,
    /// The key that it stands under, and whether it is an item of a list there.
    key: Option<&'de str>,
    item: bool,
    reader: &'r Reader,
}

impl<'de> At<'de, '_> {
    /// An error without a place is one of this node.
    fn place<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|mut error| {
            if let Some((expected, found)) = error.mismatch.take() {
                error.message = match self.key {
                    Some(key) if self.item => format!("an item of `{key}` must be {expected}, found {found}"),
                    Some(key) => format!("`{key}` must be {expected}, found {found}"),
                    None => format!("{expected} is expected here, found {found}"),
                };
            }
            error.span.get_or_insert(self.node.span);
            error
        })
    }

    /// What a seed makes of the node. A type that refuses its text by itself knows no place: it is this one.
    fn read<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        self.place(seed.deserialize(self))
    }

    /// The node as what it is, with the text of a scalar, whatever that resolves to.
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.place(match &self.node.value {
            Value::Map(entries) => {
                visitor.visit_map(Entries { entries: entries.iter(), value: None, reader: self.reader })
            }
            Value::Seq(items) => visitor.visit_seq(Items { items: items.iter(), of: self }),
            Value::Scalar(scalar) if scalar.is_null() => visitor.visit_unit(),
            Value::Scalar(scalar) => visitor.visit_borrowed_str(&scalar.text),
        })
    }
}

impl<'de> Deserializer<'de> for At<'de, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let place = |result| self.place(result);
        match self.node.resolve(Mode::Yaml12) {
            Some(Resolved::Bool(truth)) => place(visitor.visit_bool(truth)),
            Some(Resolved::Int(number)) => place(match i64::try_from(number) {
                Ok(number) => visitor.visit_i64(number),
                Err(_) => visitor.visit_u64(number as u64),
            }),
            Some(Resolved::Float(number)) => place(visitor.visit_f64(number)),
            _ => self.visit(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node.resolve(Mode::Yaml11) {
            Some(Resolved::Bool(truth)) => self.place(visitor.visit_bool(truth)),
            _ => self.visit(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // A struct may be read from a list, too, field by field: not here.
        if self.node.is_seq() {
            return self.place(Err(de::Error::invalid_type(Unexpected::Seq, &visitor)));
        }
        if !self.node.is_map() {
            return self.visit(visitor);
        }
        let entries = self.node.entries().iter().rev();
        self.place(visitor.visit_map(Fields { entries, fields, seen: Vec::new(), value: None, reader: self.reader }))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == SPANNED {
            return visitor.visit_seq(Parts { at: self, next: 0 });
        }
        self.place(visitor.visit_newtype_struct(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.node.text() {
            Some(text) => self.place(visitor.visit_enum(BorrowedStrDeserializer::new(text))),
            None => self.visit(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

/// The items of a list.
struct Items<'de, 'r> {
    items: std::slice::Iter<'de, Node>,
    of: At<'de, 'r>,
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let reader = self.of.reader;
        let item = self.items.find(|item| !reader.leaves_out(item));
        item.map(|node| At { node, item: true, ..self.of }.read(seed)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        self.items.size_hint().1
    }
}

/// The entries of a mapping, in order.
struct Entries<'de, 'r> {
    entries: std::slice::Iter<'de, super::Entry>,
    value: Option<At<'de, 'r>>,
    reader: &'r Reader,
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let reader = self.reader;
        let entry = self.entries.find(|entry| !reader.leaves_out(&entry.key) && !reader.leaves_out(&entry.value));
        let Some(super::Entry { key, value }) = entry else { return Ok(None) };
        self.value = Some(At { node: value, key: key.text(), item: false, reader });
        At { node: key, key: None, item: false, reader }.read(seed).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        self.value.take().ok_or_else(|| de::Error::custom("a value without a key"))?.read(seed)
    }
}

/// The entries of a struct: of a key that is there twice the last, in whatever order.
struct Fields<'de, 'r> {
    entries: std::iter::Rev<std::slice::Iter<'de, super::Entry>>,
    fields: &'static [&'static str],
    seen: Vec<&'static str>,
    value: Option<At<'de, 'r>>,
    reader: &'r Reader,
}

impl Fields<'_, '_> {
    fn unknown(&self, key: &Node) {
        let name = key.text().unwrap_or("");
        let near = nearest(name, self.fields.iter().copied());
        let help = near.map_or_else(|| format!("known keys: {}", self.fields.join(", ")), did_you_mean);
        self.reader.unknown.borrow_mut().push(Finding::new(key.span, format!("unknown key `{name}`")).help(help));
    }
}

impl<'de> MapAccess<'de> for Fields<'de, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        while let Some(super::Entry { key, value }) = self.entries.next() {
            let Some(field) = self.fields.iter().find(|field| key.text() == Some(field)) else {
                self.unknown(key);
                continue;
            };
            if self.seen.contains(field) || value.is_null() || self.reader.leaves_out(value) {
                continue;
            }
            self.seen.push(field);
            self.value = Some(At { node: value, key: Some(field), item: false, reader: self.reader });
            return seed.deserialize(BorrowedStrDeserializer::new(field)).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        self.value.take().ok_or_else(|| de::Error::custom("a value without a key"))?.read(seed)
    }
}

/// The name under which a value asks for its place.
const SPANNED: &str = "$Spanned";

/// The place of a node in numbers, and then itself.
struct Parts<'de, 'r> {
    at: At<'de, 'r>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Parts<'de, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Span { file, start, end } = self.at.node.span;
        let numbers = [file.0, start, end];
        let number = numbers.get(self.next).copied();
        self.next += 1;
        match number {
            Some(number) => seed.deserialize(U32Deserializer::new(number)).map(Some),
            None => self.at.read(seed).map(Some),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Place<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Place<T> {
            type Value = Spanned<T>;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a value in a file")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<Self::Value, A::Error> {
                let parts = SeqAccessDeserializer::new(parts);
                let (file, start, end, value) = Deserialize::deserialize(parts)?;
                Ok(Spanned { value, span: Span { file: FileId(file), start, end } })
            }
        }

        deserializer.deserialize_newtype_struct(SPANNED, Place(PhantomData))
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Each<K, V> {
            type Value = Pairs<K, V>;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Each(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Each<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a string or a list of strings")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![T::deserialize(BorrowedStrDeserializer::new(text))?]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(OneOrMany)
            }
        }

        deserializer.deserialize_seq(Each(PhantomData))
    }
}

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Pairs(Vec::new())
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        OneOrMany(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, rename_all = "kebab-case")]
    struct Lamp {
        shade: Option<Shade>,
        power_of: OneOrMany<String>,
        rooms: Vec<Room>,
        version: Option<Spanned<String>>,
        on: bool,
        labels: Pairs<String, u16>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Shade {
        White,
        Amber,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Room {
        name: String,
        #[serde(default)]
        floor: i64,
    }

    fn read(text: &str) -> (Lamp, Vec<String>) {
        let parsed = parse(FileId(0), text);
        let (lamp, wrong) = from_node(&parsed.documents[0].root);
        let said = |finding: Finding| {
            let place = &text[finding.span.start as usize..finding.span.end as usize];
            let help = finding.help.map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{place}: {}{help}", finding.message)
        };
        (lamp, wrong.into_iter().map(said).collect())
    }

    #[test]
    fn what_fits_is_read() {
        let text = "shade: amber\npower-of: solar\nversion: 1.30\non: yes\nrooms:\n  - {name: hall, floor: -1}\n  - name: 7\nlabels: {b: 2, a: 1}\n";
        let (lamp, wrong) = read(text);
        assert_eq!(wrong, [""; 0]);
        let span = Span::new(FileId(0), 38, 42);
        assert_eq!(
            lamp,
            Lamp {
                shade: Some(Shade::Amber),
                power_of: OneOrMany(vec!["solar".to_owned()]),
                rooms: vec![Room { name: "hall".to_owned(), floor: -1 }, Room { name: "7".to_owned(), floor: 0 }],
                version: Some(Spanned { value: "1.30".to_owned(), span }),
                on: true,
                labels: Pairs(vec![("b".to_owned(), 2), ("a".to_owned(), 1)]),
            }
        );
        assert_eq!(read("power-of: [a, b]\nshade:\n").0.power_of.0, ["a", "b"]);
        assert_eq!(read("shade:\n").0, Lamp::default());
        assert!(read("on: false\non: true\n").0.on);
    }

    #[test]
    fn what_does_not_is_left_out_and_reported_in_order() {
        let text = "shad: white\nshade: ambr\non: 3\nrooms:\n  - {name: [x]}\n  - {floor: 1}\n  - {nam: x}\n  - {name: hall, flor: 2}\nlabels: {a: 70000, b: 2}\n";
        let (lamp, wrong) = read(text);
        let expected = [
            "shad: unknown key `shad` (did you mean `shade`?)",
            "ambr: unknown value `ambr` (did you mean `amber`?)",
            "3: `on` must be a boolean, found a string",
            "[x]: `name` must be a string, found a list",
            "{floor: 1}: `name` is missing here",
            "nam: unknown key `nam` (did you mean `name`?)",
            "flor: unknown key `flor` (did you mean `floor`?)",
            "70000: invalid value: integer `70000`, expected u16",
        ];
        assert_eq!(wrong, expected);
        assert_eq!(lamp.rooms, [Room { name: "hall".to_owned(), floor: 0 }]);
        assert_eq!(lamp.labels, Pairs(vec![("b".to_owned(), 2)]));
        assert_eq!(read("[a]").1, ["[a]: a mapping is expected here, found a list"]);
        assert_eq!(read("rooms: x\non: true\n").1, ["x: `rooms` must be a list, found a string"]);
        assert!(read("rooms: x\non: true\n").0.on);
    }

    #[test]
    fn a_flood_of_mistakes_ends() {
        let text = format!("rooms: [{}]\n", "x, ".repeat(100_000));
        assert_eq!(read(&text).1.len(), MOST);
    }

    #[test]
    #[should_panic(expected = "(2, \"unknown key `flor`\")")]
    fn a_misspelt_key_of_a_table_fails_with_its_line() {
        from_table::<Vec<Room>>("- name: hall\n  flor: 2\n");
    }
}
