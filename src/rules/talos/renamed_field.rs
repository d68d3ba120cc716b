use crate::diagnostic::Finding;
use crate::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;
use crate::schema::Renamed;

/// A field of Talos or talhelper by a name that it had once.
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
            let since = row.since.as_ref().map_or_else(|| "now".to_owned(), |since| format!("since {since}"));
            let message = format!("`{}` is called `{}` {since}", row.field, row.instead);
            let finding = Finding::new(span, message);
            let twice = text.contains(&format!("{}:", row.instead));
            found.push(match row.same && !twice {
                true => finding.safe_fix(format!("rename it to `{}`", row.instead), span, row.instead.clone()),
                false => finding.help(format!("move it to `{}`", row.instead)),
            });
        }
    }
    found
}
