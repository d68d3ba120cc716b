//! Comments that tell an editor which schema a document follows.

use crate::resource::{File, Resource, Role};
use crate::source::Span;

const MARK: &str = "yaml-language-server:";

/// A `# yaml-language-server: $schema=…/group/kind_version.json` above a resource of the same group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modeline {
    /// Where `kind_version` stands.
    pub span: Span,
    /// `kind_version`, as written.
    pub name: String,
}

impl Modeline {
    /// What a modeline calls the schema of a resource.
    pub fn name_of(resource: &Resource) -> String {
        format!("{}_{}", resource.kind.to_lowercase(), resource.version())
    }

    /// Whether it names the schema of this resource, in its version.
    pub fn is_of(&self, resource: &Resource) -> bool {
        self.name.eq_ignore_ascii_case(&Modeline::name_of(resource))
    }

    /// The modelines of a file, each with the one resource of its document.
    pub fn of(file: &File) -> Vec<(Modeline, &Resource)> {
        let documents = file.with_roles().filter(|(_, role)| *role == Role::Resource);
        let found = documents.filter_map(|(document, _)| {
            let mut within = file.resources().iter().filter(|resource| document.span.contains(resource.node.span));
            let (Some(resource), None) = (within.next(), within.next()) else { return None };
            let mut comments = file.parsed.comments.iter().filter(|comment| document.span.contains(comment.span));
            let modeline = comments.find_map(|comment| read(file, comment.span))?;
            let (modeline, group) = modeline;
            // In a folder of another group it may be the schema of anything.
            (group == resource.group()).then_some((modeline, resource))
        });
        found.collect()
    }
}

/// The path or URL of the schema that the first modeline of a file names.
pub fn named_schema(file: &File) -> Option<&str> {
    let mut comments = file.parsed.comments.iter().map(|comment| file.source.slice(comment.span));
    let named = comments.find_map(|text| text.split_once(MARK)?.1.trim().strip_prefix("$schema="))?;
    named.split_whitespace().next()
}

/// The modeline in a comment, and the group of its folder.
fn read(file: &File, span: Span) -> Option<(Modeline, &str)> {
    let text = file.source.slice(span);
    let url = text.split_once(MARK)?.1.trim().strip_prefix("$schema=")?.split(['?', ' ']).next()?;
    let (path, name) = url.strip_suffix(".json")?.rsplit_once('/')?;
    let (kind, version) = name.split_once('_')?;
    let plain = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let start = span.start as usize + text.find(name)?;
    let is_version = version.starts_with('v') && version.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    let group = path.rsplit('/').next()?;
    (plain(kind) && plain(version) && is_version)
        .then(|| (Modeline { span: file.source.span(start..start + name.len()), name: name.to_owned() }, group))
}
