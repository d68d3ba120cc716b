//! `configMapGenerator` and `secretGenerator`, and the hash that goes to their names.

use super::context::Context;
use super::fault::{Fault, FaultKind};
use super::gather::append;
use super::level::Level;
use super::object::{Behavior, Object, as_string, put, string_pairs};
use super::read;
use crate::source::{Span, nearest};
use crate::yaml::{Entry, Node, Style, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A key with its value, each where it is written.
struct Pair {
    key: SmolStr,
    key_span: Span,
    value: Node,
}

/// The ConfigMap or Secret of one generator.
pub(super) fn generated(
    context: &mut Context,
    args: &Node,
    kind: &str,
    global: Option<&Node>,
    folder: &str,
) -> Option<Object> {
    let field = |name: &str| args.get(name).filter(|node| node.text().is_some_and(|text| !text.is_empty()));
    let Some(name) = field("name").or_else(|| args.at(&["metadata", "name"])) else {
        context.fault(Fault::new(FaultKind::GeneratorInvalid, args.span, "a generator needs a `name`"));
        return None;
    };
    let namespace = field("namespace").or_else(|| args.at(&["metadata", "namespace"]));
    let span = name.span;
    let plain = |text: &'static str| Node::scalar(span, text, Style::Plain);
    let mut node = Node::map(args.span, Vec::new());
    put(&mut node, "apiVersion", plain("v1"));
    put(&mut node, "kind", Node::scalar(span, kind, Style::Plain));
    let mut metadata = Node::map(span, Vec::new());
    put(&mut metadata, "name", as_string(name));
    if let Some(namespace) = namespace {
        put(&mut metadata, "namespace", as_string(namespace));
    }
    let options = [args.get("options"), global];
    for field in ["labels", "annotations"] {
        let pairs = option_pairs(&options, field);
        if let Some(first) = pairs.first() {
            put(&mut metadata, field, Node::map(first.value.span, pairs));
        }
    }
    put(&mut node, "metadata", metadata);
    let secret = kind == "Secret";
    if secret {
        let opaque = Node::string(span, "Opaque");
        put(&mut node, "type", field("type").map_or(opaque, as_string));
    }
    let pairs = pairs_of(context, args, folder);
    let entries: Vec<Entry> = pairs
        .into_values()
        .map(|pair| {
            let value = if secret { encoded(&pair.value) } else { pair.value };
            Entry { key: Node::scalar(pair.key_span, pair.key, Style::Plain), value }
        })
        .collect();
    if secret || !entries.is_empty() {
        put(&mut node, "data", Node::map(args.span, entries));
    }
    let option = |field: &str| options.iter().flatten().find(|options| options.get(field).is_some_and(Node::is_true));
    if let Some(options) = option("immutable") {
        let span = options.get("immutable").map_or(span, |node| node.span);
        put(&mut node, "immutable", Node::scalar(span, "true", Style::Plain));
    }
    let mut object = Object::new(node, context.facts);
    object.hashed = option("disableNameSuffixHash").is_none();
    object.behavior = match field("behavior").and_then(Node::known) {
        None | Some("create") => Behavior::Create,
        Some("merge") => Behavior::Merge,
        Some("replace") => Behavior::Replace,
        Some(other) => {
            let span = field("behavior").map_or(span, |node| node.span);
            let message = format!("`behavior` must be `create`, `replace` or `merge`, not `{other}`");
            let near = nearest(other, ["create", "replace", "merge"]);
            // kustomize takes any other word for `create`.
            context.fault(Fault::new(FaultKind::UnknownBehavior, span, message).suggest(near));
            Behavior::Create
        }
    };
    Some(object)
}

/// Everything that `envs`, `literals` and `files` say, by key.
fn pairs_of(context: &mut Context, args: &Node, folder: &str) -> BTreeMap<SmolStr, Pair> {
    let mut pairs = Vec::new();
    let env = args.get("env").filter(|env| env.text().is_some_and(|text| !text.is_empty()));
    for path in args.items_at(&["envs"]).iter().chain(env) {
        env_file(context, path, folder, &mut pairs);
    }
    for literal in args.items_at(&["literals"]) {
        let text = literal.text().unwrap_or_default();
        let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            let help = "write `key=value`";
            context.fault(
                Fault::new(FaultKind::GeneratorInvalid, literal.span, format!("`{text}` is not `key=value`"))
                    .help(help),
            );
            continue;
        };
        let mut node = Node::string(literal.span, unquoted(value));
        set_unknown(&mut node, literal.is_unknown());
        pairs.push(Pair { key: key.into(), key_span: literal.span, value: node });
    }
    for source in args.items_at(&["files"]) {
        file_source(context, source, folder, &mut pairs);
    }
    let mut by_key: BTreeMap<SmolStr, Pair> = BTreeMap::new();
    for pair in pairs {
        match by_key.get(&pair.key) {
            Some(first) => {
                let message = format!("the generator has the key `{}` twice", pair.key);
                let fault = Fault::new(FaultKind::GeneratorInvalid, pair.key_span, message);
                context.fault(fault.related(first.key_span, "first here"));
            }
            None => drop(by_key.insert(pair.key.clone(), pair)),
        }
    }
    by_key
}

