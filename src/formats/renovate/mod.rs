//! Renovate: its configuration, the custom managers in it, and the comments that tell it what a value is.

mod annotation;
mod config;
mod extract;
mod pattern;
mod value;

use crate::yaml::from_table;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub use annotation::{Annotation, annotations};
pub use config::{Fate, Manager, Preset, Renovate, Repair, preset, regex_managers};
pub use extract::{Dependency, Unlinked, Update, Updates};
pub use pattern::{Pattern, lacks_slashes, pattern_lists, patterns, refusal};
pub use value::{age_fault, schedule_fault, wanted_type};

/// Names that Renovate knows: `schemas/renovate.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Names {
    /// Options of a configuration.
    pub options: BTreeSet<String>,
    /// Options that are `true` or `false`.
    pub booleans: BTreeSet<String>,
    /// Options that are a number.
    pub integers: BTreeSet<String>,
    /// Options that are a list, and no single text.
    pub lists: BTreeSet<String>,
    /// Options whose fields are names of the user's own.
    pub free: BTreeSet<String>,
    /// Options that are a list of patterns, of which a lone `*` means all.
    pub patterns: BTreeSet<String>,
    /// What selects the updates that a package rule is for.
    pub selectors: BTreeSet<String>,
    /// What is settled before it is known of what type an update is.
    pub before_updates: BTreeSet<String>,
    /// What a custom manager may say.
    pub custom_manager: BTreeSet<String>,
    /// Managers.
    pub managers: BTreeSet<String>,
    /// Managers that read no file, or hardly one, until patterns say which: the API groups of what they update in them,
    /// where that matters.
    pub managers_without_files: BTreeMap<String, Vec<String>>,
    /// The files that a manager reads unless told otherwise, as patterns.
    pub files: BTreeMap<String, Vec<String>>,
    /// Kinds whose API versions Renovate knows.
    pub api_kinds: BTreeSet<String>,
    /// The datasource of tools of mise, by backend or by name.
    pub tools: BTreeMap<String, String>,
    /// Datasources.
    pub datasources: BTreeSet<String>,
    /// Built-in presets.
    pub presets: BTreeSet<String>,
    /// Keys of an annotation.
    pub annotation_keys: BTreeSet<String>,
    /// Words of a schedule.
    pub schedule_words: BTreeSet<String>,
    /// Units of an age.
    pub age_units: BTreeSet<String>,
    /// What an option may say, of those that know a few words.
    pub values: BTreeMap<String, BTreeSet<String>>,
}

/// What the table says.
pub static NAMES: LazyLock<Names> = LazyLock::new(|| from_table(include_str!("../../../schemas/renovate.yaml")));
