//! `.homelint.yaml`: never required, and its own mistakes are diagnostics with spans too. What each key is for says
//! `schemas/homelint.schema.json`.

use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::links;
use crate::schema::{Location, Version};
use crate::source::{Span, nearest};
use crate::yaml::{Node, Pairs, Spanned, from_node};
use globset::GlobMatcher;
use serde::{Deserialize, Deserializer, de};

/// Name of the configuration file, in the repository's root.
pub const FILE: &str = ".homelint.yaml";

/// The JSON Schema of the configuration, for editors and people.
pub const SCHEMA: &str = include_str!("../schemas/homelint.schema.json");

/// The configuration; the default is that of a repository without the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    exclude: Vec<Glob>,
    rules: Levels,
    overrides: Vec<Override>,
    secrets: Secrets,
    generated: Generated,
    /// Schemas of the user's own.
    pub schemas: Schemas,
    /// Tables of the user's own.
    pub links: links::Table,
    /// What is wrong with the file itself.
    #[serde(skip)]
    pub faults: Vec<Finding>,
}

/// What rules and globs of rules are set to, in order.
type Levels = Pairs<Spanned<Glob>, Setting>;

/// The level that a rule is set to, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Setting {
    #[serde(alias = "false")]
    Off,
    Info,
    Warning,
    Error,
}

/// Levels for some paths.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Override {
    paths: Vec<Glob>,
    rules: Levels,
}

/// What counts as a secret in clear.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Secrets {
    allow_plaintext: Vec<Glob>,
    placeholders: Vec<String>,
}

/// Files made from templates.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Generated {
    hand_edited: Vec<Glob>,
}

/// Schemas besides those that homelint carries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Schemas {
    /// Where they are.
    pub locations: Vec<Location>,
    /// The version of Kubernetes that the cluster runs.
    pub kubernetes: Option<Spanned<Version>>,
}

/// A pattern of paths or of rules.
#[derive(Debug, Clone)]
struct Glob(GlobMatcher);

/// A level that a rule is set to; `None` is off.
pub type Level = Option<Severity>;

impl Config {
    /// Reads a configuration. `rules` are the ids that exist, for suggestions.
    pub fn read(root: &Node, rules: &[&str]) -> Self {
        let (mut config, mut faults) = from_node::<Config>(root);
        let unknown = config.levels().filter(|(glob, _)| !rules.iter().any(|id| glob.value.is_match(id)));
        faults.extend(unknown.map(|(glob, _)| {
            let name = glob.value.0.glob().glob();
            let near = nearest(name, rules.iter().copied());
            let help = near.map_or_else(|| "`homelint rules` lists them".to_owned(), did_you_mean);
            Finding::new(glob.span, format!("no rule is called `{name}`")).help(help)
        }));
        faults.sort_by_key(|fault| fault.span);
        config.faults = faults;
        config
    }

    /// The version of Kubernetes that the cluster is said to run, and where.
    pub fn kubernetes(&self) -> Option<(Version, Span)> {
        self.schemas.kubernetes.as_ref().map(|stated| (stated.value, stated.span))
    }

    fn levels(&self) -> impl DoubleEndedIterator<Item = &(Spanned<Glob>, Setting)> {
        self.rules.0.iter().chain(self.overrides.iter().flat_map(|entry| &entry.rules.0))
    }

    /// Whether findings in this file are wanted.
    pub fn excludes(&self, path: &str) -> bool {
        any(&self.exclude, path)
    }

    /// Whether Secrets in clear are accepted in this file.
    pub fn allows_plaintext(&self, path: &str) -> bool {
        any(&self.secrets.allow_plaintext, path)
    }

    /// Whether this output may differ from its template.
    pub fn is_hand_edited(&self, path: &str) -> bool {
        any(&self.generated.hand_edited, path)
    }

    /// Whether a value begins like a placeholder that this repository uses.
    pub fn is_placeholder(&self, value: &str) -> bool {
        self.secrets.placeholders.iter().any(|start| value.starts_with(start.as_str()))
    }

    /// Whether some setting is about a rule.
    pub fn sets(&self, rule: &str) -> bool {
        self.levels().any(|(glob, _)| glob.value.is_match(rule))
    }