/// Lines `KEY=value` of a file.
fn env_file(context: &mut Context, path: &Node, folder: &str, pairs: &mut Vec<Pair>) {
    let Some(file) = read::file(context, path, folder, FaultKind::GeneratorSourceMissing) else { return };
    let text = file.source.text.as_str();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').unwrap_or(content);
        let content = if at == 0 { content.trim_start_matches('\u{feff}') } else { content };
        let trimmed = content.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let span = file.source.span(at..at + line.trim_end_matches(['\n', '\r']).len());
        // A key without value would be taken from the environment, which is not ours: kustomize gives it none.
        let (key, value) = trimmed.split_once('=').unwrap_or((trimmed, ""));
        let mut value = Node::string(span, value);
        set_unknown(&mut value, !file.is_exact());
        pairs.push(Pair { key: key.into(), key_span: span, value });
    }
}

/// `path` or `key=path`.
fn file_source(context: &mut Context, source: &Node, folder: &str, pairs: &mut Vec<Pair>) {
    let text = source.text().unwrap_or_default();
    let (key, path) = match text.split_once('=') {
        None => (text.rsplit('/').find(|part| !part.is_empty()).unwrap_or(text), text),
        Some((key, path)) if !key.is_empty() && !path.is_empty() && !path.contains('=') => (key, path),
        Some(_) => {
            let fault = Fault::new(FaultKind::GeneratorInvalid, source.span, format!("`{text}` is no file source"));
            return context.fault(fault.help("write `path` or `key=path`"));
        }
    };
    let mut place = Node::scalar(source.span, path, source.as_scalar().map_or(Style::Plain, |scalar| scalar.style));
    set_unknown(&mut place, source.is_unknown());
    let value = match read::file(context, &place, folder, FaultKind::GeneratorSourceMissing) {
        Some(file) => {
            let (span, text) = (file.source.span(0..file.source.text.len()), file.source.text.as_str());
            let mut value = Node::scalar(span, text, Style::Literal);
            set_unknown(&mut value, !file.is_exact());
            value
        }
        None => {
            let mut value = Node::string(source.span, "");
            set_unknown(&mut value, true);
            value
        }
    };
    pairs.push(Pair { key: key.into(), key_span: source.span, value });
}

