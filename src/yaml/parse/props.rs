//! Anchors, tags and aliases.

use super::*;
use crate::diagnostic::did_you_mean;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

impl Parser<'_> {
    /// One `&anchor` or `!tag`.
    pub(super) fn properties(&mut self, props: &mut Option<Box<Props>>) {
        let start = self.at;
        let anchor = self.peek() == Some(b'&');
        let in_flow = |byte: Option<u8>| is_flow_indicator(byte);
        if !anchor && self.byte(start + 1) == Some(b'<') {
            while !matches!(self.peek(), None | Some(b'>' | b'\n' | b'\r')) {
                self.at += 1;
            }
            self.at += usize::from(self.peek() == Some(b'>'));
        } else {
            while !self.ends_word(self.at) && !in_flow(self.peek()) {
                self.at += 1;
            }
        }
        let span = self.span(start, self.at);
        self.content_end = self.at;
        let word = self.slice(start, self.at);
        let slot = props.get_or_insert_default();
        if anchor {
            let name = SmolStr::new(&word[1..]);
            if name.is_empty() || slot.anchor.is_some() {
                return self.fail_at(span, "two anchors on one value, or one without a name", None, None);
            }
            self.all_anchors.entry(name.clone()).or_insert(span);
            slot.anchor = Some((name, span));
        } else {
            if slot.tag.is_some() {
                return self.fail_at(span, "two tags on one value", None, None);
            }
            match resolve_tag(word, &self.tag_handles) {
                Some(tag) => slot.tag = Some((SmolStr::new(tag), span)),
                None => {
                    return self.fail_at(
                        span,
                        format!("tag `{word}` uses a handle that no `%TAG` line defines"),
                        None,
                        None,
                    );
                }
            }
        }
        if !self.ends_word(self.at) && !matches!(self.peek(), Some(b',' | b']' | b'}')) {
            self.fail("a space is missing after an anchor or tag");
        }
    }

    /// Attaches anchor and tag, and remembers the anchor.
    pub(super) fn with_props(&mut self, mut node: Node, props: Option<Box<Props>>) -> Node {
        let Some(mut props) = props else { return node };
        if let Some(own) = node.props.take() {
            if own.anchor.is_some() && props.anchor.is_some() {
                self.fail("two anchors on one value");
            }
            props.anchor = own.anchor.or(props.anchor);
            props.tag = own.tag.or(props.tag);
        }
        if let (Some((tag, _)), Value::Scalar(scalar)) = (&props.tag, &mut node.value)
            && tag == "tag:yaml.org,2002:binary"
        {
            decode(scalar);
        }
        if let Some((name, span)) = &props.anchor {
            let (nodes, depth) = weight(&node);
            self.anchors.insert(name.clone(), Anchor { node: node.clone(), nodes, depth, span: *span });
        }
        node.props = Some(props);
        node
    }

    /// End of an alias. A colon may belong to a name, but go-yaml ends the name before it: so does a known anchor.
    pub(super) fn alias_end(&self, start: usize) -> usize {
        let mut at = start + 1;
        while !self.ends_word(at) && !is_flow_indicator(self.byte(at)) {
            at += 1;
        }
        let name = self.slice(start + 1, at);
        match name.strip_suffix(':') {
            Some(shorter) if !self.anchors.contains_key(name) && self.anchors.contains_key(shorter) => at - 1,
            _ => at,
        }
    }

    pub(super) fn alias(&mut self) -> Node {
        let start = self.at;
        self.at = self.alias_end(start);
        self.content_end = self.at;
        let span = self.span(start, self.at);
        let name = self.slice(start + 1, self.at);
        if name.is_empty() {
            self.fail_at(span, "an alias without a name", None, Some("quote the value if it begins with `*`"));
            return Node::null(span);
        }
        if let Some(anchor) = self.anchors.get(name) {
            self.nodes += anchor.nodes;
            let too_deep = self.depth + anchor.depth > MAX_DEPTH;
            if !too_deep && self.nodes <= MAX_NODES {
                return Node { span, value: anchor.node.value.clone(), props: None };
            }
            let related = Some((anchor.span, "the anchor".to_owned()));
            self.fail_at(span, format!("alias `*{name}` makes the document too large or too deep"), related, None);
            return Node::null(span);
        }
        self.lost_alias(name, span);
        let mut scalar = Scalar::new(self.slice(start, self.at), Style::Plain);
        scalar.unknown = true;
        Node { span, value: Value::Scalar(scalar), props: None }
    }

    pub(super) fn lost_alias(&mut self, name: &str, span: Span) {
        let message = format!("alias `*{name}` has no anchor");
        let index = self.out.problems.len();
        self.problem(span, message).kind = ProblemKind::AliasUndefined;
        let names = self.anchors.keys().map(SmolStr::as_str);
        let near = if self.lost_aliases.len() < MAX_SUGGESTIONS { crate::source::nearest(name, names) } else { None };
        if let Some((near, at)) = near.and_then(|near| Some((near, self.anchors.get(near)?.span))) {
            let text = did_you_mean(format_args!("*{near}"));
            let problem = &mut self.out.problems[index];
            problem.related.push((at, "a similar anchor is defined here".to_owned()));
            problem.help = Some(text);
        }
        self.lost_aliases.push((SmolStr::new(name), index));
    }
}

/// The full name of a tag; `None` when its handle is not defined.
fn resolve_tag(word: &str, handles: &[(String, String)]) -> Option<String> {
    if let Some(verbatim) = word.strip_prefix("!<") {
        return Some(verbatim.trim_end_matches('>').to_owned());
    }
    let (handle, name) = match word.get(1..)?.find('!') {
        Some(at) => word.split_at(at + 2),
        None => word.split_at(1),
    };
    let defined = handles.iter().rev().find(|(known, _)| known == handle).map(|(_, prefix)| prefix.as_str());
    match (defined, handle) {
        (Some(prefix), _) => Some(format!("{prefix}{name}")),
        (None, "!") => Some(word.to_owned()),
        (None, "!!") => Some(format!("tag:yaml.org,2002:{name}")),
        _ => None,
    }
}

/// Reads the base64 of a `!!binary`, as every reader does; bytes that are no text could be anything.
fn decode(scalar: &mut Scalar) {
    let digits: String = scalar.text.split(['\n', '\r']).collect();
    let Ok(bytes) = BASE64.decode(digits) else { return };
    match String::from_utf8(bytes) {
        Ok(text) => scalar.text = text.into(),
        Err(_) => scalar.unknown = true,
    }
    scalar.style = Style::Double;
}

/// Base64 as Go reads it.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The nodes and levels that a value stands for.
fn weight(node: &Node) -> (usize, usize) {
    let children = node.entries().iter().flat_map(|entry| [&entry.key, &entry.value]).chain(node.items());
    children.fold((1, 1), |(nodes, depth), child| {
        let (more, below) = weight(child);
        (nodes + more, depth.max(below + 1))
    })
}
