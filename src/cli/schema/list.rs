//! `homelint schema list`.

use super::{Form, here, origin};
use crate::cli::{Failure, Outcome, Run};
use homelint::diagnostic::did_you_mean;
use homelint::source::nearest;
use serde_json::json;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  homelint schema list
  homelint schema list cert-manager        only kinds and groups that contain this word")]
pub struct List {
    /// A part of the name of a kind or group
    word: Option<String>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Form,
}

/// One kind of one version.
struct Row<'a> {
    kind: &'a str,
    api_version: &'a str,
    from: String,
}

/// Lists the kinds.
pub fn run(arguments: &List) -> Run {
    let repo = here()?;
    let schemas = &repo.validation().schemas;
    let word = arguments.word.as_deref().unwrap_or("").to_lowercase();
    let wanted = |text: &str| text.to_lowercase().contains(&word);
    let kinds = schemas.kinds();
    let matching = kinds.iter().filter(|(api_version, kind)| wanted(kind) || wanted(api_version));
    let row = |(api_version, kind): &(&'_ str, &'_ str)| origin(&repo, schemas, api_version, kind);
    let mut rows: Vec<Row> =
        matching.map(|known| Row { kind: known.1, api_version: known.0, from: row(known) }).collect();
    if rows.is_empty() {
        let near = nearest(&word, kinds.iter().map(|(_, kind)| *kind));
        let help = near.map(|near| did_you_mean(near));
        let failure = Failure::new(format!("no kind or group has `{word}` in its name"));
        return Err(failure.help(help.unwrap_or_else(|| "`homelint schema list` lists them all".to_owned())));
    }
    rows.sort_by_key(|row| (row.kind, row.api_version));
    Ok(Outcome::own(match arguments.format {
        Form::Human => table(&rows),
        Form::Json => {
            let row = |row: &Row| json!({ "kind": row.kind, "apiVersion": row.api_version, "from": row.from });
            format!("{:#}\n", serde_json::Value::from_iter(rows.iter().map(row)))
        }
    }))
}

fn table(rows: &[Row]) -> String {
    let widest = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (kinds, versions) = (widest(|row| row.kind.len()), widest(|row| row.api_version.len()));
    let line = |row: &Row| format!("{:kinds$}  {:versions$}  {}\n", row.kind, row.api_version, row.from);
    rows.iter().map(line).collect()
}
