//! Semantic versions as Kubernetes reads them.

use semver::Version;

/// Reads a version.
pub(super) fn parse(text: &str) -> Option<Version> {
    Version::parse(text).ok()
}

/// Takes off a `v` and leading zeros, and adds the parts that a short version leaves out.
pub(super) fn normalize(text: &str) -> Option<String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let trimmed = |part: &str| match part.trim_start_matches('0') {
        _ if part.len() <= 1 => part.to_owned(),
        rest if rest.starts_with(|first: char| first.is_ascii_digit()) => rest.to_owned(),
        rest => format!("0{rest}"),
    };
    let mut parts: Vec<String> = text.splitn(3, '.').map(trimmed).collect();
    if parts.len() < 3 && parts.last()?.contains(['+', '-']) {
        return None;
    }
    parts.resize(3, "0".to_owned());
    Some(parts.join("."))
}
