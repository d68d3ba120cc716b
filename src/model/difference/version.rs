//! Versions that change: what is updated, and by how much.

use super::{FieldChange, TABLE};

/// A version that changes.
#[derive(Debug, Clone)]
pub struct VersionChange<'a> {
    /// The path of the field.
    pub path: String,
    /// What it was.
    pub before: &'a str,
    /// What it is.
    pub after: &'a str,
    /// By how much.
    pub step: Step,
}

/// By how much a version changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its first number is higher.
    Major,
    /// It is higher otherwise.
    Minor,
    /// It is lower.
    Down,
    /// Only its digest changes, or nothing can be compared.
    Other,
}

/// The versions among fields that change.
pub(super) fn changes<'a>(fields: &[FieldChange<'a>]) -> Vec<VersionChange<'a>> {
    let of = |field: &FieldChange<'a>| {
        let key = field.path.rsplit('.').next()?.split('[').next()?;
        // The `ref` of an OCIRepository or a GitRepository.
        let is_version = TABLE.versions.iter().any(|version| version == key) || field.path == "spec.ref.semver";
        let (before, after) = (field.before?.text()?, field.after?.text()?);
        is_version.then(|| VersionChange { path: field.path.clone(), before, after, step: step(before, after) })
    };
    fields.iter().filter_map(of).collect()
}

fn step(before: &str, after: &str) -> Step {
    let (Some(old), Some(new)) = (numbers(before), numbers(after)) else { return Step::Other };
    match new.cmp(&old) {
        std::cmp::Ordering::Less => Step::Down,
        std::cmp::Ordering::Greater if new.first() > old.first() => Step::Major,
        std::cmp::Ordering::Greater => Step::Minor,
        std::cmp::Ordering::Equal => Step::Other,
    }
}

/// The numbers of a version, without its digest, its flavour and what is before a colon.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let tag = text.split('@').next()?;
    let tag = tag.rsplit_once(':').map_or(tag, |(_, tag)| tag);
    let plain = tag.trim_start_matches('v').split(['-', '+']).next()?;
    plain.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_told_apart() {
        assert_eq!(step("1.2.3", "1.2.10"), Step::Minor);
        assert_eq!(step("v1.2.3", "v2.0.0@sha256:00"), Step::Major);
        assert_eq!(step("ghcr.io/example/lamp:1.10", "ghcr.io/example/lamp:1.9"), Step::Down);
        assert_eq!(step("16.4-alpine", "16.4-bookworm"), Step::Other);
        assert_eq!(step("latest", "1.0.0"), Step::Other);
    }
}
