//! `homelint schema show`: what may be written here.

use super::{Form, here, origin};
use crate::cli::terminal::{Color, color, width};
use crate::cli::{Failure, Outcome, Run};
use homelint::diagnostic::did_you_mean;
use homelint::model::repo::Repo;
use homelint::schema::{Additional, KindPath, NoKind, Range, Schema, Schemas, Sizes};
use homelint::source::nearest;
use serde_json::Value;
use std::fmt::Write;
use std::sync::Arc;

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  homelint schema show HelmRelease
  homelint schema show HTTPRoute.spec.rules.filters       fields of list items, too
  homelint schema show Certificate.cert-manager.io.spec   of one group
  homelint schema show helm.toolkit.fluxcd.io/v2beta2/HelmRelease
  homelint schema show Service.spec --format json > service.schema.json")]
pub struct Show {
    /// A kind, with its group where several have it, and fields
    #[arg(value_name = "KIND[.FIELD…]")]
    kind: String,
    /// Output format: text, or a JSON Schema
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Form,
}

/// Shows a kind, or a part of it.
pub fn run(arguments: &Show) -> Run {
    let repo = here()?;
    let schemas = &repo.validation().schemas;
    let used = |group: &str, kind: &str| repo.resources().iter().any(|resource| resource.is(group, kind));
    let target = schemas.resolve(&arguments.kind, used).map_err(|error| failure(&arguments.kind, error))?;
    let schema = schemas.find(&target.api_version, &target.kind);
    let schema = schema.ok_or_else(|| Failure::new(format!("the schema of {} cannot be read", target.kind)))?;
    let here = field(&schema, &target)?;
    Ok(Outcome::own(match arguments.format {
        Form::Human => human(&repo, schemas, &target, &here),
        Form::Json => {
            let mut out = here.to_json();
            out["$schema"] = "http://json-schema.org/draft-07/schema#".into();
            out["title"] = path(&target).into();
            format!("{out:#}\n")
        }
    }))
}

fn failure(name: &str, error: NoKind) -> Failure {
    match error {
        NoKind::Unknown(near) => {
            let help = near.map(|near| did_you_mean(near));
            let others = "`homelint schema list` lists them, `homelint schema import` adds others";
            Failure::new(format!("no kind is called `{name}`")).help(help.unwrap_or_else(|| others.to_owned()))
        }
        NoKind::Several(names) => {
            let failure = Failure::new(format!("`{name}` is a kind of {} groups", names.len()));
            failure.help(format!("name one: {}", quoted(names.iter().map(String::as_str))))
        }
    }
}

