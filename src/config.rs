//! `.homelint.yaml`: never required, and its own mistakes are diagnostics with spans too.

use crate::diagnostic::{Finding, Severity, did_you_mean};
use crate::source::{Span, nearest};
use crate::yaml::Node;
use globset::{Glob, GlobMatcher};

/// Name of the configuration file, in the repository's root.
pub const FILE: &str = ".homelint.yaml";

/// What a key of the configuration takes; the JSON Schema is made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A list of globs over paths.
    Globs,
    /// A mapping of rule ids or globs to levels.
    Levels,
    /// A list of mappings with these keys.
    Items(&'static [Key]),
    /// A mapping with these keys.
    Section(&'static [Key]),
    /// A list of strings.
    Strings,
    /// A version, also where YAML reads it as a number.
    Version,
    /// A string.
    Word,
    /// A string, or a list of strings.
    Words,
    /// True or false.
    Flag,
}

/// A key of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it does.
    pub about: &'static str,
}

const fn key(name: &'static str, takes: Takes, about: &'static str) -> Key {
    Key { name, takes, about }
}

/// Every key, in the order in which `homelint init` writes them.
pub const KEYS: &[Key] = &[
    key("exclude", Takes::Globs, "paths that are not checked; they are still read"),
    key("rules", Takes::Levels, "levels by rule id or glob: off, info, warning or error"),
    key(
        "overrides",
        Takes::Items(&[
            key("paths", Takes::Globs, "files for which these levels hold"),
            key("rules", Takes::Levels, "levels by rule id or glob"),
        ]),
        "levels for some paths only; later entries win",
    ),
    key(
        "secrets",
        Takes::Section(&[
            key("allow-plaintext", Takes::Globs, "files in which Secrets in clear are accepted"),
            key("placeholders", Takes::Strings, "beginnings of values that stand for a secret kept elsewhere"),
        ]),
        "what counts as a secret in clear",
    ),
    key(
        "generated",
        Takes::Section(&[key("hand-edited", Takes::Globs, "outputs of a template that may differ from it")]),
        "files made from templates",
    ),
    key(
        "schemas",
        Takes::Section(&[
            key("locations", Takes::Strings, "folders and URLs of schemas, with the variables of kubeconform"),
            key("kubernetes", Takes::Version, "version of Kubernetes that the cluster runs"),
        ]),
        "schemas besides those that homelint carries",
    ),
    key(
        "links",
        Takes::Section(&[
            key("references", Takes::Items(REFERENCES), "fields that name other objects"),
            key("creates", Takes::Items(CREATES), "objects that come into being with others"),
            key("inert", Takes::Words, "kinds of custom resources that create nothing, as group/Kind"),
            key("in-step", Takes::Words, "charts and images of one version, several names in a text"),
            key("cluster-scoped", Takes::Words, "kinds without a namespace, as group/Kind"),
        ]),
        "what custom resources refer to and create, as in the tables of schemas/links",
    ),
];

const REFERENCES: &[Key] = &[
    key("from", Takes::Words, "kinds that have these fields, as group/Kind"),
    key(
        "fields",
        Takes::Items(&[
            key("at", Takes::Word, "path of the object that names another, such as spec.backends[]"),
            key("to", Takes::Words, "kinds that it may name, the first where it does not say"),
            key("name", Takes::Word, "path of the name below it; name"),
            key("namespace", Takes::Word, "path of the namespace below it; the own one"),
            key("kind", Takes::Word, "path of the kind below it; kind"),
            key("key", Takes::Word, "path of a key of the named Secret or ConfigMap"),
            key("port", Takes::Word, "path of a port of the named Service"),
            key("default-key", Takes::Word, "the key that is read where none is written"),
            key("needs", Takes::Words, "keys that are read besides"),
            key("optional", Takes::Flag, "whether the named object may be absent"),
            key("when", Takes::Words, "conditions: path, !path, path=value, path!=value"),
        ]),
        "the fields",
    ),
];

const CREATES: &[Key] = &[
    key("from", Takes::Words, "kinds that create the object, as group/Kind"),
    key("kind", Takes::Word, "kind of the object, as group/Kind"),
    key("name", Takes::Words, "its name, in which {path} stands for the text there"),
    key("namespace", Takes::Word, "its namespace; the own one"),
    key("keys", Takes::Words, "keys of its data: words, or {path}"),
    key("open", Takes::Words, "paths that make the keys unknown"),
    key("ordinal", Takes::Flag, "whether -0, -1 and so on follow the name"),
    key("when", Takes::Words, "conditions: path, !path, path=value, path!=value"),
];

/// A level that a rule is set to; `None` is off.
pub type Level = Option<Severity>;

/// A pattern with the level it sets.
#[derive(Debug, Clone)]
pub struct Setting {
    pattern: GlobMatcher,
    level: Level,
}

/// Levels for some paths.
#[derive(Debug, Clone)]
pub struct Override {
    paths: Vec<GlobMatcher>,
    rules: Vec<Setting>,
}

