//! Paths to fields, as kustomize writes them.

use crate::yaml::Node;
use smol_str::SmolStr;

/// Splits a path; a backslash keeps the delimiter after it.
pub(super) fn split(path: &str, delimiter: char) -> Vec<SmolStr> {
    let mut parts: Vec<String> = Vec::new();
    let path = path.strip_prefix(delimiter).unwrap_or(path);
    for part in path.split(delimiter) {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts.into_iter().map(SmolStr::from).collect()
}

/// Splits at dots; `[name=a.b]` stays whole, `[a.b]` is the key `a.b`.
pub(super) fn dotted(path: &str) -> Vec<SmolStr> {
    let mut parts = split(path, '.').into_iter();
    let mut result = Vec::new();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            result.push(part);
            continue;
        }
        let mut whole = part.to_string();
        for more in parts.by_ref() {
            whole.push('.');
            whole.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        result.push(if whole.contains('=') { whole.into() } else { whole.trim_matches(['[', ']']).into() });
    }
    result
}

/// The same for `vars`, where an index may stand behind its list: `spec.ports[0].port`.
pub(super) fn indexed(path: &str) -> Vec<SmolStr> {
    let parts = dotted(path).into_iter().flat_map(|part| {
        let index = part.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
        match index.filter(|(_, index)| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit())) {
            Some(("", index)) => vec![SmolStr::new(index)],
            Some((list, index)) => vec![SmolStr::new(list), SmolStr::new(index)],
            None => vec![part],
        }
    });
    parts.collect()
}

/// `[key=value]`
pub(super) fn bracket(part: &str) -> Option<(&str, &str)> {
    part.strip_prefix('[')?.strip_suffix(']')?.split_once('=')
}

/// The one node at a path: keys, indices, `-` for the last, `[key=value]`.
pub(super) fn lookup<'n>(root: &'n Node, path: &[SmolStr]) -> Option<&'n Node> {
    let mut parts = path.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.try_fold(root, |node, part| {
        if let Ok(index) = part.parse::<usize>() {
            return node.items().get(index);
        }
        if part == "-" {
            return node.items().last();
        }
        match bracket(part) {
            Some(("", value)) => node.items().iter().find(|item| item.text() == Some(value)),
            Some((key, value)) => node.items().iter().find(|item| item.text_at(&[key]) == Some(value)),
            None => node.get(part),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_keeps_the_delimiter() {
        assert_eq!(split("metadata/annotations/a.io\\/b", '/'), ["metadata", "annotations", "a.io/b"]);
        assert_eq!(split("a.b\\.c", '.'), ["a", "b.c"]);
    }

    #[test]
    fn an_index_stands_alone_or_behind_its_list() {
        assert_eq!(indexed("spec.ports[0].port"), ["spec", "ports", "0", "port"]);
        assert_eq!(indexed("spec.ports.[name=http].port"), ["spec", "ports", "[name=http]", "port"]);
        assert_eq!(indexed("a.[1].b[x]"), ["a", "1", "b[x]"]);
        assert_eq!(indexed("metadata.labels.[example.org/name]"), ["metadata", "labels", "example.org/name"]);
    }
}
