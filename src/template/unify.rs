//! Whether an output can come from a template, whatever the data.

use crate::jinja::{Delimiters, Kind, Piece};
use std::ops::Range;

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

/// Whether some data makes this output of this template.
pub fn unify(delimiters: &Delimiters, template: &str, output: &str) -> Unified {
    if !delimiters.are_usable() {
        return Unified::Unknown;
    }
    match compile(&delimiters.pieces(template)) {
        Some(program) => run(&program, template, output),
        None => Unified::Unknown,
    }
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
        let code = piece.code;
        match piece.kind {
            Kind::Literal if piece.range.is_empty() => {}
            Kind::Literal => program.push(Step::Literal(piece.range.clone())),
            Kind::Comment => {}
            Kind::Unclosed => return None,
            Kind::Expression => {
                let inside_filter = open.iter().any(|(word, ..)| *word == "filter");
                let lines =
                    inside_filter || ["indent", "tojson", "to_yaml", "\\n"].iter().any(|part| code.contains(part));
                program.push(Step::Any { lines, at: piece.range.start });
            }
            Kind::Block => match piece.word() {
                word @ ("if" | "for") => {
                    open.push((word, Some(program.len()), Vec::new()));
                    program.push(Step::Split(program.len() + 1, usize::MAX));
                }
                word @ ("elif" | "else") => {
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
                word @ "filter" => open.push((word, None, Vec::new())),
                "endfilter" => drop(open.pop()?),
                "set" if code.contains('=') => {}
                _ => return None,
            },
        }
    }
    // Inside a filter even literal text may come out changed.
    let filtered = pieces.iter().any(|piece| piece.kind == Kind::Block && piece.word() == "filter");
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
        super::unify(&delimiters, template, output)
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
