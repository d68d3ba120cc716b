//! The types that a value may have.

/// A set of JSON types, with Kubernetes' int-or-string as one of its own.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Types(u8);

impl Types {
    /// A mapping.
    pub const OBJECT: Types = Types(1);
    /// A list.
    pub const ARRAY: Types = Types(2);
    /// A text.
    pub const STRING: Types = Types(4);
    /// A whole number.
    pub const INTEGER: Types = Types(8);
    /// Any number.
    pub const NUMBER: Types = Types(16);
    /// `true` or `false`.
    pub const BOOLEAN: Types = Types(32);
    /// `null`; what `nullable` means.
    pub const NULL: Types = Types(64);
    /// `x-kubernetes-int-or-string`.
    pub const INT_OR_STRING: Types = Types(128);

    const NAMES: [(Types, &'static str); 8] = [
        (Types::OBJECT, "object"),
        (Types::ARRAY, "array"),
        (Types::STRING, "string"),
        (Types::INTEGER, "integer"),
        (Types::NUMBER, "number"),
        (Types::BOOLEAN, "boolean"),
        (Types::NULL, "null"),
        (Types::INT_OR_STRING, "integer or string"),
    ];

    pub(crate) const fn from_bits(bits: u8) -> Types {
        Types(bits)
    }

    /// The type that JSON Schema calls by this name.
    pub fn named(name: &str) -> Types {
        Types::NAMES.iter().find(|(_, known)| *known == name).map_or(Types(0), |(types, _)| *types)
    }

    /// Both sets together.
    pub const fn with(self, other: Types) -> Types {
        Types(self.0 | other.0)
    }

    /// Whether any of `other` is in the set.
    pub const fn has(self, other: Types) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether no type is named, so that every type will do.
    pub const fn is_any(self) -> bool {
        self.0 & !Types::NULL.0 == 0
    }

    /// Whether a value of this one type is allowed.
    pub const fn allows(self, one: Types) -> bool {
        let mut wide = self.0;
        if self.has(Types::INT_OR_STRING) {
            wide |= Types::INTEGER.0 | Types::STRING.0;
        }
        if self.has(Types::NUMBER) {
            wide |= Types::INTEGER.0;
        }
        self.is_any() || wide & one.0 != 0
    }

    /// The names of the set, as JSON Schema has them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Types::NAMES.into_iter().filter(move |(types, _)| self.has(*types)).map(|(_, name)| name)
    }
}
