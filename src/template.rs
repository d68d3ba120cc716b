//! makejinja projects: does this output come from that template?
//!
//! The data of a project is often not in git, so a template is not rendered but unified with its output: literal text
//! must stand as it is, `if` may take either branch, a loop any number of rounds, and an expression may give any text
//! of one line. An output that does not unify comes from no data at all: somebody edited it, or the template moved on.

use crate::resource::{File, Role, Tree};
use crate::sops::is_encrypted_file;
use crate::source::join;
use crate::yaml::Node;
use globset::{Glob, GlobMatcher};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// A project: which output comes from which template.
#[derive(Debug)]
pub struct Project {
    /// Template by output, as paths relative to the root.
    pub outputs: BTreeMap<String, String>,
    /// Data files, as paths relative to the root.
    pub data: Vec<String>,
    /// What a comparison of each output with its template says.
    pub compared: BTreeMap<String, Unified>,
    delimiters: Delimiters,
}

#[derive(Debug)]
struct Delimiters {
    block: (String, String),
    variable: (String, String),
    comment: (String, String),
}

/// How far an output follows its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Outputs that are compared to tell whether a project is in use.
const SAMPLE: usize = 16;

/// The projects of a repository, from its `makejinja.toml` files.
pub fn projects(tree: &Tree) -> Vec<Project> {
    let configs = tree.files().iter().filter(|file| file.source.name() == "makejinja.toml");
    configs.filter_map(|file| project(tree, file)).collect()
}

fn project(tree: &Tree, file: &File) -> Option<Project> {
    let config = file.roots_of(Role::Makejinja).next()?.get("makejinja")?;
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
    let mut project =
        Project { outputs, data: paths("data"), compared: BTreeMap::new(), delimiters: delimiters(config) };
    project.compared = project.compare(tree);
    Some(project)
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
    /// Compares every output that is in the tree and in clear with its template. Empty where most of them differ: the
    /// templates made the first version of the repository and were left behind since.
    fn compare(&self, tree: &Tree) -> BTreeMap<String, Unified> {
        let pairs: Vec<(&str, &File, &File)> = self
            .outputs
            .iter()
            .filter_map(|(output, template)| {
                let file = tree.find(output).filter(|file| !file.source.text.is_empty() && !is_encrypted_file(file))?;
                Some((output.as_str(), file, tree.find(template)?))
            })
            .collect();
        // A sample tells a project that is in use from one that is not.
        let sample: Vec<_> = pairs.iter().step_by((pairs.len() / SAMPLE).max(1)).take(SAMPLE).collect();
        let compare = |(_, file, template): &(&str, &File, &File)| self.unify(&template.source.text, &file.source.text);
        let follow = sample.par_iter().filter(|pair| compare(pair) == Unified::Yes).count();
        if pairs.len() < 5 && follow < pairs.len().div_ceil(2) || pairs.len() >= 5 && follow * 3 < sample.len() * 2 {
            return BTreeMap::new();
        }
        let compared: Vec<Unified> = pairs.par_iter().map(compare).collect();
        pairs.iter().map(|(output, ..)| (*output).to_owned()).zip(compared).collect()
    }

    /// Whether some data makes this output of this template.
    pub fn unify(&self, template: &str, output: &str) -> Unified {
        let Delimiters { block, variable, comment } = &self.delimiters;
        if [block, variable, comment].iter().any(|(start, end)| start.is_empty() || end.is_empty()) {
            return Unified::Unknown;
        }
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
        // Where each kind of tag comes next: looked for again only once it is passed.
        let mut found = kinds.map(|(pair, _)| text.find(&pair.0));
        loop {
            for (place, (pair, _)) in found.iter_mut().zip(kinds) {
                if place.is_some_and(|place| place < at) {
                    *place = text[at..].find(&pair.0).map(|offset| at + offset);
                }
            }
            let next = found.iter().zip(kinds).filter_map(|(place, (pair, kind))| Some(((*place)?, pair, kind)));
            let Some((open, (start, end), kind)) = next.min_by_key(|found| found.0) else { break };
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

/// Most pairs of step and place that are remembered: 8 MB.
const MAX_PAIRS: usize = 1 << 26;

/// Most bytes that are compared, so that no template can keep the matcher busy for long.
const MAX_WORK: usize = 1 << 24;

fn run(program: &[Step], template: &str, output: &str) -> Unified {
    let output_end = output.trim_end().len();
    let width = output.len() + 1;
    if program.len().saturating_mul(width) > MAX_PAIRS {
        return Unified::Unknown;
    }
    let mut work = 0;
    // One bit for each pair of step and place that was tried.
    let mut tried = vec![0u64; program.len() * width / 64 + 1];
    let mut stack = vec![(0, 0)];
    let mut furthest = (0, 0);
    while let Some((step, at)) = stack.pop() {
        let rest = output.get(at..).unwrap_or("");
        let Some(current) = program.get(step) else {
            if rest.trim().is_empty() {
                return Unified::Yes;
            }
            furthest = furthest.max((at, template.len()));
            continue;
        };
        let bit = step * width + at;
        if tried[bit / 64] >> (bit % 64) & 1 == 1 {
            continue;
        }
        tried[bit / 64] |= 1 << (bit % 64);
        work += 1;
        if work > MAX_WORK {
            return Unified::Unknown;
        }
        match current {
            Step::Jump(target) => stack.push((*target, at)),
            Step::Split(first, second) => {
                stack.push((*second, at));
                stack.push((*first, at));
            }
            Step::Any { lines, at: place } => {
                furthest = furthest.max((at, *place));
                if let Some(letter) = rest.chars().next().filter(|letter| *lines || *letter != '\n') {
                    stack.push((step, at + letter.len_utf8()));
                }
                stack.push((step + 1, at));
            }
            Step::Literal(range) => {
                let literal = template.get(range.clone()).unwrap_or("");
                let common = literal.bytes().zip(rest.bytes()).take_while(|(a, b)| a == b).count();
                work += common;
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
        Project { outputs: BTreeMap::new(), data: Vec::new(), compared: BTreeMap::new(), delimiters }
            .unify(template, output)
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
