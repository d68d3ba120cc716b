use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::Renamed;

/// A field of Talos by a name that it had once.
pub const RULE: Rule = Rule::warning(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    let text = &file.source.text;
    for row in Renamed::of(file) {
        let key = format!("{}:", row.field);
        for (start, _) in text.match_indices(&key) {
            let line = text.get(..start).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
            if !line.bytes().all(|byte| matches!(byte, b' ' | b'-')) {
                continue;
            }
            let span = file.source.span(start..start + row.field.len());
            let message = format!("`{}` is called `{}` since {}", row.field, row.instead, row.since);
            let (finding, title) = (Finding::new(span, message), format!("rename it to `{}`", row.instead));
            let twice = text.contains(&format!("{}:", row.instead));
            found.push(if twice {
                finding.help("remove it")
            } else {
                finding.safe_fix(title, span, row.instead.clone())
            });
        }
    }
    found
}
