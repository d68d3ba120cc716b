//! Post-build substitution of a whole resource. Flux substitutes in the YAML text that kustomize
//! prints, so a value can change the type of a scalar, or make a list of it, unless the printer
//! quoted the scalar.

use super::envsubst::{self, Expanded, Malformed, Use, Variable};
use crate::resource::Resource;
use crate::source::Span;
use crate::yaml::{self, Entry, Mode, Node, Resolved, Scalar, Style, Value};
use smol_str::SmolStr;
use std::collections::HashSet;
use std::sync::Arc;

/// Label or annotation that takes a resource out of substitution when it says `disabled`.
pub const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// A `${…}` in a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableUse {
    /// The scalar that holds it.
    pub scalar: Span,
    /// The scalar's text before substitution.
    pub text: SmolStr,
    /// The expression.
    pub found: Use,
}

impl VariableUse {
    /// Whether it stands in a comment of a text of several lines, where it does no harm.
    pub fn is_in_comment(&self) -> bool {
        let before = self.text.get(..self.found.range.start).unwrap_or_default();
        before.rsplit_once('\n').map_or(before, |(_, line)| line).trim_start().starts_with('#')
    }

    /// The bytes of the source that hold the expression; the whole scalar where they cannot be told apart.
    pub fn span(&self, source: &str) -> Span {
        locate(source, self.scalar, &self.text, self.found.range.clone()).unwrap_or(self.scalar)
    }
}

/// Names that are told apart in one text: one that uses more is one mistake, or none.
const MAX_NAMES: usize = 50;

/// The uses of variables outside of comments, the first of each name in a text: one script may use a variable a thousand
/// times.
pub fn distinct(uses: &[VariableUse]) -> impl Iterator<Item = &VariableUse> {
    uses.chunk_by(|one, other| one.scalar == other.scalar).flat_map(|uses| {
        let mut seen = HashSet::new();
        uses.iter().filter(move |used| !used.is_in_comment() && seen.insert(&used.found.name)).take(MAX_NAMES)
    })
}

/// What texts with variables are: programs, which have variables of their own, or not. Remembers the last one, since one
/// text may use a variable a thousand times.
#[derive(Debug, Default)]
pub struct Scripts<'a> {
    last: Option<(Span, Script<'a>)>,
}

#[derive(Debug)]
struct Script<'a> {
    is_long: bool,
    has_interpreter: bool,
    /// What it gives values to.
    assigned: HashSet<&'a str>,
}

impl<'a> Scripts<'a> {
    /// Whether a use stands in text that looks like a program: several lines, or one that assigns the variable.
    pub fn hold(&mut self, used: &'a VariableUse) -> bool {
        let known = self.last.take().filter(|(scalar, _)| *scalar == used.scalar);
        let (_, script) = self.last.insert(known.unwrap_or_else(|| (used.scalar, Script::read(&used.text))));
        let name = used.found.name.as_str();
        let lower = name.bytes().any(|byte| byte.is_ascii_lowercase());
        script.has_interpreter || script.assigned.contains(name) || script.is_long && lower
    }
}

impl<'a> Script<'a> {
    fn read(text: &'a str) -> Self {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let mut assigned = HashSet::new();
        for (at, _) in text.match_indices('=') {
            let before = text.as_bytes().get(..at).unwrap_or_default();
            let length = before.iter().rev().take_while(|byte| is_name(byte)).count();
            assigned.extend(text.get(at - length..at));
        }
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            if matches!(word, "for" | "read") {
                let _ = words.next_if_eq(&"-r");
                assigned.extend(words.peek().map(|name| name.trim_end_matches(';')));
            }
        }
        let is_long = text.trim_end().lines().nth(1).is_some();
        Script { is_long, has_interpreter: text.starts_with("#!"), assigned }
    }
}

/// Why a resource could not be substituted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The text before substitution cannot be read.
    Malformed {
        /// The scalar's text.
        text: SmolStr,
        /// Where in it, and why.
        malformed: Malformed,
    },
    /// The text after substitution is no YAML; this is it.
    NotYaml(SmolStr),
}

