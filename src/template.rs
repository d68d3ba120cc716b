//! makejinja projects: does this output come from that template?
//!
//! The data of a project is often not in git, so a template is not rendered but unified with its output: literal text
//! must stand as it is, `if` may take either branch, a loop any number of rounds, and an expression may give any text
//! of one line. An output that does not unify comes from no data at all: somebody edited it, or the template moved on.

use crate::resource::{File, Role, Tree};
use crate::source::join;
use crate::yaml::Node;
use globset::{Glob, GlobMatcher};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// A project: which output comes from which template.
#[derive(Debug)]
pub struct Project {
    /// Template by output, as paths relative to the root.
    pub outputs: BTreeMap<String, String>,
    /// Data files, as paths relative to the root.
    pub data: Vec<String>,
    delimiters: Delimiters,
}

#[derive(Debug)]
struct Delimiters {
    block: (String, String),
    variable: (String, String),
    comment: (String, String),
}

/// How far an output follows its template.
#[derive(Debug, PartialEq, Eq)]
pub enum Unified {
    /// Some data gives exactly this output.
    Yes,
    /// No data does: the byte of the output up to which it follows, and the byte of the template that it fails at.
    No {
        /// In the output.
        output: usize,
        /// In the template.
        template: usize,
    },
    /// The template uses something that is not understood here.
    Unknown,
}

/// The projects of a repository, from its `makejinja.toml` files.
pub fn projects(tree: &Tree) -> Vec<Project> {
    let configs = tree.files().iter().filter(|file| file.source.name() == "makejinja.toml");
    configs.filter_map(|file| project(tree, file)).collect()
}

fn project(tree: &Tree, file: &File) -> Option<Project> {
    let document = file.documents().find(|document| file.role(document) == Role::Makejinja)?;
    let config = document.root.get("makejinja")?;
    let folder = file.source.folder();
    let paths = |key: &str| -> Vec<String> {
        let value = config.get(key);
        let texts = value.into_iter().flat_map(|value| value.items().iter().chain(std::iter::once(value)));
        texts.filter_map(Node::text).filter_map(|path| join(folder, path)).collect()
    };
    let suffix = config.text_at(&["jinja_suffix"]).unwrap_or(".jinja");
    let output = paths("output").into_iter().next()?;
    let excluded: Vec<GlobMatcher> = config
        .items_at(&["exclude_patterns"])
        .iter()
        .filter_map(|pattern| Some(Glob::new(&format!("**/{}", pattern.text()?)).ok()?.compile_matcher()))
        .collect();
    let mut outputs = BTreeMap::new();
    for input in paths("inputs") {
        for template in tree.below(&input) {
            let path = &template.source.path;
            let Some(relative) = path.strip_prefix(&input).map(|path| path.trim_start_matches('/')) else { continue };
            if let Some(stem) = relative.strip_suffix(suffix)
                && !excluded.iter().any(|glob| glob.is_match(path))
                && let Some(made) = join(&output, stem)
            {
                // The first input that has a template wins.
                outputs.entry(made).or_insert_with(|| path.clone());
            }
        }
    }
    Some(Project { outputs, data: paths("data"), delimiters: delimiters(config) })
}

fn delimiters(config: &Node) -> Delimiters {
    let pair = |name: &str, start: &str, end: &str| {
        let text = |side: &str, default: &str| {
            config.text_at(&["delimiter", &format!("{name}_{side}")]).unwrap_or(default).to_owned()
        };
        (text("start", start), text("end", end))
    };
    Delimiters {
        block: pair("block", "{%", "%}"),
        variable: pair("variable", "{{", "}}"),
        comment: pair("comment", "{#", "#}"),
    }
}

impl Project {
    /// Whether some data makes this output of this template.
    pub fn unify(&self, template: &str, output: &str) -> Unified {
        match compile(&self.lex(template)) {
            Some(program) => run(&program, template, output),
            None => Unified::Unknown,
        }
    }