/// The configuration; the default is that of a repository without the file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    exclude: Vec<GlobMatcher>,
    rules: Vec<Setting>,
    overrides: Vec<Override>,
    allow_plaintext: Vec<GlobMatcher>,
    placeholders: Vec<String>,
    hand_edited: Vec<GlobMatcher>,
    /// Where schemas lie, as written.
    pub schema_locations: Vec<Node>,
    /// The cluster's version of Kubernetes, as written.
    pub kubernetes: Option<Node>,
    /// Tables in the form of those under `schemas/links`.
    pub links: Option<Node>,
    /// What is wrong with the file itself.
    pub faults: Vec<Finding>,
}

impl Config {
    /// Reads a configuration. `rules` are the ids that exist, for suggestions.
    pub fn read(root: &Node, rules: &[&str]) -> Self {
        let mut reader = Reader { rules, faults: Vec::new() };
        if root.is_null() {
            return Config::default();
        }
        reader.section(root, KEYS);
        let mut config = Config {
            exclude: reader.globs(root.get("exclude")),
            rules: reader.levels(root.get("rules")),
            allow_plaintext: reader.globs(root.at(&["secrets", "allow-plaintext"])),
            hand_edited: reader.globs(root.at(&["generated", "hand-edited"])),
            placeholders: root
                .items_at(&["secrets", "placeholders"])
                .iter()
                .filter_map(|item| item.text().map(str::to_owned))
                .collect(),
            schema_locations: root.items_at(&["schemas", "locations"]).to_vec(),
            kubernetes: root.at(&["schemas", "kubernetes"]).filter(|node| !node.is_null()).cloned(),
            links: root.get("links").cloned(),
            ..Config::default()
        };
        for item in root.items_at(&["overrides"]) {
            let paths = reader.globs(item.get("paths"));
            let rules = reader.levels(item.get("rules"));
            config.overrides.push(Override { paths, rules });
        }
        config.faults = reader.faults;
        config
    }

    /// Whether findings in this file are wanted.
    pub fn excludes(&self, path: &str) -> bool {
        any(&self.exclude, path)
    }

    /// Whether Secrets in clear are accepted in this file.
    pub fn allows_plaintext(&self, path: &str) -> bool {
        any(&self.allow_plaintext, path)
    }

    /// Whether this output may differ from its template.
    pub fn is_hand_edited(&self, path: &str) -> bool {
        any(&self.hand_edited, path)
    }

    /// Whether a value begins like a placeholder that the house uses.
    pub fn is_placeholder(&self, value: &str) -> bool {
        self.placeholders.iter().any(|start| value.starts_with(start.as_str()))
    }

    /// Whether some setting speaks of a rule.
    pub fn sets(&self, rule: &str) -> bool {
        let all = self.rules.iter().chain(self.overrides.iter().flat_map(|entry| &entry.rules));
        all.into_iter().any(|setting| setting.pattern.is_match(rule))
    }

    /// The level of a rule for a path: the last override that speaks of it, else the last setting, else `default`.
    pub fn level(&self, rule: &str, path: &str, default: Level) -> Level {
        if self.rules.is_empty() && self.overrides.is_empty() {
            return default;
        }
        let speaking = self.overrides.iter().filter(|entry| any(&entry.paths, path)).flat_map(|entry| &entry.rules);
        let mut settings = self.rules.iter().chain(speaking);
        settings.rfind(|setting| setting.pattern.is_match(rule)).map_or(default, |setting| setting.level)
    }
}

fn any(globs: &[GlobMatcher], path: &str) -> bool {
    globs.iter().any(|glob| glob.is_match(path))
}

struct Reader<'a> {
    rules: &'a [&'a str],
    faults: Vec<Finding>,
}