/// What substitution found in a resource.
#[derive(Debug, Default)]
pub struct Found {
    /// Every variable, in document order.
    pub uses: Vec<VariableUse>,
    /// Scalars that Flux cannot substitute, which fails the Kustomization.
    pub refusals: Vec<(Span, Refusal)>,
}

/// Whether a label or annotation takes this resource out of substitution.
pub fn is_disabled(resource: &Resource) -> bool {
    resource.label(SUBSTITUTE) == Some("disabled") || resource.annotation(SUBSTITUTE) == Some("disabled")
}

/// A resource after substitution, without looking at [`is_disabled`].
pub fn substitute(node: &Node, lookup: &dyn Fn(&str) -> Variable, found: &mut Found) -> Node {
    let mut visit = |node: &Node, scalar: &Scalar, place: Place| {
        scalar_changed(node, scalar, place, lookup, found).or_else(|| settled(node, scalar))
    };
    rewritten(node, Place::Value, &mut visit).unwrap_or_else(|| node.clone())
}

/// A resource that is not substituted: what kustomize printed as a string is one to everybody.
pub fn settle(node: &Node) -> Node {
    let mut visit = |node: &Node, scalar: &Scalar, _: Place| settled(node, scalar);
    rewritten(node, Place::Value, &mut visit).unwrap_or_else(|| node.clone())
}

/// `yes` is a string to kustomize, and stays one on its way to the API server, which would read a boolean.
fn settled(node: &Node, scalar: &Scalar) -> Option<Node> {
    let bare = scalar.style == Style::Plain && !scalar.unknown && scalar.text.len() <= 3 && node.props.is_none();
    if !bare || !matches!(node.resolve(Mode::Yaml11), Some(Resolved::Bool(_))) {
        return None;
    }
    Some(Node::string(node.span, scalar.text.clone()))
}

/// The node with the scalars that `visit` changes, or nothing where it changes none.
fn rewritten(node: &Node, place: Place, visit: &mut impl FnMut(&Node, &Scalar, Place) -> Option<Node>) -> Option<Node> {
    let value = match &node.value {
        Value::Scalar(scalar) => return visit(node, scalar, place),
        Value::Seq(items) => {
            let mut new: Option<Vec<Node>> = None;
            for (index, item) in items.iter().enumerate() {
                let Some(item) = rewritten(item, Place::Value, visit) else { continue };
                if let Some(slot) = new.get_or_insert_with(|| items.to_vec()).get_mut(index) {
                    *slot = item;
                }
            }
            Value::Seq(Arc::new(new?))
        }
        Value::Map(entries) => {
            let mut new: Option<Vec<Entry>> = None;
            for (index, entry) in entries.iter().enumerate() {
                let key = rewritten(&entry.key, Place::Key, visit);
                let value = rewritten(&entry.value, Place::Value, visit);
                if key.is_none() && value.is_none() {
                    continue;
                }
                if let Some(slot) = new.get_or_insert_with(|| entries.to_vec()).get_mut(index) {
                    slot.key = key.unwrap_or_else(|| slot.key.clone());
                    slot.value = value.unwrap_or_else(|| slot.value.clone());
                }
            }
            Value::Map(Arc::new(new?))
        }
    };
    Some(Node { span: node.span, value, props: node.props.clone() })
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Key,
    Value,
}

