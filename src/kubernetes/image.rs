//! Container images: name, tag, digest, wherever they are written.

use crate::resource::Resource;
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Node};

/// A reference to an image, as written in a manifest or in a chart's values.
#[derive(Debug, Clone)]
pub struct Image {
    /// Registry and repository.
    pub name: String,
    /// Tag, with the place to edit.
    pub tag: Option<(String, Span)>,
    /// Digest such as `sha256:…`, with its place.
    pub digest: Option<(String, Span)>,
    /// The whole reference, or the repository where it is a mapping.
    pub span: Span,
    /// Whether it is one scalar, so that a missing tag means `latest`; a chart fills in its own default otherwise.
    pub whole: bool,
}

/// API groups of policies: what stands in them is a pattern that images are held against, or what is put into others.
const POLICIES: [&str; 6] = [
    "admissionregistration.k8s.io",
    "constraints.gatekeeper.sh",
    "kyverno.io",
    "mutations.gatekeeper.sh",
    "policies.kubewarden.io",
    "policies.kyverno.io",
];

/// Every image of a resource: scalars of containers, and mappings with `repository` under a key that ends in `image`.
pub fn images(resource: &Resource) -> Vec<Image> {
    let mut found = Vec::new();
    if POLICIES.contains(&resource.group()) {
        return found;
    }
    // An ImageRepository names an image whose tags it lists, a CatalogSource may look for a new one of its tag; the tag of
    // a system upgrade is its version.
    let tagged = resource.is("upgrade.cattle.io", "Plan");
    let polled = resource.node.at(&["spec", "updateStrategy", "registryPoll"]).is_some();
    if !polled && !resource.is("image.toolkit.fluxcd.io", "ImageRepository") {
        resource.node.walk_entries(&mut |entry| {
            found.extend(image(entry).map(|image| Image { whole: image.whole && !tagged, ..image }));
        });
    }
    found
}

fn image(entry: &Entry) -> Option<Image> {
    let key = entry.key.text()?;
    if entry.value.is_map() {
        let end = key.len().checked_sub("image".len())?;
        return key.get(end..).filter(|end| end.eq_ignore_ascii_case("image")).and_then(|_| mapping(&entry.value));
    }
    let text = entry.value.literal().filter(|text| matches!(key, "image" | "imageName") && is_reference(text))?;
    Some(Image::parse(text, entry.value.span))
}

/// Whether a text may name an image: fields called so also hold icons, disks, templates and the patterns of policies.
fn is_reference(text: &str) -> bool {
    let allowed = |letter: char| letter.is_alphanumeric() || "._-/:@".contains(letter);
    !text.contains("://") && !text.starts_with('/') && text.chars().all(allowed)
}

fn mapping(node: &Node) -> Option<Image> {
    let repository = node.get("repository").or_else(|| node.get("image"))?;
    let known = |key: &str| node.get(key).and_then(|value| Some((value.literal()?.to_owned(), value.span)));
    let mut image = Image {
        name: repository.literal().filter(|name| is_reference(name))?.to_owned(),
        tag: known("tag").or_else(|| known("version")),
        digest: known("digest").filter(|(digest, _)| !digest.is_empty()),
        span: repository.span,
        whole: false,
    };
    if let Some((tag, span)) = image.tag.clone()
        && let Some((tag, digest)) = tag.split_once('@')
    {
        image.tag = Some((tag.to_owned(), span));
        image.digest = Some((digest.to_owned(), span));
    }
    Some(image)
}

/// Why a container runtime refuses a reference to an image.
pub fn refusal(text: &str) -> Option<String> {
    if text.contains(char::is_whitespace) {
        return Some("it has a space in it".to_owned());
    }
    let image = Image::parse(text, Span::new(FileId(0), 0, 0));
    let (host, path) = image.name.split_once('/').unwrap_or(("", &image.name));
    let is_host = host.contains(['.', ':']) || host == "localhost";
    let repository = if is_host { path } else { &image.name };
    if repository.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(format!("`{repository}` must be in lower case"));
    }
    let (tag, _) = image.tag?;
    let allowed = |letter: &char| letter.is_ascii_alphanumeric() || "._-".contains(*letter);
    match tag.chars().find(|letter| !allowed(letter)) {
        Some(letter) => Some(format!("`{letter}` cannot be in a tag")),
        None if tag.is_empty() => Some("there is no tag after the colon".to_owned()),
        None => None,
    }
}

impl Image {
    /// Reads a reference in one piece.
    pub fn parse(text: &str, span: Span) -> Image {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some((digest.to_owned(), span))),
            None => (text, None),
        };
        // A colon before the last slash separates the registry's port.
        let tag_at = rest.rfind(':').filter(|colon| !rest[*colon..].contains('/'));
        let (name, tag) = match tag_at {
            Some(colon) => (&rest[..colon], Some((rest[colon + 1..].to_owned(), span))),
            None => (rest, None),
        };
        Image { name: name.to_owned(), tag, digest, span, whole: true }
    }

    /// The version that its tag gives, whatever the flavour behind a dash; a range or a word gives none.
    pub fn version(&self) -> Option<&str> {
        let (tag, _) = self.tag.as_ref()?;
        let version = tag.split('-').next()?.trim_start_matches('v');
        let plain = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        Some(version).filter(|_| plain && !version.is_empty())
    }

    /// Whether its repository is called so, whatever registry it comes from.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }

    /// Whether the digest is of the form that registries give: `sha256:` and 64 hexadecimal digits.
    pub fn digest_is_well_formed(&self) -> bool {
        self.digest.as_ref().is_none_or(|(digest, _)| match digest.split_once(':') {
            Some(("sha256", hex)) => is_hex(hex, 64),
            Some(("sha512", hex)) => is_hex(hex, 128),
            _ => false,
        })
    }

    /// A tag that moves: a word without any digit, and no digest beside it.
    pub fn floating_tag(&self) -> Option<(&str, Span)> {
        let (tag, span) = self.tag.as_ref().filter(|_| self.digest.is_none())?;
        let moves = !tag.is_empty() && !tag.bytes().any(|byte| byte.is_ascii_digit());
        moves.then_some((tag.as_str(), *span))
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_references() {
        let span = Span::new(FileId(0), 0, 1);
        let image = Image::parse("localhost:5000/a/b:1.2@sha256:00", span);
        assert_eq!(image.name, "localhost:5000/a/b");
        assert_eq!(image.tag.as_ref().map(|(tag, _)| tag.as_str()), Some("1.2"));
        assert!(!image.digest_is_well_formed());
        assert!(Image::parse("localhost:5000/a", span).tag.is_none());
        assert_eq!(Image::parse("a:latest", span).floating_tag().map(|(tag, _)| tag), Some("latest"));
        assert!(Image::parse("a:v1", span).floating_tag().is_none());
    }

    #[test]
    fn runtimes_refuse_what_is_no_reference() {
        let fine = ["nginx", "ghcr.io/example/web:v1.2.0_a-b", "Registry.example.org:5000/web@sha256:00", "a/b:X"];
        for text in fine {
            assert_eq!(refusal(text), None, "{text}");
        }
        for text in ["ghcr.io/Example/web:1", "Nginx", "web:1.2.0+3", "web:", "web: 1.2.0"] {
            assert!(refusal(text).is_some(), "{text}");
        }
    }
}