/// Adds what a generator made: as a new resource, or to the one that is there.
pub(super) fn absorb(context: &mut Context, level: &mut Level, mut object: Object, args: &Node) {
    let key = object.id.key();
    let found: Vec<usize> = (0..level.set.objects.len())
        .filter(|at| {
            level
                .set
                .objects
                .get(*at)
                .is_some_and(|existing| existing.id.gvk == key.gvk && existing.keys().any(|other| other == key))
        })
        .collect();
    let span = args.get("name").map_or(args.span, |name| name.span);
    let title = object.id.title();
    let existing = match (found.as_slice(), object.behavior) {
        ([], Behavior::Create) => return append(context, &mut level.set, object, span),
        ([], _) => {
            if context.notes.incomplete {
                return context.unchecked(span, format!("`{title}` may be among what is not at hand"));
            }
            let like = level.set.objects.iter().filter(|existing| existing.id.gvk == key.gvk);
            let near = nearest(&key.name, like.map(|existing| existing.id.name.as_str()));
            let message = format!("there is no `{title}` to merge with or to replace");
            return context.fault(Fault::new(FaultKind::GeneratorTarget, span, message).suggest(near));
        }
        ([at], Behavior::Create) => {
            let mut fault =
                Fault::new(FaultKind::GeneratorTarget, span, format!("`{title}` is already among the resources"));
            if let Some(existing) = level.set.objects.get(*at) {
                fault = fault.related(existing.name_span(), "first defined here");
            }
            return context.fault(fault.help("give the generator `behavior: merge` or `replace`"));
        }
        ([at], _) => *at,
        _ => {
            let message = format!("several resources could be the `{title}` that is changed");
            return context.fault(Fault::new(FaultKind::GeneratorTarget, span, message));
        }
    };
    let Some(slot) = level.set.objects_mut().get_mut(existing) else { return };
    if object.behavior == Behavior::Merge {
        for field in ["data", "binaryData"] {
            merge_maps(&mut object.node, &slot.node, &[field]);
        }
        object.origin = slot.origin.clone().or(object.origin);
    }
    for field in ["labels", "annotations"] {
        merge_maps(&mut object.node, &slot.node, &["metadata", field]);
    }
    if let Some(metadata) = object.node.get_mut("metadata") {
        for field in ["name", "namespace"] {
            match slot.node.at(&["metadata", field]) {
                Some(node) => put(metadata, field, node.clone()),
                None => drop(metadata.remove(field)),
            }
        }
    }
    let hashed = object.hashed && slot.hashed;
    *slot = Object { node: object.node, hashed, origin: object.origin, ..slot.clone() };
    slot.refresh(context.facts);
}

/// Adds what `from` has at a path and `node` lacks; all values become strings.
fn merge_maps(node: &mut Node, from: &Node, path: &[&str]) {
    let mut pairs = string_pairs(from.at(path));
    for pair in string_pairs(node.at(path)) {
        match pairs.iter_mut().find(|existing| existing.key.text() == pair.key.text()) {
            Some(existing) => *existing = pair,
            None => pairs.push(pair),
        }
    }
    let (Some((field, parents)), Some(first)) = (path.split_last(), pairs.first()) else { return };
    let span = first.value.span;
    let parent = parents.iter().try_fold(node, |node, key| super::object::map_at(node, key, span));
    if let Some(parent) = parent {
        put(parent, field, Node::map(span, pairs));
    }
}

/// Labels or annotations of a generator; its own options win over `generatorOptions`.
fn option_pairs(options: &[Option<&Node>; 2], field: &str) -> Vec<Entry> {
    let mut pairs: Vec<Entry> = Vec::new();
    for options in options.iter().flatten() {
        for pair in string_pairs(options.get(field)) {
            if !pairs.iter().any(|existing| existing.key.text() == pair.key.text()) {
                pairs.push(pair);
            }
        }
    }
    pairs
}

fn unquoted(value: &str) -> &str {
    let inner = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

fn set_unknown(node: &mut Node, unknown: bool) {
    if let Value::Scalar(scalar) = &mut node.value {
        scalar.unknown = unknown;
    }
}

/// The value of a Secret: base64, long ones in lines of 70 letters.
fn encoded(value: &Node) -> Node {
    const LINE: usize = 70;
    let text = value.as_scalar().map(|scalar| scalar.text.clone()).unwrap_or_default();
    let encoded = STANDARD.encode(text.as_bytes());
    let text = if encoded.len() < LINE {
        encoded
    } else {
        let lines = encoded.as_bytes().chunks(LINE).map(|line| String::from_utf8_lossy(line).into_owned() + "\n");
        lines.collect()
    };
    let mut node = Node::string(value.span, text);
    set_unknown(&mut node, value.is_unknown());
    node
}