fn scalar_changed(
    node: &Node,
    scalar: &Scalar,
    place: Place,
    lookup: &dyn Fn(&str) -> Variable,
    found: &mut Found,
) -> Option<Node> {
    if !envsubst::is_template(&scalar.text) {
        return None;
    }
    let expanded = match envsubst::expand(&scalar.text, lookup) {
        Ok(expanded) => expanded,
        Err(malformed) => {
            found.refusals.push((node.span, Refusal::Malformed { text: scalar.text.clone(), malformed }));
            return None;
        }
    };
    let Expanded { text, unknown, partial, uses } = expanded;
    let partial = partial || scalar.unknown;
    let unknown = unknown || scalar.unknown;
    found.uses.extend(uses.into_iter().map(|found| VariableUse {
        scalar: node.span,
        text: scalar.text.clone(),
        found,
    }));
    let style = printed_style(&scalar.text, place);
    let as_scalar = |text: &str, style| Node {
        span: node.span,
        value: Value::Scalar(Scalar { text: SmolStr::new(text), style, unknown }),
        props: None,
    };
    if style != Style::Plain || partial {
        return Some(as_scalar(&text, style));
    }
    if is_plain(&text) {
        // Written out, so that it is a boolean to those who read YAML 1.2 as well.
        let text = match yaml::resolve(&text, Mode::Yaml11) {
            Resolved::Bool(truth) => truth.to_string(),
            _ => text,
        };
        return Some(as_scalar(&text, Style::Plain));
    }
    match reread(&text, place, node.span) {
        Some(mut node) => {
            if let Value::Scalar(scalar) = &mut node.value {
                scalar.unknown = unknown;
            }
            Some(node)
        }
        None => {
            found.refusals.push((node.span, Refusal::NotYaml(SmolStr::new(&text))));
            Some(as_scalar(&text, Style::Double))
        }
    }
}

/// How `sigs.k8s.io/yaml` prints a string, which decides how the text is read after substitution.
pub(super) fn printed_style(text: &str, place: Place) -> Style {
    if text.contains('\n') {
        return if place == Place::Key || !is_block(text) { Style::Double } else { Style::Literal };
    }
    if yaml::resolve(text, Mode::Yaml12) != Resolved::Str || yaml::resolve(text, Mode::Yaml11) != Resolved::Str {
        return Style::Double;
    }
    if is_plain(text) { Style::Plain } else { Style::Single }
}

/// Whether a text of several lines can stand in a block scalar.
fn is_block(text: &str) -> bool {
    !text.contains(" \n") && !text.ends_with(' ') && !text.chars().any(|c| c.is_control() && c != '\n')
}

/// Whether a text on one line reads as itself when it stands in a block mapping without quotes.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return true;
    };
    let then_space = text.chars().nth(1).is_none_or(|c| c == ' ');
    let indicator = "#,[]{}&*!|>'\"%@`".contains(first) || "-?:".contains(first) && then_space;
    let marker = text.starts_with("---") || text.starts_with("...");
    !indicator
        && !marker
        && first != ' '
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(char::is_control)
}

/// What a text means that stands in a mapping without quotes; every part gets the scalar's span.
fn reread(text: &str, place: Place, span: Span) -> Option<Node> {
    let document = match place {
        Place::Key => format!("{text}: x\n"),
        Place::Value => format!("x: {text}\n"),
    };
    let mut parsed = yaml::parse(span.file, &document);
    let document = parsed.documents.pop().filter(|document| !document.broken && parsed.documents.is_empty())?;
    let [entry] = document.root.entries() else {
        return None;
    };
    let node = match place {
        Place::Key => entry.key.clone(),
        Place::Value => entry.value.clone(),
    };
    Some(moved(node, span))
}

pub(super) fn moved(node: Node, span: Span) -> Node {
    let value = match node.value {
        Value::Seq(items) => Value::Seq(Arc::new(items.iter().map(|item| moved(item.clone(), span)).collect())),
        Value::Map(entries) => Value::Map(Arc::new(
            entries
                .iter()
                .map(|entry| Entry { key: moved(entry.key.clone(), span), value: moved(entry.value.clone(), span) })
                .collect(),
        )),
        scalar => scalar,
    };
    Node { span, value, props: None }
}

