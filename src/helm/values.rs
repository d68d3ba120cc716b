//! What a chart itself says its values are: `values.schema.json`, for it and for the charts inside it.

use crate::schema::{Fault, Instance, PlainSchema, to_json};
use crate::yaml::Node;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::OnceLock;

use super::release::Release;

/// A chart as far as its values go.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ValuesSchema {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `values.yaml`
    #[serde(default)]
    pub values: Value,
    /// `values.schema.json`
    #[serde(default)]
    pub schema: Option<Value>,
    /// The charts inside.
    #[serde(default)]
    pub parts: Vec<Part>,
    #[serde(skip)]
    judge: OnceLock<PlainSchema>,
}

/// A chart inside a chart.
#[derive(Debug, Serialize, Deserialize)]
pub struct Part {
    /// The key of its values in those of the chart around it.
    pub key: String,
    /// Paths in the values that turn it off, the first that is there.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// The chart.
    pub chart: ValuesSchema,
}

/// Charts inside charts, at most.
const MAX_DEPTH: usize = 8;

impl ValuesSchema {
    /// A chart of its parts.
    pub fn new(name: String, version: String, values: Value, schema: Option<Value>, parts: Vec<Part>) -> Self {
        ValuesSchema { name, version, values, schema, parts, judge: OnceLock::new() }
    }

    /// Whether it, or a chart inside, says anything.
    pub fn has_schema(&self) -> bool {
        self.schema.is_some() || self.parts.iter().any(|part| part.chart.has_schema())
    }

    /// Why its schema, or that of a chart inside, can judge nothing.
    pub fn unusable(&self) -> Option<String> {
        let own = self.schema.clone().and_then(|schema| PlainSchema::new(schema).unusable());
        own.or_else(|| self.parts.iter().find_map(|part| part.chart.unusable()))
    }

    /// Whether it is the chart that a release installs.
    pub fn is_of(&self, release: &Release) -> bool {
        let version = release.chart.version.as_ref().and_then(Node::known).map(|text| text.trim_start_matches('v'));
        release.chart.known_name() == Some(&self.name) && version == Some(self.version.trim_start_matches('v'))
    }

    /// What is wrong with the values of a release.
    pub fn faults(&self, release: &Release) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.judge(&to_json(&release.values), Some(&release.values), release.partial, MAX_DEPTH, &mut faults);
        faults
    }

    /// Judges values as Helm puts them together: those of the release over those of the chart around over its own.
    fn judge(&self, over: &Value, written: Option<&Node>, partial: bool, depth: usize, faults: &mut Vec<Fault>) {
        let whole = laid_over(&self.values, over);
        if let (Some(schema), Some(written)) = (&self.schema, written) {
            let judge = self.judge.get_or_init(|| PlainSchema::new(schema.clone()));
            faults.extend(judge.faults(Instance { whole: &whole, written, partial }));
        }
        for part in self.parts.iter().filter(|part| depth > 0 && part.is_on(&whole)) {
            let over = whole.get(&part.key).cloned().unwrap_or_else(|| Value::Object(Map::new()));
            let written = written.and_then(|written| written.get(&part.key));
            part.chart.judge(&over, written, partial, depth - 1, faults);
        }
    }
}

impl Part {
    fn is_on(&self, values: &Value) -> bool {
        let mut set = self
            .conditions
            .iter()
            .filter_map(|path| path.split('.').try_fold(values, |at, step| at.get(step)).and_then(Value::as_bool));
        set.next().unwrap_or(true)
    }
}

/// Mappings merge, null takes a key away, everything else replaces.
fn laid_over(base: &Value, over: &Value) -> Value {
    let (Value::Object(base), Value::Object(over)) = (base, over) else { return over.clone() };
    let mut merged = base.clone();
    for (key, value) in over {
        match (value, base.get(key)) {
            (Value::Null, _) => drop(merged.remove(key)),
            (value, Some(below)) => drop(merged.insert(key.clone(), laid_over(below, value))),
            (value, None) => drop(merged.insert(key.clone(), value.clone())),
        }
    }
    Value::Object(merged)
}
