//! What a rule is.

use crate::diagnostic::{Finding, Severity};
use crate::model::cluster::Cluster;
use crate::model::repo::Repo;
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
    /// What it does.
    pub check: Check,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// One file, seen in its repository; the findings are in this file.
    File(fn(&File, &Repo) -> Vec<Finding>),
    /// A whole cluster as Flux deploys it, once; each finding belongs to the file of its span.
    Cluster(fn(&Cluster) -> Vec<Finding>),
    /// A cluster for what Flux deploys, and one file for what it does not.
    Both(fn(&Cluster) -> Vec<Finding>, fn(&File, &Repo) -> Vec<Finding>),
}

impl Rule {
    /// What to do about a finding that does not say it itself: the first sentence of the page's "How to fix it".
    pub fn advice(&self) -> Option<String> {
        let section = self.page.split_once("## How to fix it\n\n")?.1;
        let sentence = section.split(".\n").next()?.split(". ").next()?.replace('\n', " ");
        let mut letters = sentence.chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect())
    }

    const fn new(severity: Severity, check: Check) -> Self {
        Rule { id: "", page: "", severity, on: true, check }
    }

    /// A rule about a cluster as Flux deploys it.
    pub const fn cluster(severity: Severity, check: fn(&Cluster) -> Vec<Finding>) -> Self {
        Rule::new(severity, Check::Cluster(check))
    }

    /// A rule about a cluster, and about the files that are in none.
    pub const fn everywhere(
        severity: Severity,
        cluster: fn(&Cluster) -> Vec<Finding>,
        file: fn(&File, &Repo) -> Vec<Finding>,
    ) -> Self {
        Rule::new(severity, Check::Both(cluster, file))
    }

    /// A rule about what will break, leak or be ignored.
    pub const fn error(check: fn(&File, &Repo) -> Vec<Finding>) -> Self {
        Rule::new(Severity::Error, Check::File(check))
    }

    /// A rule about what is very likely a mistake.
    pub const fn warning(check: fn(&File, &Repo) -> Vec<Finding>) -> Self {
        Rule::new(Severity::Warning, Check::File(check))
    }

    /// A rule about what is worth knowing.
    pub const fn info(check: fn(&File, &Repo) -> Vec<Finding>) -> Self {
        Rule::new(Severity::Info, Check::File(check))
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