/// Where an expression of a scalar's text stands in the source, whatever the scalar's style: the n-th `${NAME`
/// of the text is the n-th of the source.
fn locate(source: &str, scalar: Span, text: &str, range: std::ops::Range<usize>) -> Option<Span> {
    let written = source.get(scalar.start as usize..scalar.end as usize)?;
    let expression = text.get(range.clone())?;
    let name = expression.get(2..)?.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '#')? + 2;
    let opening = expression.get(..name)?;
    let before = text.get(..range.start)?.matches(opening).count();
    let (start, _) = written.match_indices(opening).nth(before)?;
    let rest = written.get(start..)?;
    let end = if rest.starts_with(expression) { expression.len() } else { rest.find('}')? + 1 };
    Some(Span::new(scalar.file, scalar.start as usize + start, scalar.start as usize + start + end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn run(text: &str, values: &[(&str, &str)]) -> (Node, Found) {
        let parsed = yaml::parse(FileId(0), text);
        let mut found = Found::default();
        let lookup = |name: &str| match values.iter().find(|(key, _)| *key == name) {
            Some((_, "?")) => Variable::Unknown(None),
            Some((_, value)) => Variable::Known(SmolStr::new(value), Span::new(FileId(0), 0, 0)),
            None => Variable::Undefined,
        };
        let node = substitute(&parsed.documents[0].root, &lookup, &mut found);
        (node, found)
    }

    fn same(text: &str, values: &[(&str, &str)], expected: &str) {
        let (node, found) = run(text, values);
        assert_eq!(found.refusals, [], "{text}");
        let parsed = yaml::parse(FileId(0), expected);
        assert!(yaml::same_data(&node, &parsed.documents[0].root), "{text} gives {node:?}");
    }

    #[test]
    fn types_change_where_the_printer_does_not_quote() {
        let values = [("N", "2"), ("T", "on"), ("S", "word"), ("L", "[a, b]"), ("E", "")];
        same("a: ${N}", &values, "a: 2");
        same("a: '${N}'", &values, "a: 2");
        same("a: \"${T}\"", &values, "a: true");
        same("a: [\"${N}${N}\", 'x${N}']", &values, "a: [22, x2]");
        same("a: '*.${S}'", &values, "a: '*.word'");
        same("a: '#${N}'", &values, "a: '#2'");
        same("a: |\n  ${N}\n", &values, "a: |\n  2\n");
        same("a: '${N}:'", &values, "a: '2:'");
        same("a: ${L}", &values, "a: [a, b]");
        same("a: ${E}", &values, "a: ");
        same("${S}: z", &values, "word: z");
        same("a: \"$${N}\"", &values, "a: ${N}");
        same("a: ${N:-3}%", &values, "a: 2%");
    }

    #[test]
    fn unknown_keeps_what_is_written() {
        let (node, found) = run("a: ${S}-${N}\nb: ${S}\n", &[("S", "?"), ("N", "1")]);
        assert_eq!(node.text_at(&["a"]), Some("${S}-1"));
        assert!(node.at(&["a"]).is_some_and(Node::is_unknown));
        assert!(node.at(&["b"]).is_some_and(Node::is_unknown));
        assert_eq!(found.uses.len(), 3);
    }

    #[test]
    fn a_value_can_break_the_yaml() {
        let (_, found) = run("a: ${X}\nb: ${Y}\n", &[("X", "*.example.org"), ("Y", "a: b")]);
        assert_eq!(found.refusals.len(), 2);
        let (_, found) = run("a: 'echo ${arr[0]}'\n", &[]);
        assert!(matches!(found.refusals[..], [(_, Refusal::Malformed { .. })]));
    }

    #[test]
    fn uses_are_found_in_every_style() {
        let text = "a: 'x ''${B}'' ${C:=1} ${B}'\nb: |\n    one\n    two ${B}\n";
        let (_, found) = run(text, &[]);
        let spans: Vec<&str> = found
            .uses
            .iter()
            .map(|used| used.span(text))
            .map(|span| &text[span.start as usize..span.end as usize])
            .collect();
        assert_eq!(spans, ["${B}", "${C:=1}", "${B}", "${B}"]);
        let starts: Vec<u32> = found.uses.iter().map(|used| used.span(text).start).collect();
        assert_eq!(starts, [8, 15, 23, 50]);
    }
}
