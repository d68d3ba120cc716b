//! Semantic versions.

use std::cmp::Ordering;

/// A version; build metadata does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Semver {
    pub(super) numbers: [u64; 3],
    pre: Vec<Identifier>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Word(String),
}

impl Ord for Semver {
    fn cmp(&self, other: &Self) -> Ordering {
        // A release comes after its pre-releases.
        let release = self.pre.is_empty().cmp(&other.pre.is_empty());
        self.numbers.cmp(&other.numbers).then(release).then_with(|| self.pre.cmp(&other.pre))
    }
}

impl PartialOrd for Semver {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Reads a version.
pub(super) fn parse(text: &str) -> Option<Semver> {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let mut parts = core.split('.');
    let mut next = || numeric(parts.next()?);
    let numbers = [next()?, next()?, next()?];
    if parts.next().is_some() {
        return None;
    }
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if build.is_some_and(|build| !build.split('.').all(word)) {
        return None;
    }
    let identifier = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => numeric(text).map(Identifier::Number),
        false => word(text).then(|| Identifier::Word(text.to_owned())),
    };
    let pre = match pre {
        None => Vec::new(),
        Some(pre) => pre.split('.').map(identifier).collect::<Option<_>>()?,
    };
    Some(Semver { numbers, pre })
}

/// Digits without leading zeros.
fn numeric(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    plain.then(|| text.parse().ok())?
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
