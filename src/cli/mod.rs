//! The command line: the only place that prints, and the only one that ends the program.

mod build;
mod check;
mod cluster;
mod dependencies;
mod diff;
mod fix;
mod graph;
mod init;
mod paths;
mod rules;
mod schema;
mod store;
mod terminal;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{CommandFactory, Parser, Subcommand};
use homelint::discover::Error;
use homelint::model::repo::Repo;
use homelint::secret::Shown;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use terminal::{Color, color};

/// Exit code: nothing to report.
const CLEAN: u8 = 0;
/// Exit code: findings.
const FOUND: u8 = 1;
/// Exit code: could not run.
const FAILED: u8 = 2;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// The compiler for GitOps repositories: finds what breaks before it is pushed
#[derive(Parser)]
#[command(name = "homelint", version, styles = STYLES, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
#[command(after_help = "\
Examples:
  homelint                            check this folder; the whole repository around it is read
  homelint kubernetes/apps            check another folder, or a file
  homelint --staged                   what a commit would newly break, for a hook
  homelint --format sarif > out.sarif for code scanning
  homelint build media/web            what this Flux Kustomization applies
  homelint explain yaml/syntax        why a rule exists, and how to fix what it finds

Exit codes: 0 nothing to report, 1 errors found, 2 could not run")]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    check: check::Check,
}

#[derive(Subcommand)]
enum Command {
    /// Check a repository (the default command)
    Check(Box<check::Check>),
    /// Print what would be applied
    Build(build::Build),
    /// Show what changes in the cluster, object by object
    Diff(diff::Diff),
    /// Show how sources, Kustomizations, releases and routes depend on each other
    Graph(graph::Draw),
    /// List every version in the repository, and who updates it
    Dependencies(dependencies::List),
    /// Show why a rule exists, and how to fix what it finds
    Explain(rules::Explain),
    /// List the rules
    Rules(rules::List),
    /// Show the fields of a kind, and add schemas that homelint does not have
    #[command(subcommand)]
    Schema(schema::Command),
    /// Write a commented .homelint.yaml
    Init(init::Init),
    /// Write completions for a shell
    #[command(after_help = "Example:\n  homelint completions fish > ~/.config/fish/completions/homelint.fish")]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write the manual page
    #[command(after_help = "Example:\n  homelint man > ~/.local/share/man/man1/homelint.1")]
    Man,
}

/// Output of a list: for people, or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Human,
    Json,
}

/// Why homelint could not run, and what to do about it.
struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Failure { help: Some(help.into()), ..self }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let failure = Failure::new(error.to_string());
        match error {
            Error::Revision(_) => failure.help("fetch it first: a checkout in CI has one commit (`fetch-depth: 0`)"),
            Error::Git(message) if message.contains("not owned by current user") => {
                failure.help("trust the folder: git config --global --add safe.directory \"$PWD\"")
            }
            _ => failure,
        }
    }
}

/// What a command leaves behind.
#[derive(Default)]
struct Outcome {
    /// For standard output.
    text: Shown,
    /// For standard error: what is said about the run itself.
    notes: Shown,
    code: u8,
}

impl Outcome {
    /// A page, a list, a schema: no repository was read for it.
    fn own(text: impl Into<String>) -> Self {
        Outcome { text: Shown::own(text), ..Outcome::default() }
    }

    /// What is said of a repository.
    fn of(repo: &Repo, text: &str, notes: &str) -> Self {
        let mask = repo.mask();
        Outcome { text: mask.text(text), notes: mask.text(notes), code: CLEAN }
    }

    fn code(self, code: u8) -> Self {
        Outcome { code, ..self }
    }
}

type Run = Result<Outcome, Failure>;

/// Reads the arguments, runs, prints.
pub fn main() -> ExitCode {
    let arguments = match CommandLine::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors: clap prints them to standard output.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { FAILED } else { CLEAN });
        }
    };
    // This thread works too, so that none is idle and memory is asked for by one fewer.
    let _ = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
    let outcome = match arguments.command {
        None => check::run(&arguments.check),
        Some(Command::Check(arguments)) => check::run(&arguments),
        Some(Command::Build(arguments)) => build::run(&arguments),
        Some(Command::Diff(arguments)) => diff::run(&arguments),
        Some(Command::Graph(arguments)) => graph::run(&arguments),
        Some(Command::Dependencies(arguments)) => dependencies::run(&arguments),
        Some(Command::Explain(arguments)) => rules::explain(&arguments),
        Some(Command::Rules(arguments)) => rules::list(&arguments),
        Some(Command::Schema(command)) => schema::run(&command),
        Some(Command::Init(arguments)) => init::run(&arguments),
        Some(Command::Completions { shell }) => Ok(completions(shell)),
        Some(Command::Man) => man(),
    };
    let outcome = outcome.unwrap_or_else(|failure| {
        let help = failure.help.map_or_else(String::new, |help| format!("  help: {help}\n"));
        let (bold, plain) =
            if color(Color::Auto, &std::io::stderr()) { ("\u{1b}[1;31m", "\u{1b}[0m") } else { ("", "") };
        let notes = Shown::own(format!("{bold}error{plain}: {}\n{help}", failure.message));
        Outcome { notes, code: FAILED, ..Outcome::default() }
    });
    let written = write(&mut std::io::stdout().lock(), &outcome.text);
    let _ = write(&mut std::io::stderr().lock(), &outcome.notes);
    ExitCode::from(if written { outcome.code } else { FAILED })
}

/// Whether the text went out. A reader that has left (`homelint | head`) has what it wanted.
fn write(out: &mut impl Write, text: &str) -> bool {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => true,
        Err(error) => error.kind() == ErrorKind::BrokenPipe,
    }
}

fn completions(shell: clap_complete::Shell) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut CommandLine::command(), "homelint", &mut text);
    Outcome::own(String::from_utf8_lossy(&text))
}

fn man() -> Run {
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(CommandLine::command());
    page.render(&mut text).map_err(|error| Failure::new(error.to_string()))?;
    Ok(Outcome::own(String::from_utf8_lossy(&text)))
}
