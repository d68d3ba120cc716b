//! Templates in Go's language, as External Secrets fills them: <https://pkg.go.dev/text/template>.

use regex::Regex;
use std::sync::LazyLock;

/// What stands between `{{` and `}}`, a text in quotes, a field of the fetched data.
static PARTS: LazyLock<Option<[Regex; 3]>> = LazyLock::new(|| {
    let regex = |pattern| Regex::new(pattern).ok();
    let quoted = r#""(?:[^"\\]|\\.)*"|`[^`]*`"#;
    Some([regex(r"(?s)\{\{(.*?)\}\}")?, regex(quoted)?, regex(r"(?:^|[\s(|-])\.([A-Za-z_][A-Za-z0-9_]*)")?])
});

/// The fields of its data that a template uses, in order; `None` where what `.` stands for may change.
pub fn fields(template: &str) -> Option<Vec<String>> {
    let [actions, quoted, field] = PARTS.as_ref()?;
    let mut found = Vec::new();
    for action in actions.captures_iter(template) {
        let action = quoted.replace_all(action.get(1)?.as_str(), "\"\"").into_owned();
        let changes = |word: &str| matches!(word, "range" | "with" | "define" | "block" | "template");
        if action.contains(['$', '/']) || action.split(|letter: char| !letter.is_alphanumeric()).any(changes) {
            return None;
        }
        found.extend(field.captures_iter(&action).filter_map(|field| Some(field.get(1)?.as_str().to_owned())));
    }
    found.sort();
    found.dedup();
    Some(found)
}