    /// The level of a rule for a path: that of the last override about it, else of the last setting, else `default`.
    pub fn level(&self, rule: &str, path: &str, default: Level) -> Level {
        if self.rules.0.is_empty() && self.overrides.is_empty() {
            return default;
        }
        let overrides = self.overrides.iter().filter(|entry| any(&entry.paths, path));
        let mut levels = self.rules.0.iter().chain(overrides.flat_map(|entry| &entry.rules.0));
        let setting = levels.rfind(|(glob, _)| glob.value.is_match(rule));
        setting.map_or(default, |(_, setting)| setting.level())
    }
}

fn any(globs: &[Glob], path: &str) -> bool {
    globs.iter().any(|glob| glob.is_match(path))
}

impl Setting {
    fn level(self) -> Level {
        match self {
            Setting::Off => None,
            Setting::Info => Some(Severity::Info),
            Setting::Warning => Some(Severity::Warning),
            Setting::Error => Some(Severity::Error),
        }
    }
}

impl Glob {
    fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl<'de> Deserialize<'de> for Glob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let fault = |error: globset::Error| format!("`{text}` is no valid glob: {}", error.kind());
        globset::Glob::new(text)
            .map(|glob| Glob(glob.compile_matcher()))
            .map_err(|error| de::Error::custom(fault(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::parse;

    fn read(text: &str) -> Config {
        let parsed = parse(FileId(0), text);
        Config::read(&parsed.documents[0].root, &["yaml/syntax", "image/no-tag"])
    }

    #[test]
    fn later_settings_and_overrides_win() {
        let config = read(
            "rules: {'yaml/*': warning, yaml/syntax: error}\noverrides:\n  - paths: ['a/**']\n    rules: {'*/*': off}\n",
        );
        assert!(config.faults.is_empty(), "{:?}", config.faults);
        assert_eq!(config.level("yaml/syntax", "b/c.yaml", None), Some(Severity::Error));
        assert_eq!(config.level("yaml/syntax", "a/b/c.yaml", Some(Severity::Error)), None);
        assert_eq!(config.level("image/no-tag", "b.yaml", Some(Severity::Info)), Some(Severity::Info));
    }

    #[test]
    fn mistakes_are_found_with_a_suggestion() {
        let config = read("exclud: []\nrules: {yaml/sintax: off, yaml/syntax: warn, image/no-tag: eror}\nexclude: x\n");
        let said: Vec<_> = config.faults.iter().map(|fault| (fault.message.as_str(), fault.help.as_deref())).collect();
        let expected = [
            ("unknown key `exclud`", Some("did you mean `exclude`?")),
            ("no rule is called `yaml/sintax`", Some("did you mean `yaml/syntax`?")),
            ("unknown value `warn`", Some("known values: false, off, info, warning, error")),
            ("unknown value `eror`", Some("did you mean `error`?")),
            ("`exclude` must be a list, found a string", None),
        ];
        assert_eq!(said, expected);
    }

    /// The keys that a mapping may have, by what is said of one that it cannot have; `hole` is where the mapping stands.
    fn keys_at(hole: &str) -> Vec<String> {
        let config = read(&hole.replace("HOLE", "{'?????': x}"));
        let help = config.faults.iter().find_map(|fault| fault.help.as_deref()?.strip_prefix("known keys: "));
        let mut keys: Vec<String> = help.unwrap_or("").split(", ").map(str::to_owned).collect();
        keys.sort();
        keys
    }

    /// Compares the keys of every mapping that a JSON Schema describes; returns how many there are.
    fn compare_keys(schema: &serde_json::Value, hole: &str) -> usize {
        let Some(properties) = schema["properties"].as_object() else { return 0 };
        let mut keys: Vec<String> = properties.keys().cloned().collect();
        keys.sort();
        assert_eq!(keys, keys_at(hole), "the keys of {hole}");
        let below = properties.iter().map(|(key, schema)| {
            let (one, item) = (format!("{{{key}: HOLE}}"), format!("{{{key}: [HOLE]}}"));
            compare_keys(schema, &hole.replace("HOLE", &one))
                + compare_keys(&schema["items"], &hole.replace("HOLE", &item))
        });
        1 + below.sum::<usize>()
    }

    #[test]
    fn the_json_schema_has_the_keys_of_the_configuration() {
        let compared = compare_keys(&serde_json::from_str(SCHEMA).unwrap(), "HOLE");
        assert!(compared > 8, "{compared}");
    }
}
