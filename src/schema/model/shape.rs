//! What a schema tells CEL of a value.

use super::node::from_json;
use super::schema::Schema;
use super::types::Types;
use crate::schema::cel::{Kind, Shape};
use crate::yaml::Node;

impl Shape for Schema {
    fn kind(&self) -> Kind {
        match self.format.as_deref() {
            Some("date-time" | "date") => Kind::Timestamp,
            Some("duration") => Kind::Duration,
            Some("byte") => Kind::Bytes,
            _ if self.types.is_any() || self.types.has(Types::INT_OR_STRING) => Kind::Any,
            _ if self.types.has(Types::STRING) => Kind::String,
            _ if self.types.has(Types::NUMBER) => Kind::Number,
            _ => Kind::Any,
        }
    }

    fn field(&self, name: &str) -> Option<&dyn Shape> {
        Schema::field(self, name).map(|schema| schema.as_ref() as &dyn Shape)
    }

    fn item(&self) -> Option<&dyn Shape> {
        self.items.as_deref().map(|schema| schema as &dyn Shape)
    }

    fn default(&self) -> Option<&Node> {
        let value = self.default.as_deref()?;
        self.default_node.get_or_init(|| Some(Box::new(from_json(value)))).as_deref()
    }

    fn nullable(&self) -> bool {
        self.types.has(Types::NULL)
    }
}
