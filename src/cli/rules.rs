//! `homelint rules` and `homelint explain`.

use super::terminal::{Color, color};
use super::{Failure, Form, Outcome, Run};
use homelint::diagnostic::did_you_mean;
use homelint::rule::Rule;
use homelint::rules::RULES;
use homelint::source::nearest;
use serde_json::json;

#[derive(clap::Args)]
#[command(after_help = "Example:\n  homelint explain image/no-tag")]
pub struct Explain {
    /// Id of a rule, as printed in brackets after the severity
    rule: String,
}

#[derive(clap::Args)]
pub struct List {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Form,
}

/// Shows the page of a rule.
pub fn explain(arguments: &Explain) -> Run {
    let Some(rule) = RULES.iter().find(|rule| rule.id == arguments.rule) else { return Err(unknown(&arguments.rule)) };
    let color = color(Color::Auto, &std::io::stdout());
    Ok(Outcome::own(if color { colored(rule.page) } else { rule.page.to_owned() }))
}

/// A rule that does not exist, and the one that may have been meant.
pub fn unknown(name: &str) -> Failure {
    let ids = || RULES.iter().map(|rule| rule.id);
    let same_name = ids().find(|id| id.rsplit('/').next() == Some(name));
    let group = ids().find(|id| id.split('/').next() == Some(name)).map(|_| format!("{name}/*"));
    let meant = same_name.or_else(|| nearest(name, ids())).map(str::to_owned).or(group);
    let help = meant.map_or_else(|| "`homelint rules` lists them".to_owned(), did_you_mean);
    Failure::new(format!("no rule is called `{name}`")).help(help)
}

/// Lists the rules.
pub fn list(arguments: &List) -> Run {
    Ok(Outcome::own(match arguments.format {
        Form::Human => table(color(Color::Auto, &std::io::stdout())),
        Form::Json => {
            let row = |rule: &Rule| json!({ "id": rule.id, "severity": rule.severity.name(), "on": rule.on, "title": rule.title() });
            format!("{:#}\n", serde_json::Value::from_iter(RULES.iter().map(row)))
        }
    }))
}

fn table(color: bool) -> String {
    let widest = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let (bold, plain) = if color { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let row = |rule: &Rule| {
        let severity = if rule.on { rule.severity.name() } else { "off" };
        format!("{bold}{:widest$}{plain}  {severity:7}  {}\n", rule.id, rule.title())
    };
    RULES.iter().map(row).collect()
}

/// A page with its headings in bold and its examples in another colour.
fn colored(page: &str) -> String {
    let mut fenced = false;
    let mut out = String::with_capacity(page.len() + 64);
    for line in page.lines() {
        let fence = line.starts_with("```");
        let style = match line {
            _ if fence => "2",
            _ if fenced => "36",
            _ if line.starts_with('#') => "1",
            _ => "",
        };
        fenced ^= fence;
        out.push_str(&if style.is_empty() { line.to_owned() } else { format!("\u{1b}[{style}m{line}\u{1b}[0m") });
        out.push('\n');
    }
    out
}
