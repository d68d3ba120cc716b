//! `images`: names, tags and digests.

use crate::kubernetes::pattern::re2;
use crate::yaml::{Node, Style, Value};
use regex::Regex;
use smol_str::SmolStr;

/// What happens to the images with a name.
pub(super) struct Change<'a> {
    pattern: Regex,
    node: &'a Node,
}

impl<'a> Change<'a> {
    /// Reads `name`, `newName`, `newTag`, `digest` and `tagSuffix`.
    pub fn of(node: &'a Node) -> Result<Self, String> {
        let name = node.text_at(&["name"]).unwrap_or_default();
        let pattern = re2(&format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$"));
        Ok(Change { pattern: pattern.map_err(|_| format!("`{name}` cannot be the name of an image"))?, node })
    }

    /// Changes an image; the new value stands where the kustomization says it.
    pub fn apply(&self, image: &mut Node) -> Result<(), String> {
        let Value::Scalar(scalar) = &image.value else {
            return if image.is_null() { Ok(()) } else { Err("an image must be a string".into()) };
        };
        if !self.pattern.is_match(&scalar.text) {
            return Ok(());
        }
        let field = |name: &str| self.node.get(name).filter(|node| node.text().is_some_and(|text| !text.is_empty()));
        let text = |node: &Node| SmolStr::new(node.text().unwrap_or_default());
        let (name, tag, digest) = split(&scalar.text);
        let mut name = name.to_owned();
        let (mut tag, mut digest) = (tag.to_owned(), digest.to_owned());
        let (new_name, new_tag, new_digest, suffix) =
            (field("newName"), field("newTag"), field("digest"), field("tagSuffix"));
        if let Some(new) = new_name {
            name = text(new).into();
        }
        match (new_tag, new_digest, suffix) {
            (Some(new), Some(hash), _) => (tag, digest) = (text(new).into(), text(hash).into()),
            (Some(new), None, _) => (tag, digest) = (text(new).into(), String::new()),
            (None, Some(hash), _) => (tag, digest) = (String::new(), text(hash).into()),
            (None, None, Some(suffix)) => (tag, digest) = (format!("{tag}{}", text(suffix)), String::new()),
            (None, None, None) => {}
        }
        let by = [new_tag, new_digest, suffix, new_name].into_iter().flatten().next();
        let mut result = name;
        for (mark, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                result.push(mark);
                result.push_str(&part);
            }
        }
        let unknown =
            scalar.unknown || [new_tag, new_digest, suffix, new_name].into_iter().flatten().any(Node::is_unknown);
        *image = Node::scalar(by.map_or(image.span, |node| node.span), result, Style::Double);
        if let Value::Scalar(scalar) = &mut image.value {
            scalar.unknown = unknown;
        }
        Ok(())
    }
}

/// Changes images in `containers` and `initContainers` wherever they are.
pub(super) fn walk_containers(node: &mut Node, change: &Change) {
    if !has_containers(node, change) {
        return;
    }
    if node.is_map() {
        for entry in node.entries_mut().into_iter().flatten() {
            walk_containers(&mut entry.value, change);
            if !matches!(entry.key.text(), Some("containers" | "initContainers")) || !entry.value.is_seq() {
                continue;
            }
            for image in entry.value.items_mut().into_iter().flatten().filter_map(|item| item.get_mut("image")) {
                // Anything that is no string is no image here.
                let _ = change.apply(image);
            }
        }
    } else if node.is_seq() {
        for item in node.items_mut().into_iter().flatten() {
            walk_containers(item, change);
        }
    }
}

fn has_containers(node: &Node, change: &Change) -> bool {
    let matches = |item: &Node| item.text_at(&["image"]).is_some_and(|image| change.pattern.is_match(image));
    let mut found = false;
    node.walk_entries(&mut |entry| {
        let containers = matches!(entry.key.text(), Some("containers" | "initContainers"));
        found = found || containers && entry.value.items().iter().any(matches);
    });
    found
}

/// Name, tag and digest of an image.
fn split(image: &str) -> (&str, &str, &str) {
    let slash = image.find('/').filter(|at| *at > 0).unwrap_or(0);
    let place = |mark: char| image.get(slash..).and_then(|rest| rest.find(mark)).map(|at| at + slash);
    let part = |start: usize, end: usize| image.get(start..end).unwrap_or("");
    let end = image.len();
    match (place(':'), place('@')) {
        (None, None) => (image, "", ""),
        (Some(colon), Some(at)) if colon < at => (part(0, colon), part(colon + 1, at), part(at + 1, end)),
        (_, Some(at)) => (part(0, at), "", part(at + 1, end)),
        (Some(colon), None) => (part(0, colon), part(colon + 1, end), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_taken_apart() {
        assert_eq!(split("web"), ("web", "", ""));
        assert_eq!(split("registry.example.org:5000/a/web:1"), ("registry.example.org:5000/a/web", "1", ""));
        assert_eq!(split("a/web:1@sha256:ff"), ("a/web", "1", "sha256:ff"));
        assert_eq!(split("a/web@sha256:ff"), ("a/web", "", "sha256:ff"));
    }
}
