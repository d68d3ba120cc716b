//! The fixtures, mangled at random from a fixed seed: whatever a text has become, checking it ends without a panic and
//! every finding points into it. `fuzz/` looks for the same without an end.
#![allow(clippy::unwrap_used)]

use homelint::check::{Selection, check};
use homelint::discover::{self, Besides, Source};
use homelint::model::inputs::Inputs;
use homelint::model::repo::Repo;
use homelint::resource::File;
use homelint::rules::RULES;
use homelint::source::FileId;
use homelint::yaml::Mode;
use std::path::Path;

const ROUNDS: usize = 60;

/// Files that one round mangles.
const MANGLED: usize = 12;

/// What means something to one of the readers.
const WORDS: [&str; 28] = [
    "- ",
    ": ",
    ":\n",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "---\n",
    "*app",
    "&app ",
    "<<: ",
    "!!str ",
    "|\n",
    ">-\n",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "${",
    "${A:=${B}}",
    "$$",
    "{{ . }}",
    "#{",
    "~",
    "\u{feff}",
    "ü",
];

/// xorshift64*: the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Where characters begin, and the end.
fn boundaries(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

fn mangle(text: &mut String, others: &[(String, String)], dice: &mut Dice) {
    let places = boundaries(text);
    let at = *dice.one_of(&places);
    match dice.below(6) {
        0 => text.insert_str(at, WORDS[dice.below(WORDS.len())]),
        1 => text.truncate(at),
        2 => {
            let end = text[at..].find('\n').map_or(text.len(), |length| at + length + 1);
            text.replace_range(at..end, "");
        }
        // A line of some file takes the place of one here: a value of another kind, another indent.
        3 | 4 => {
            let (_, other) = dice.one_of(others);
            let foreign: Vec<&str> = other.lines().collect();
            let mut lines: Vec<&str> = text.lines().collect();
            if !foreign.is_empty() && !lines.is_empty() {
                let line = dice.below(lines.len());
                lines[line] = foreign[dice.below(foreign.len())];
                *text = lines.join("\n");
            }
        }
        // The name of something becomes that of something else.
        _ => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let (Some(from), Some(to)) = (words.get(dice.below(words.len())), words.get(dice.below(words.len())))
            else {
                return;
            };
            *text = text.replacen(from, to, 1 + dice.below(3));
        }
    }
}

#[test]
fn whatever_a_repository_has_become_checking_it_ends() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/home-ops");
    let whole = discover::load(&discover::root(&folder).unwrap(), &Source::WorkTree, Besides::default()).unwrap();
    let read = |file: &File| (file.source.path.clone(), file.source.text.clone());
    let files: Vec<(String, String)> = whole.tree.files().iter().map(read).collect();
    assert!(files.len() > 50, "the fixtures are not where they were");
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let select = vec![globset::Glob::new("*/*").unwrap().compile_matcher()];
    let mut dice = Dice(0x5EED);
    for round in 0..ROUNDS {
        let mut mangled = files.clone();
        for _ in 0..MANGLED {
            let index = dice.below(mangled.len());
            mangle(&mut mangled[index].1, &files, &mut dice);
        }
        let read = |(id, (path, text)): (usize, (String, String))| File::read(FileId(id as u32), path, Some(text));
        let repo = Repo::new(Inputs::of(mangled.into_iter().enumerate().map(read).collect(), &ids));
        let report = check(&repo, RULES, &Selection { select: select.clone(), ..Selection::default() });
        for one in &report.diagnostics {
            let span = one.finding.span;
            let text = &repo.file_of(span).unwrap().source.text;
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "round {round}: {one:?}");
        }
        for (_, resource) in repo.fleet().clusters.iter().flat_map(|cluster| cluster.resources()) {
            repo.mask().json(&resource.node, Mode::Yaml11);
        }
    }
}