    /// Splits a template as Jinja does with `trim_blocks` and `lstrip_blocks`, which makejinja sets.
    fn lex<'a>(&self, text: &'a str) -> Vec<Piece<'a>> {
        let kinds = [(&self.delimiters.block, 'b'), (&self.delimiters.variable, 'v'), (&self.delimiters.comment, 'c')];
        let mut pieces = Vec::new();
        let mut at = 0;
        loop {
            let rest = &text[at..];
            let next = kinds
                .iter()
                .filter_map(|(pair, kind)| Some((rest.find(&pair.0)?, *pair, *kind)))
                .min_by_key(|found| found.0);
            let Some((offset, (start, end), kind)) = next else { break };
            let open = at + offset;
            let inner = open + start.len();
            let Some(length) = text[inner..].find(end.as_str()) else { break };
            let close = inner + length + end.len();
            let code = &text[inner..inner + length];
            let literal_end = if kind == 'v' && !code.starts_with('-') {
                open
            } else {
                strip_left(text, at, open, code.starts_with('-'))
            };
            pieces.push(Piece::Literal(at..literal_end));
            let code_text = code.trim_matches(['-', '+']).trim();
            match kind {
                'b' => pieces.push(Piece::Block(code_text)),
                'v' => pieces.push(Piece::Expression(code_text, open)),
                _ => {}
            }
            at = strip_right(text, close, code.ends_with('-'), kind != 'v');
        }
        pieces.push(Piece::Literal(at..text.len()));
        pieces
    }
}

/// End of the literal before a tag: without the blanks of its line, or all white space for `-`.
fn strip_left(text: &str, from: usize, to: usize, all: bool) -> usize {
    let literal = &text[from..to];
    if all {
        return from + literal.trim_end().len();
    }
    let kept = literal.trim_end_matches([' ', '\t']);
    let line_starts = if kept.is_empty() { from == 0 || text[..from].ends_with('\n') } else { kept.ends_with('\n') };
    if line_starts { from + kept.len() } else { to }
}

fn strip_right(text: &str, from: usize, all: bool, newline: bool) -> usize {
    let rest = &text[from..];
    if all {
        return text.len() - rest.trim_start().len();
    }
    if newline {
        text.len() - rest.strip_prefix("\r\n").or(rest.strip_prefix('\n')).unwrap_or(rest).len()
    } else {
        from
    }
}

enum Piece<'a> {
    Literal(Range<usize>),
    Expression(&'a str, usize),
    Block(&'a str),
}

/// One step of a matcher; jumps are indices into the program.
#[derive(Debug)]
enum Step {
    /// This range of the template, as it is.
    Literal(Range<usize>),
    /// Any text; of one line unless `lines`.
    Any { lines: bool, at: usize },
    /// Either way.
    Split(usize, usize),
    /// Only there.
    Jump(usize),
}

/// Turns pieces into steps; `None` for what is not understood.
fn compile(pieces: &[Piece]) -> Option<Vec<Step>> {
    let mut program: Vec<Step> = Vec::new();
    // Open blocks: their word, the pending branch, and the jumps to their end.
    let mut open: Vec<(&str, Option<usize>, Vec<usize>)> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal(range) if range.is_empty() => {}
            Piece::Literal(range) => program.push(Step::Literal(range.clone())),
            Piece::Expression(code, at) => {
                let inside_filter = open.iter().any(|(word, ..)| *word == "filter");
                let lines =
                    inside_filter || ["indent", "tojson", "to_yaml", "\\n"].iter().any(|part| code.contains(part));
                program.push(Step::Any { lines, at: *at });
            }
            Piece::Block(code) => {
                let word = code.split_whitespace().next()?;
                match word {
                    "if" | "for" => {
                        open.push((word, Some(program.len()), Vec::new()));
                        program.push(Step::Split(program.len() + 1, usize::MAX));
                    }
                    "elif" | "else" => {
                        let (kind, branch, ends) = open.last_mut()?;
                        ends.push(program.len());
                        let target = if *kind == "for" { branch.unwrap_or(0) } else { usize::MAX };
                        program.push(Step::Jump(target));
                        if *kind == "for" {
                            ends.pop();
                        }
                        let here = program.len();
                        set_second(program.get_mut((*branch)?)?, here);
                        *branch = None;
                        if word == "elif" {
                            *branch = Some(here);
                            program.push(Step::Split(here + 1, usize::MAX));
                        }
                    }
                    "endif" => {
                        let (kind, branch, ends) = open.pop()?;
                        if kind != "if" {
                            return None;
                        }
                        let here = program.len();
                        if let Some(branch) = branch {
                            set_second(program.get_mut(branch)?, here);
                        }
                        for end in ends {
                            *program.get_mut(end)? = Step::Jump(here);
                        }
                    }
                    "endfor" => {
                        let (kind, branch, _) = open.pop()?;
                        if kind != "for" {
                            return None;
                        }
                        if let Some(branch) = branch {
                            program.push(Step::Jump(branch));
                            let here = program.len();
                            set_second(program.get_mut(branch)?, here);
                        }
                    }
                    "filter" => open.push((word, None, Vec::new())),
                    "endfilter" => drop(open.pop()?),
                    "set" if code.contains('=') => {}
                    _ => return None,
                }
            }
        }
    }
    // Inside a filter even literal text may come out changed.
    let filtered = pieces.iter().any(|piece| matches!(piece, Piece::Block(code) if code.starts_with("filter")));
    (open.is_empty() && !filtered).then_some(program)
}

