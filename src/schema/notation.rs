//! How the tables of files write what a field holds (`schemas/files/`, `schemas/kustomize/file.yaml`).

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use smol_str::SmolStr;
use std::fmt;

use crate::yaml::Pairs;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notation {
    /// `any`
    Any,
    /// `string`
    String,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// The mapping of this name, which begins with a capital.
    Mapping(SmolStr),
    /// `[x]`: a list of such; `strings` is `[string]`.
    List(Box<Notation>),
    /// `{x}`: a mapping of such, under names of the user's own.
    Map(Box<Notation>),
}

/// The mappings of a file by name, each with its fields; the first is the file itself.
pub type Mappings = Pairs<SmolStr, Pairs<SmolStr, Notation>>;

impl<'de> Deserialize<'de> for Notation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;

        impl<'de> Visitor<'de> for Written {
            type Value = Notation;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("what a field holds")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Notation, E> {
                Ok(match text {
                    "any" => Notation::Any,
                    "string" => Notation::String,
                    "strings" => Notation::List(Box::new(Notation::String)),
                    "bool" => Notation::Bool,
                    "int" => Notation::Int,
                    name if name.starts_with(char::is_uppercase) => Notation::Mapping(SmolStr::new(name)),
                    other => return Err(E::custom(format_args!("`{other}` is nothing that a field holds"))),
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Notation, A::Error> {
                let item = items.next_element()?.ok_or_else(|| A::Error::custom("a list of nothing"))?;
                Ok(Notation::List(Box::new(item)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Notation, A::Error> {
                let (item, IgnoredAny) =
                    entries.next_entry()?.ok_or_else(|| A::Error::custom("a mapping of nothing"))?;
                Ok(Notation::Map(Box::new(item)))
            }
        }

        deserializer.deserialize_any(Written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::from_table;

    fn named<'n>(notation: &'n Notation, found: &mut Vec<&'n str>) {
        match notation {
            Notation::Mapping(name) => found.push(name),
            Notation::List(item) | Notation::Map(item) => named(item, found),
            _ => {}
        }
    }

    #[test]
    fn every_mapping_that_a_table_names_is_in_it() {
        for text in [
            include_str!("../../schemas/files/sops.yaml"),
            include_str!("../../schemas/files/talconfig.yaml"),
            include_str!("../../schemas/files/machine-config.yaml"),
            include_str!("../../schemas/files/workflow.yaml"),
            include_str!("../../schemas/kustomize/file.yaml"),
        ] {
            let table: Mappings = from_table(text);
            let mut names = Vec::new();
            table.0.iter().flat_map(|(_, fields)| &fields.0).for_each(|(_, notation)| named(notation, &mut names));
            assert!(!names.is_empty());
            names.retain(|name| table.0.iter().all(|(mapping, _)| mapping != name));
            assert_eq!(names, [""; 0]);
        }
    }
}
