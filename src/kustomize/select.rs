//! Which resources a patch or a replacement is for.

use super::gvk::Gvk;
use super::object::{Id, Object};
use crate::source::Span;
use crate::yaml::Node;
use regex::Regex;
use smol_str::SmolStr;

/// A target: anchored patterns, and selectors of labels and annotations.
#[derive(Debug, Clone)]
pub(super) struct Selector {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
}

/// A pattern that the whole text must match. Most are words, which need no regular expression.
#[derive(Debug, Clone)]
enum Pattern {
    Any,
    /// Letters that stand for themselves, and `.` for any letter.
    Word(SmolStr),
    Regex(Box<Regex>),
}

impl Pattern {
    fn of(node: Option<&Node>) -> Result<Self, (Span, String)> {
        let Some(node) = node else { return Ok(Pattern::Any) };
        // What is not known could be anything, so it selects.
        let text = node.known().unwrap_or_default();
        if matches!(text, "" | ".*") {
            return Ok(Pattern::Any);
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/' | b'.')) {
            return Ok(Pattern::Word(text.into()));
        }
        match Regex::new(&format!("^(?:{text})$")) {
            Ok(regex) => Ok(Pattern::Regex(Box::new(regex))),
            Err(_) => Err((node.span, format!("`{text}` is not a valid regular expression"))),
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Word(word) => {
                let mut letters = text.chars();
                let same = |byte: u8| letters.next().is_some_and(|letter| byte == b'.' || letter == char::from(byte));
                word.bytes().all(same) && letters.next().is_none()
            }
            Pattern::Regex(regex) => regex.is_match(text),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Pattern::Any => ".*",
            Pattern::Word(word) => word,
            Pattern::Regex(regex) => regex.as_str().trim_start_matches("^(?:").trim_end_matches(")$"),
        }
    }

    fn is_any(&self) -> bool {
        matches!(self, Pattern::Any)
    }
}

impl Selector {
    /// Reads `group`, `version`, `kind`, `name`, `namespace`, `labelSelector` and `annotationSelector`.
    pub fn of(node: &Node) -> Result<Self, (Span, String)> {
        let pattern = |key: &str| Pattern::of(node.get(key));
        let requirements = |key: &str| match node.get(key) {
            Some(value) => requirements(value.known().unwrap_or_default())
                .ok_or_else(|| (value.span, format!("`{}` is no label selector", value.text().unwrap_or_default()))),
            None => Ok(Vec::new()),
        };
        Ok(Selector {
            group: pattern("group")?,
            version: pattern("version")?,
            kind: pattern("kind")?,
            name: pattern("name")?,
            namespace: pattern("namespace")?,
            labels: requirements("labelSelector")?,
            annotations: requirements("annotationSelector")?,
        })
    }

    /// Whether it names a kind, a name or a namespace at all.
    pub fn names_something(&self) -> bool {
        ![&self.group, &self.version, &self.kind, &self.name, &self.namespace].iter().all(|pattern| pattern.is_any())
    }

    /// Kind and name, as far as it says them.
    pub fn title(&self) -> String {
        let said = [&self.kind, &self.name, &self.namespace, &self.group, &self.version].map(Pattern::as_str);
        match said {
            [kind, ".*", ..] if kind != ".*" => kind.to_owned(),
            [".*", ".*", ..] => said.into_iter().find(|text| *text != ".*").unwrap_or(".*").to_owned(),
            [kind, name, ..] => format!("{kind}/{name}"),
        }
    }

    /// Whether it selects by labels or annotations.
    pub fn has_requirements(&self) -> bool {
        !self.labels.is_empty() || !self.annotations.is_empty()
    }

    fn matches_gvk(&self, gvk: &Gvk) -> bool {
        self.kind.matches(&gvk.kind) && self.group.matches(&gvk.group) && self.version.matches(&gvk.version)
    }