fn set_second(step: &mut Step, target: usize) {
    if let Step::Split(_, second) = step {
        *second = target;
    }
}

/// Steps that may be tried, so that no template can keep the matcher busy for long.
const MAX_TRIES: usize = 4_000_000;

fn run(program: &[Step], template: &str, output: &str) -> Unified {
    let output_end = output.trim_end().len();
    let mut tried: HashSet<(usize, usize)> = HashSet::new();
    let mut stack = vec![(0, 0)];
    let mut furthest = (0, 0);
    while let Some((step, at)) = stack.pop() {
        if !tried.insert((step, at)) {
            continue;
        }
        if tried.len() > MAX_TRIES {
            return Unified::Unknown;
        }
        let rest = output.get(at..).unwrap_or("");
        match program.get(step) {
            None if rest.trim().is_empty() => return Unified::Yes,
            None => furthest = furthest.max((at, template.len())),
            Some(Step::Jump(target)) => stack.push((*target, at)),
            Some(Step::Split(first, second)) => {
                stack.push((*second, at));
                stack.push((*first, at));
            }
            Some(Step::Any { lines, at: place }) => {
                furthest = furthest.max((at, *place));
                if let Some(letter) = rest.chars().next().filter(|letter| *lines || *letter != '\n') {
                    stack.push((step, at + letter.len_utf8()));
                }
                stack.push((step + 1, at));
            }
            Some(Step::Literal(range)) => {
                let literal = template.get(range.clone()).unwrap_or("");
                let common = literal.bytes().zip(rest.bytes()).take_while(|(a, b)| a == b).count();
                furthest = furthest.max((at + common, range.start + common));
                if common == literal.len() {
                    stack.push((step + 1, at + common));
                } else if at + common >= output_end && literal.get(common..).is_some_and(|rest| rest.trim().is_empty())
                {
                    // A missing final line break is no difference.
                    stack.push((step + 1, output.len()));
                }
            }
        }
    }
    Unified::No { output: furthest.0.min(output_end), template: furthest.1.min(template.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unify(template: &str, output: &str) -> Unified {
        let delimiters = Delimiters {
            block: ("#%".into(), "%#".into()),
            variable: ("#{".into(), "}#".into()),
            comment: ("#|".into(), "#|".into()),
        };
        Project { outputs: BTreeMap::new(), data: Vec::new(), delimiters }.unify(template, output)
    }

    #[test]
    fn branches_loops_and_holes() {
        let template = "a: #{ x }#\n#% if y %#\nb: 1\n#% else %#\nb: 2\n#% endif %#\nlist:\n#% for n in nodes %#\n  - #{ n.name }#\n#% endfor %#\nend: 1\n";
        for output in ["a: 1\nb: 2\nlist:\nend: 1\n", "a: \nb: 1\nlist:\n  - c\n  - d\nend: 1"] {
            assert_eq!(unify(template, output), Unified::Yes, "{output}");
        }
        let edited = "a: 1\nb: 2\nlist:\n  - c\nextra: 1\nend: 1\n";
        let Unified::No { output, template: at } = unify(template, edited) else { panic!("an edit must not unify") };
        assert!(edited[output..].starts_with("xtra"), "{}", &edited[output..]);
        assert!(template[at..].starts_with("nd: 1"), "{}", &template[at..]);
    }

    #[test]
    fn comments_and_inline_conditions() {
        assert_eq!(unify("#| note #|\na: #% if x %#1#% endif %#!\n", "a: !\n"), Unified::Yes);
        assert_eq!(unify("#% include 'x' %#\n", "a"), Unified::Unknown);
    }
}
