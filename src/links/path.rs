//! Paths into a resource, and text templates and conditions made of them, as the tables write them.

use crate::source::Span;
use crate::yaml::Node;
use smol_str::SmolStr;

/// `a.b[].*.**.x*."quoted.key"`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// The value under a key.
    Key(SmolStr),
    /// `x*y`: values under keys that start and end so.
    Like(SmolStr, SmolStr),
    /// `[]`: the items of a sequence.
    Items,
    /// `**`: this node and everything below.
    Deep,
}

impl Path {
    /// Reads a path; `None` where it is malformed.
    pub fn parse(text: &str) -> Option<Path> {
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("[]") {
                segments.push(Segment::Items);
                rest = after.strip_prefix('.').unwrap_or(after);
            } else if let Some(after) = rest.strip_prefix('"') {
                let (key, after) = after.split_once('"')?;
                segments.push(Segment::Key(SmolStr::new(key)));
                rest = after.strip_prefix('.').unwrap_or(after);
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (key, after) = rest.split_at_checked(end)?;
                segments.push(match key.split_once('*') {
                    _ if key.is_empty() => return None,
                    None => Segment::Key(SmolStr::new(key)),
                    Some(_) if key == "**" => Segment::Deep,
                    Some((head, tail)) => Segment::Like(SmolStr::new(head), SmolStr::new(tail)),
                });
                rest = after.strip_prefix('.').unwrap_or(after);
            }
        }
        Some(Path(segments))
    }

    /// This path, then another.
    pub fn then(&self, other: &Path) -> Path {
        Path(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Calls `visit` for every node at this path, in document order.
    pub fn each<'a>(&self, node: &'a Node, visit: &mut dyn FnMut(&'a Node)) {
        each(&self.0, node, visit);
    }

    /// The first node at this path.
    pub fn first<'a>(&self, node: &'a Node) -> Option<&'a Node> {
        let mut first = None;
        self.each(node, &mut |found| {
            first.get_or_insert(found);
        });
        first
    }

    /// The keys of the mappings at this path, or the texts of its scalars.
    pub fn words(&self, node: &Node) -> Vec<SmolStr> {
        let mut words = Vec::new();
        self.each(node, &mut |found| {
            words.extend(found.entries().iter().filter_map(|entry| entry.key.known()).map(SmolStr::new));
            words.extend(found.known().map(SmolStr::new));
        });
        words
    }
}

fn each<'a>(segments: &[Segment], node: &'a Node, visit: &mut dyn FnMut(&'a Node)) {
    let Some((first, rest)) = segments.split_first() else { return visit(node) };
    match first {
        Segment::Key(key) => {
            if let Some(value) = node.get(key) {
                each(rest, value, visit);
            }
        }
        Segment::Like(head, tail) => {
            for entry in node.entries() {
                let key = entry.key.text().unwrap_or("");
                if key.len() >= head.len() + tail.len()
                    && key.starts_with(head.as_str())
                    && key.ends_with(tail.as_str())
                {
                    each(rest, &entry.value, visit);
                }
            }
        }
        Segment::Items => node.items().iter().for_each(|item| each(rest, item, visit)),
        Segment::Deep => {
            each(rest, node, visit);
            for entry in node.entries() {
                each(segments, &entry.value, visit);
            }
            for item in node.items() {
                each(segments, item, visit);
            }
        }
    }
}

/// `text-{path|other path}`: of several paths the first that exists counts; a path may stand for many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(SmolStr),
    Paths(Vec<Path>),
    /// `?`: not known.
    Unknown,
}

/// One text that a template stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// The text; `None` where part of it is unknown.
    pub text: Option<SmolStr>,
    /// The last scalar it was made of.
    pub span: Option<Span>,
}