    /// Whether a patch with this target is for the resource: as it is, or as it was written.
    pub fn selects(&self, object: &Object) -> bool {
        if !self.matches_gvk(&object.id.gvk) {
            return false;
        }
        let first = object.previous.first();
        let name = self.name.matches(&object.id.name) || first.is_some_and(|first| self.name.matches(&first.name));
        if !name {
            return false;
        }
        let namespace = self.namespace.is_any()
            || self.namespace.matches(&object.id.effective_namespace())
            || first.is_some_and(|first| self.namespace.matches(&first.namespace));
        namespace && self.meets_requirements(object)
    }

    /// Whether labels and annotations are as asked.
    pub fn meets_requirements(&self, object: &Object) -> bool {
        let all = |requirements: &[Requirement], field: &str| {
            requirements.is_empty() || {
                let map = object.node.at(&["metadata", field]);
                requirements.iter().all(|requirement| requirement.holds(map))
            }
        };
        all(&self.labels, "labels") && all(&self.annotations, "annotations")
    }

    /// Whether it selects an identity; the namespace as written.
    pub fn selects_id(&self, gvk: &Gvk, name: &str, namespace: &str) -> bool {
        self.matches_gvk(gvk) && self.name.matches(name) && self.namespace.matches(namespace)
    }
}

/// Whether the plain words of `selector` (no patterns) are those of an identity.
pub(super) fn is_selected(selector: &Id, gvk: &Gvk, name: &str, namespace: &str) -> bool {
    let default = |namespace: &str| namespace.is_empty() || namespace == "default";
    gvk.selected_by(&selector.gvk)
        && (selector.name.is_empty() || selector.name == name)
        && (selector.namespace.is_empty()
            || selector.namespace == namespace
            || default(&selector.namespace) && default(namespace))
}

/// One requirement of a label selector.
#[derive(Debug, Clone)]
enum Requirement {
    In(SmolStr, Vec<SmolStr>),
    NotIn(SmolStr, Vec<SmolStr>),
    Exists(SmolStr),
    Absent(SmolStr),
}

impl Requirement {
    fn holds(&self, map: Option<&Node>) -> bool {
        let found = |key: &str| map.and_then(|map| map.get(key));
        match self {
            Requirement::In(key, values) => found(key).is_some_and(|node| {
                node.is_unknown() || values.iter().any(|value| Some(value.as_str()) == node.text())
            }),
            Requirement::NotIn(key, values) => {
                found(key).is_none_or(|node| values.iter().all(|value| Some(value.as_str()) != node.text()))
            }
            Requirement::Exists(key) => found(key).is_some(),
            Requirement::Absent(key) => found(key).is_none(),
        }
    }
}

/// Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
fn requirements(text: &str) -> Option<Vec<Requirement>> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(text.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..)?);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.map(requirement).collect()
}

fn requirement(text: &str) -> Option<Requirement> {
    let key = |text: &str| {
        let key = text.trim();
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
        (!key.is_empty() && key.bytes().all(legal)).then(|| SmolStr::new(key))
    };
    let one = |value: &str| vec![SmolStr::new(value.trim())];
    if let Some((left, right)) = text.split_once("!=") {
        return Some(Requirement::NotIn(key(left)?, one(right)));
    }
    if let Some((left, right)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Some(Requirement::In(key(left)?, one(right)));
    }
    if let Some((left, values)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let values = values.split(',').map(|value| SmolStr::new(value.trim())).collect();
        let (name, word) = left.trim().rsplit_once(char::is_whitespace)?;
        return match word {
            "in" => Some(Requirement::In(key(name)?, values)),
            "notin" => Some(Requirement::NotIn(key(name)?, values)),
            _ => None,
        };
    }
    match text.strip_prefix('!') {
        Some(name) => Some(Requirement::Absent(key(name)?)),
        None => Some(Requirement::Exists(key(text)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_selectors_are_read() {
        for good in ["a=b", "a==b,c!=d", "e in (f, g),h notin (i)", "j,!k", ""] {
            assert!(requirements(good).is_some(), "{good}");
        }
        for bad in ["a b", "x in y", "=b", "a?"] {
            assert!(requirements(bad).is_none(), "{bad}");
        }
    }
}
