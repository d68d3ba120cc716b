//! What a rule is.

use crate::diagnostic::{Finding, Severity};
use crate::repo::Repo;
use crate::resource::File;

/// A rule: a function from a file, seen in its repository, to findings in that file.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `group/name`: the path of its source and of its page.
    pub id: &'static str,
    /// Its page: documentation, test and snapshot in one.
    pub page: &'static str,
    /// Severity unless configured otherwise.
    pub severity: Severity,
    /// Whether it runs unless configured otherwise.
    pub on: bool,
    /// Looks at the whole repository but reports on this file only.
    pub check: fn(&File, &Repo) -> Vec<Finding>,
}

impl Rule {
    const fn new(severity: Severity, check: fn(&File, &Repo) -> Vec<Finding>) -> Self {
        Rule { id: "", page: "", severity, on: true, check }
    }

    /// A rule about what will break, leak or be ignored.
    pub const fn error(check: fn(&File, &Repo) -> Vec<Finding>) -> Self {
        Rule::new(Severity::Error, check)
    }

    /// A rule about what is very likely a mistake.
    pub const fn warning(check: fn(&File, &Repo) -> Vec<Finding>) -> Self {
        Rule::new(Severity::Warning, check)
    }

    /// A rule about what is worth knowing.
    pub const fn info(check: fn(&File, &Repo) -> Vec<Finding>) -> Self {
        Rule::new(Severity::Info, check)
    }

    /// The same rule, off until asked for.
    pub const fn off(self) -> Self {
        Rule { on: false, ..self }
    }

    /// The title of its page: the fault in a few words.
    pub fn title(&self) -> &'static str {
        self.page.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(self.id)
    }
}