impl Reader<'_> {
    fn fault(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        self.faults.push(Finding::new(span, message).maybe_help(help));
    }

    /// Unknown keys and wrong shapes.
    fn section(&mut self, node: &Node, keys: &[Key]) {
        if !node.is_map() {
            return self.fault(node.span, "a mapping is expected here", None);
        }
        for entry in node.entries() {
            let name = entry.key.text().unwrap_or("");
            let Some(key) = keys.iter().find(|key| key.name == name) else {
                let near = nearest(name, keys.iter().map(|key| key.name));
                let help = near.map_or_else(
                    || format!("known keys: {}", keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")),
                    |near| did_you_mean(near),
                );
                self.fault(entry.key.span, format!("unknown key `{name}`"), Some(help));
                continue;
            };
            self.shape(&entry.value, key);
        }
    }

    fn shape(&mut self, value: &Node, key: &Key) {
        if value.is_null() {
            return;
        }
        match key.takes {
            Takes::Section(keys) => self.section(value, keys),
            Takes::Levels if !value.is_map() => {
                self.fault(value.span, format!("`{}` takes a mapping of rules to levels", key.name), None);
            }
            Takes::Levels => {}
            Takes::Items(keys) => {
                if !value.is_seq() {
                    self.fault(value.span, format!("`{}` takes a list", key.name), None);
                }
                value.items().iter().for_each(|item| self.section(item, keys));
            }
            Takes::Word if value.as_scalar().is_none() => {
                self.fault(value.span, format!("`{}` takes a string", key.name), None);
            }
            Takes::Flag if !value.is_true() && !value.is_false() => {
                self.fault(value.span, format!("`{}` takes true or false", key.name), None);
            }
            Takes::Version if value.as_scalar().is_none() => {
                self.fault(value.span, format!("`{}` takes a version", key.name), None);
            }
            Takes::Word | Takes::Flag | Takes::Version => {}
            Takes::Words if value.as_scalar().is_some() => {}
            Takes::Globs | Takes::Strings | Takes::Words => {
                let strings = value.is_seq() && value.items().iter().all(|item| item.as_scalar().is_some());
                if !strings {
                    self.fault(value.span, format!("`{}` takes a list of strings", key.name), None);
                }
            }
        }
    }

    fn globs(&mut self, node: Option<&Node>) -> Vec<GlobMatcher> {
        let items = node.map_or(&[][..], Node::items);
        items.iter().filter_map(|item| self.glob(item)).collect()
    }

    fn glob(&mut self, node: &Node) -> Option<GlobMatcher> {
        let text = node.text()?;
        match Glob::new(text) {
            Ok(glob) => Some(glob.compile_matcher()),
            Err(error) => {
                self.fault(node.span, format!("`{text}` is no valid glob: {}", error.kind()), None);
                None
            }
        }
    }

    fn levels(&mut self, node: Option<&Node>) -> Vec<Setting> {
        let mut settings = Vec::new();
        for entry in node.map_or(&[][..], Node::entries) {
            let Some(pattern) = self.glob(&entry.key) else { continue };
            if !self.rules.iter().any(|id| pattern.is_match(id)) {
                let name = entry.key.text().unwrap_or("");
                let near = nearest(name, self.rules.iter().copied());
                let help = near.map_or_else(|| "`homelint rules` lists them".to_owned(), |near| did_you_mean(near));
                self.fault(entry.key.span, format!("no rule is called `{name}`"), Some(help));
            }
            let word = entry.value.text().unwrap_or("");
            match (word, Severity::named(word)) {
                ("off" | "false", _) => settings.push(Setting { pattern, level: None }),
                (_, Some(severity)) => settings.push(Setting { pattern, level: Some(severity) }),
                _ => {
                    let near = nearest(word, ["off", "info", "warning", "error"]);
                    let help = near.map_or_else(|| "off, info, warning or error".to_owned(), |near| did_you_mean(near));
                    self.fault(entry.value.span, format!("unknown level `{word}`"), Some(help));
                }
            }
        }
        settings
    }
}

/// The JSON Schema of the configuration, for editors.
pub fn json_schema() -> serde_json::Value {
    let mut schema = section_schema(KEYS);
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["title"] = "homelint configuration".into();
    schema
}

fn section_schema(keys: &[Key]) -> serde_json::Value {
    let properties: serde_json::Map<_, _> = keys
        .iter()
        .map(|key| {
            let mut schema = key_schema(key);
            schema["description"] = key.about.into();
            (key.name.to_owned(), schema)
        })
        .collect();
    serde_json::json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn key_schema(key: &Key) -> serde_json::Value {
    match key.takes {
        Takes::Globs | Takes::Strings => serde_json::json!({ "type": "array", "items": { "type": "string" } }),
        Takes::Version => serde_json::json!({ "type": ["string", "number"] }),
        Takes::Word => serde_json::json!({ "type": "string" }),
        Takes::Words => serde_json::json!({ "type": ["string", "array"], "items": { "type": "string" } }),
        Takes::Flag => serde_json::json!({ "type": "boolean" }),
        Takes::Levels => serde_json::json!({
            "type": "object",
            "additionalProperties": { "enum": ["off", "info", "warning", "error", false] }
        }),
        Takes::Items(keys) => serde_json::json!({ "type": "array", "items": section_schema(keys) }),
        Takes::Section(keys) => section_schema(keys),
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
        let config = read("exclud: []\nrules: {yaml/sintax: warn, image/no-tag: eror}\nexclude: x\n");
        let said: Vec<_> = config.faults.iter().map(|fault| (fault.message.as_str(), fault.help.as_deref())).collect();
        assert_eq!(said[0], ("unknown key `exclud`", Some("did you mean `exclude`?")));
        assert!(said.contains(&("`exclude` takes a list of strings", None)), "{said:?}");
        assert!(said.contains(&("no rule is called `yaml/sintax`", Some("did you mean `yaml/syntax`?"))), "{said:?}");
        assert!(said.contains(&("unknown level `eror`", Some("did you mean `error`?"))), "{said:?}");
    }
}
