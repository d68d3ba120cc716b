//! What is wrong, where, what else to look at and how to fix it: plain data.

use crate::source::{Position, Span};
use std::collections::BTreeSet;
use std::fmt::Display;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; hidden in CI unless asked for.
    Info,
    /// Very likely a mistake.
    Warning,
    /// It will break, leak or be ignored.
    Error,
}

impl Severity {
    /// The word used in output and configuration.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity with a name.
    pub fn named(name: &str) -> Option<Self> {
        [Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.name() == name)
    }
}

/// Another place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related<T = String> {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub message: T,
}

/// A change of text that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix<T = String> {
    /// What it does, as an imperative.
    pub title: T,
    /// Whether it keeps the meaning, so that it may be applied without a look.
    pub safe: bool,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit<T>>,
}

/// The text of a range is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit<T = String> {
    /// What goes.
    pub span: Span,
    /// What comes.
    pub text: T,
}

/// What a rule returns; of what a user sees all texts are of another type, in which no secret is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<T = String> {
    /// The exact place to edit.
    pub span: Span,
    /// What is wrong, with the name in it; lower case, no full stop.
    pub message: T,
    /// Other places.
    pub related: Vec<Related<T>>,
    /// What to do.
    pub help: Option<T>,
    /// How to mend it.
    pub fix: Option<Fix<T>>,
    /// The most it matters, where that is less than the rule's severity.
    pub at_most: Option<Severity>,
    /// Whether it says what could not be judged, so that it belongs under `unchecked`, too.
    pub unchecked: bool,
}

impl Finding {
    /// A finding with its place and message.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        let (related, help, fix) = (Vec::new(), None, None);
        Finding { span, message: message.into(), related, help, fix, at_most: None, unchecked: false }
    }

    /// Lowers the severity, where the rule's is higher.
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.at_most = Some(severity);
        self
    }

    /// Says what could not be judged: worth knowing, and listed under `unchecked`.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self.at_most(Severity::Info)
    }

    /// Adds what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what to do, when there is something to say.
    pub fn maybe_help(mut self, help: Option<impl Into<String>>) -> Self {
        self.help = help.map(Into::into).or(self.help);
        self
    }

    /// Adds another place.
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Related { span, message: message.into() });
        self
    }

    /// Adds a fix of one edit that keeps the meaning.
    pub fn safe_fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), safe: true, edits: vec![Edit { span, text: text.into() }] });
        self
    }

    /// Adds a fix of one edit that a person should look at.
    pub fn unsafe_fix(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        let mut finding = self.safe_fix(title, span, text);
        if let Some(fix) = &mut finding.fix {
            fix.safe = false;
        }
        finding
    }
}

/// Something wrong that was seen on the way, before a rule decides whether and how to report it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault<Kind> {
    /// Which mistake.
    pub kind: Kind,
    /// What there is to say about it.
    pub finding: Finding,
}

impl<Kind> Fault<Kind> {
    /// A mistake with its place and message.
    pub fn new(kind: Kind, span: Span, message: impl Into<String>) -> Self {
        Fault { kind, finding: Finding::new(span, message) }
    }

    /// Adds what to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        Fault { finding: self.finding.help(help), ..self }
    }

    /// Adds another place.
    pub fn related(self, span: Span, message: impl Into<String>) -> Self {
        Fault { finding: self.finding.related(span, message), ..self }
    }

    /// Adds what was probably meant, where there is such a name.
    pub fn suggest(self, name: Option<&str>) -> Self {
        Fault { finding: self.finding.maybe_help(name.map(did_you_mean)), ..self }
    }
}

/// The help that tells what was probably meant.
pub fn did_you_mean(name: impl Display) -> String {
    format!("did you mean `{name}`?")
}

/// Names as a message lists them: in order, each once.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: BTreeSet<&str> = names.into_iter().collect();
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Something that was not judged, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unchecked<T = String> {
    /// Path relative to the root.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Why.
    pub reason: T,
}

/// A place in a file, resolved for output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Region {
    /// First character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
}