impl Template {
    /// Reads a template; `None` where it is malformed.
    pub fn parse(text: &str) -> Option<Template> {
        if text == "?" {
            return Some(Template(vec![Part::Unknown]));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, after) = after.split_once('}')?;
            if !before.is_empty() {
                parts.push(Part::Text(SmolStr::new(before)));
            }
            parts.push(Part::Paths(inside.split('|').map(Path::parse).collect::<Option<_>>()?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(SmolStr::new(rest)));
        }
        Some(Template(parts))
    }

    /// What was filled into a text with one gap in it.
    pub fn unfilled<'t>(&self, text: &'t str) -> Option<&'t str> {
        let gap = match self.0.as_slice() {
            [Part::Text(before), Part::Paths(_)] => text.strip_prefix(before.as_str())?,
            [Part::Paths(_), Part::Text(after)] => text.strip_suffix(after.as_str())?,
            [Part::Text(before), Part::Paths(_), Part::Text(after)] => {
                text.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?
            }
            _ => return None,
        };
        Some(gap).filter(|gap| !gap.is_empty())
    }

    /// Every text it stands for in this resource; none where a path leads nowhere.
    pub fn fill(&self, node: &Node) -> Vec<Filled> {
        let mut filled = vec![Filled { text: Some(SmolStr::default()), span: None }];
        for part in &self.0 {
            let choices: Vec<Filled> = match part {
                Part::Text(text) => vec![Filled { text: Some(text.clone()), span: None }],
                Part::Unknown => vec![Filled { text: None, span: None }],
                Part::Paths(paths) => {
                    paths.iter().map(|path| texts(path, node)).find(|found| !found.is_empty()).unwrap_or_default()
                }
            };
            let join = |left: &Filled, right: &Filled| Filled {
                text: left.text.as_ref().zip(right.text.as_ref()).map(|(a, b)| SmolStr::from(format!("{a}{b}"))),
                span: right.span.or(left.span),
            };
            // A template names at most one path of many; more are not multiplied.
            filled = match (filled.as_slice(), choices.as_slice()) {
                (lefts, [right]) => lefts.iter().map(|left| join(left, right)).collect(),
                ([left, ..], rights) => rights.iter().map(|right| join(left, right)).collect(),
                _ => Vec::new(),
            };
        }
        filled
    }
}

/// The texts at a path; a mapping stands for its keys.
fn texts(path: &Path, node: &Node) -> Vec<Filled> {
    let mut found = Vec::new();
    path.each(node, &mut |node| {
        let keys = node.entries().iter().map(|entry| &entry.key);
        let texts = keys.chain([node]).filter(|node| node.text().is_some());
        found.extend(texts.map(|node| Filled { text: node.known().map(SmolStr::new), span: Some(node.span) }));
    });
    found
}

/// `path`, `!path`, `path=value`, `path!=value`, `path~word`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    path: Path,
    test: Test,
    negated: bool,
}

/// What one node at the path of a condition must be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// There.
    Exists,
    /// This text.
    Is(SmolStr),
    /// A text that holds this one.
    Has(SmolStr),
}

impl Condition {
    /// Reads a condition; `None` where it is malformed.
    pub fn parse(text: &str) -> Option<Condition> {
        let (path, test, negated) = if let Some((path, value)) = text.split_once("!=") {
            (path, Test::Is(SmolStr::new(value)), true)
        } else if let Some((path, value)) = text.split_once('=') {
            (path, Test::Is(SmolStr::new(value)), false)
        } else if let Some((path, word)) = text.split_once('~') {
            (path, Test::Has(SmolStr::new(word)), false)
        } else {
            text.strip_prefix('!').map_or((text, Test::Exists, false), |path| (path, Test::Exists, true))
        };
        Some(Condition { path: Path::parse(path)?, test, negated })
    }

    /// Whether it holds for a resource.
    pub fn holds(&self, node: &Node) -> bool {
        let mut found = false;
        self.path.each(node, &mut |node| {
            found |= match &self.test {
                Test::Exists => !node.is_null(),
                Test::Is(value) => node.text() == Some(value),
                Test::Has(word) => node.text().is_some_and(|text| text.contains(word.as_str())),
            };
        });
        found != self.negated
    }
}