/// Follows the fields behind a kind.
fn field(schema: &Arc<Schema>, target: &KindPath) -> Result<Arc<Schema>, Failure> {
    let mut here = Arc::clone(schema);
    let mut path = target.kind.clone();
    for name in &target.fields {
        let Some(next) = here.step(name) else {
            let known: Vec<String> = inner(&here).properties.iter().map(|(known, _)| known.to_string()).collect();
            let known = || known.iter().map(String::as_str);
            let help = match (nearest(name, known()), known().next()) {
                (Some(near), _) => did_you_mean(format_args!("{path}.{near}")),
                (None, Some(_)) => format!("its fields are {}", quoted(known())),
                (None, None) => format!("`{path}` is {}", noun(&here)),
            };
            return Err(Failure::new(format!("`{path}` has no field `{name}`")).help(help));
        };
        here = next;
        let _ = write!(path, ".{name}");
    }
    Ok(here)
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn path(target: &KindPath) -> String {
    let fields: String = target.fields.iter().map(|field| format!(".{field}")).collect();
    format!("{}{fields}", target.kind)
}

/// What a list holds, however deep; anything else is itself.
fn inner(schema: &Schema) -> &Schema {
    schema.items.as_ref().map_or(schema, |items| inner(items))
}

fn human(repo: &Repo, schemas: &Schemas, target: &KindPath, schema: &Schema) -> String {
    let (bold, plain) = if color(Color::Auto, &std::io::stdout()) { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let from = origin(repo, schemas, &target.api_version, &target.kind);
    let mut out = format!("{bold}{}{plain}  {}, {}\n", path(target), target.api_version, noun(schema));
    let _ = writeln!(out, "from {from}");
    let kinds = schemas.kinds();
    let others =
        kinds.iter().filter(|(version, kind)| *kind == target.kind && same_group(version, &target.api_version));
    let others: Vec<&str> =
        others.map(|(version, _)| *version).filter(|version| *version != target.api_version).collect();
    if !others.is_empty() {
        let _ = writeln!(out, "also in {}", others.join(", "));
    }
    out.extend(limits(schema).iter().map(|limit| format!("{limit}\n")));
    let within = inner(schema);
    if !std::ptr::eq(within, schema) {
        out.extend(limits(within).iter().map(|limit| format!("each {limit}\n")));
    }
    if !within.properties.is_empty() {
        out.push('\n');
    }
    fields(&mut out, within, (bold, plain));
    // Of a whole kind that is where one writes.
    if let Some(spec) = schema.property("spec").filter(|_| target.fields.is_empty()) {
        let _ = writeln!(out, "\n{bold}{}.spec{plain}  {}\n", target.kind, noun(spec));
        fields(&mut out, inner(spec), (bold, plain));
    }
    let rules = within.rules.iter().map(|rule| if rule.message.is_empty() { &rule.rule } else { &rule.message });
    let rules: Vec<String> = rules.map(|rule| format!("  {}\n", rule.replace('\n', " "))).collect();
    if !rules.is_empty() {
        let _ = write!(out, "\nrules:\n{}", rules.concat());
    }
    out
}

fn same_group(one: &str, other: &str) -> bool {
    one.rsplit_once('/').map(|(group, _)| group) == other.rsplit_once('/').map(|(group, _)| group)
}

/// A line a field: required ones are bold and say so.
fn fields(out: &mut String, schema: &Schema, (bold, plain): (&str, &str)) {
    let named = &schema.properties;
    let names = named.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let nouns = named.iter().map(|(_, field)| noun(field).len()).max().unwrap_or(0);
    for (name, field) in named {
        let required = schema.required.contains(name) && field.default.is_none();
        let mut notes = limits(field);
        if required {
            notes.insert(0, "required".to_owned());
        }
        if !std::ptr::eq(inner(field), &raw const **field) {
            notes.extend(limits(inner(field)));
        }
        let (on, off) = if required { (bold, plain) } else { ("", "") };
        let line = format!("  {on}{name:names$}{off}  {:nouns$}  {}", noun(field), notes.join(", "));
        let _ = writeln!(out, "{}", cut(line.trim_end()));
    }
    if matches!(schema.additional, Additional::Any) {
        out.push_str("  …and any other field\n");
    }
}

/// A line that fits the terminal.
fn cut(line: &str) -> String {
    let most = width();
    if line.chars().count() <= most {
        return line.to_owned();
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// What kind of value it is: `list of mappings`.
fn noun(schema: &Schema) -> String {
    if let Some(items) = &schema.items {
        return format!("list of {}", plural(&noun(items)));
    }
    let like = match &schema.additional {
        Additional::Like(like) if schema.properties.is_empty() => format!(" of {}", plural(&noun(like))),
        _ => String::new(),
    };
    let names = schema.types.names().filter(|name| *name != "null").map(|name| match name {
        "object" => format!("mapping{like}"),
        "array" => "list".to_owned(),
        other => other.to_owned(),
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() { "anything".to_owned() } else { names.join(" or ") }
}

fn plural(noun: &str) -> String {
    let (first, rest) = noun.split_once(' ').unwrap_or((noun, ""));
    let first = if first == "anything" { first.to_owned() } else { format!("{first}s") };
    if rest.is_empty() { first } else { format!("{first} {rest}") }
}

/// Everything that limits a value, in words.
fn limits(schema: &Schema) -> Vec<String> {
    let mut all = Vec::new();
    if schema.deprecated {
        all.push("deprecated".to_owned());
    }
    if let Some(default) = &schema.default {
        all.push(format!("default {}", shown(default)));
    }
    if !schema.enumeration.is_empty() {
        let values: Vec<String> = schema.enumeration.iter().map(shown).collect();
        all.push(format!("one of {}", values.join(" | ")));
    }
    all.extend(schema.range.as_deref().map(range));
    all.extend(schema.sizes.as_deref().map(sizes));
    all.extend(schema.format.as_ref().map(|format| format!("format {format}")));
    all.extend(schema.pattern.as_ref().map(|pattern| format!("matches {}", pattern.as_str())));
    all.retain(|limit| !limit.is_empty());
    all
}

fn shown(value: &Value) -> String {
    value.as_str().filter(|text| !text.is_empty()).map_or_else(|| value.to_string(), str::to_owned)
}

fn range(range: &Range) -> String {
    let bounds = [
        ("at least", range.minimum),
        ("more than", range.exclusive_minimum),
        ("at most", range.maximum),
        ("less than", range.exclusive_maximum),
        ("a multiple of", range.multiple_of),
    ];
    match (range.minimum, range.maximum) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        _ => bounds
            .into_iter()
            .filter_map(|(word, bound)| Some(format!("{word} {}", bound?)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn sizes(sizes: &Sizes) -> String {
    let bounds = [
        (sizes.min_length, sizes.max_length, "characters"),
        (sizes.min_items, sizes.max_items, "entries"),
        (sizes.min_properties, sizes.max_properties, "fields"),
    ];
    let said = bounds.into_iter().filter_map(|(least, most, noun)| match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most} {noun}")),
        (Some(1), None) => Some("not empty".to_owned()),
        (Some(least), None) => Some(format!("at least {least} {noun}")),
        (None, Some(most)) => Some(format!("at most {most} {noun}")),
        (None, None) => None,
    });
    said.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nouns_say_what_may_be_written() {
        let read = |value: Value| Schema::from_json(&value, homelint::schema::Dialect::Structural);
        let list =
            read(json!({"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}}));
        assert_eq!(noun(&list), "list of mappings of strings");
        assert_eq!(noun(&read(json!({"x-kubernetes-int-or-string": true}))), "integer or string");
        let port = read(json!({"type": "integer", "minimum": 1, "maximum": 65535, "default": 80, "enum": [80, 443]}));
        assert_eq!(limits(&port), ["default 80", "one of 80 | 443", "1 to 65535"]);
    }
}
