//! makejinja projects: what their templates make, and whether an output comes from its template.
//!
//! The data of a project is often not in git. Where the outputs are there, a template is unified with its output:
//! literal text must stand as it is, `if` may take either branch, a loop any number of rounds, and an expression may
//! give any text of one line. An output that does not unify comes from no data at all: somebody edited it, or the
//! template moved on. Where no output is there, the templates are read in their place, with every value unknown.

mod names;
mod unify;

use crate::formats::sops::is_encrypted_file;
use crate::jinja::{Delimiters, Skeleton};
use crate::resource::{File, Role, Tree};
use crate::source::{FileId, join};
use crate::yaml::Node;
use globset::{Glob, GlobMatcher};
use names::Names;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use unify::unify;

pub use names::Undefined;
pub use unify::Unified;

/// A project: which output comes from which template.
#[derive(Debug)]
pub struct Project {
    /// Template by output, as paths relative to the root.
    pub outputs: BTreeMap<String, String>,
    /// Data files, as paths relative to the root.
    pub data: Vec<String>,
    /// How its tags look.
    pub delimiters: Delimiters,
    /// What is copied as it is, by output.
    copies: BTreeMap<String, String>,
    /// Folders of templates.
    inputs: Vec<String>,
    /// Folder of outputs.
    output: String,
    /// How the name of a template ends.
    suffix: String,
    /// Folders of code that adds to the data.
    code: Vec<String>,
    /// Whether such code is loaded.
    has_loaders: bool,
    /// Whether Jinja is extended, by what defines names of its own.
    has_extensions: bool,
    /// Its `makejinja.toml`, which may hold data of its own.
    config: FileId,
    names: OnceLock<Names>,
    compared: OnceLock<BTreeMap<String, Unified>>,
}

/// So many outputs that differ, and more than every tenth, are no slip.
const MANY: usize = 8;

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
    let (mut outputs, mut copies) = (BTreeMap::new(), BTreeMap::new());
    let inputs = paths("inputs");
    for input in &inputs {
        for template in tree.below(input) {
            let path = &template.source.path;
            let Some(relative) = path.strip_prefix(input.as_str()).map(|path| path.trim_start_matches('/')) else {
                continue;
            };
            if excluded.iter().any(|glob| glob.is_match(path)) {
                continue;
            }
            let (stem, made) = match relative.strip_suffix(suffix) {
                Some(stem) => (stem, &mut outputs),
                None => (relative, &mut copies),
            };
            if let Some(place) = join(&output, stem) {
                // The first input that has a template wins.
                made.entry(place).or_insert_with(|| path.clone());
            }
        }
    }
    Some(Project {
        outputs,
        data: paths("data"),
        delimiters: delimiters(config),
        copies,
        suffix: suffix.to_owned(),
        code: paths("import_paths"),
        has_loaders: config.get("loaders").is_some(),
        has_extensions: config.get("extensions").is_some(),
        config: file.source.id,
        inputs,
        output,
        names: OnceLock::new(),
        compared: OnceLock::new(),
    })
}

fn delimiters(config: &Node) -> Delimiters {
    let pair = |name: &str, (start, end): (String, String)| {
        let text = |side: &str| config.text_at(&["delimiter", &format!("{name}_{side}")]).map(str::to_owned);
        (text("start").unwrap_or(start), text("end").unwrap_or(end))
    };
    let Delimiters { block, variable, comment } = Delimiters::default();
    Delimiters { block: pair("block", block), variable: pair("variable", variable), comment: pair("comment", comment) }
}

/// Puts templates that nobody has rendered yet where their outputs would be.
pub fn with_outputs(tree: Tree, projects: &[Project]) -> Tree {
    let mut made: Vec<(&String, &File, Option<&Delimiters>)> = Vec::new();
    let mut copied = Vec::new();
    for project in projects {
        let rendered = project.outputs.keys().any(|output| tree.find(output).is_some());
        let outputs = project.outputs.iter().filter(|_| !rendered).map(|pair| (pair, Some(&project.delimiters)));
        let copies = project.copies.iter().filter(|(output, source)| output != source);
        for ((output, source), delimiters) in outputs.chain(copies.map(|pair| (pair, None))) {
            let Some(source) = tree.find(source) else { continue };
            let missing = tree.find(output).is_none();
            if missing && !rendered {
                made.push((output, source, delimiters));
            }
            if delimiters.is_none() && !(missing && rendered) {
                copied.push(source.source.id);
            }
        }
    }
    let first = tree.files().len();
    let render = |(index, (output, template, delimiters)): (usize, &(&String, &File, Option<&Delimiters>))| {
        File::render(FileId((first + index) as u32), output, template, *delimiters)
    };
    let files: Vec<File> = made.par_iter().enumerate().map(render).collect();
    drop(made);
    tree.with_rendered(files, &copied)
}

impl Project {
    /// Every template, those that are only included in others too.
    fn templates<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = &'a File> {
        self.inputs.iter().flat_map(|input| tree.below(input)).filter(|file| file.source.path.ends_with(&self.suffix))
    }

    /// The output of a template; `None` for what is not rendered by itself.
    pub fn output_of(&self, template: &File) -> Option<&str> {
        let stem = template.source.path.strip_suffix(&self.suffix)?;
        let below = |input: &String| stem.strip_prefix(input.as_str())?.strip_prefix('/');
        let (output, source) =
            self.inputs.iter().find_map(|input| self.outputs.get_key_value(&join(&self.output, below(input)?)?))?;
        (*source == template.source.path).then_some(output)
    }

    /// The output of a template that is not there, although others of the project are and any data would make it.
    pub fn missing<'a>(&'a self, tree: &Tree, template: &File) -> Option<&'a str> {
        let output = self.output_of(template).filter(|output| tree.find(output).is_none())?;
        let filtered = |folder: &str| tree.files_in(folder).any(|file| file.source.name() == ".mjfilter.py");
        let mut folders = std::iter::successors(Some(template.source.folder()), |folder| {
            Some(crate::source::folder_of(folder)).filter(|_| !folder.is_empty())
        });
        let in_use = !self.compared(tree).is_empty();
        let always = || Skeleton::of(&template.source.text, &self.delimiters).is_some_and(|text| text.is_never_empty());
        (in_use && always() && !folders.any(filtered)).then_some(output)
    }

    /// The names in a template that nothing defines.
    pub fn undefined(&self, tree: &Tree, template: &File) -> Vec<Undefined> {
        self.names.get_or_init(|| Names::of(self, tree)).undefined(self, template)
    }

    /// What a comparison of each output with its template says. Empty where most of them differ: the templates made
    /// the first version of the repository and were left behind since.
    pub fn compared(&self, tree: &Tree) -> &BTreeMap<String, Unified> {
        self.compared.get_or_init(|| self.compare(tree))
    }

    /// Compares every output that is in the tree and in clear with its template.
    fn compare(&self, tree: &Tree) -> BTreeMap<String, Unified> {
        let is_output =
            |file: &&File| file.rendered.is_none() && !file.source.text.is_empty() && !is_encrypted_file(file);
        let pairs: Vec<(&str, &File, &File)> = self
            .outputs
            .iter()
            .filter_map(|(output, template)| {
                Some((output.as_str(), tree.find(output).filter(is_output)?, tree.find(template)?))
            })
            .collect();
        // A sample tells a project that is in use from one that is not.
        let sample: Vec<_> = pairs.iter().step_by((pairs.len() / SAMPLE).max(1)).take(SAMPLE).collect();
        let compare = |(_, file, template): &(&str, &File, &File)| {
            unify(&self.delimiters, &template.source.text, &file.source.text)
        };
        let follow = sample.par_iter().filter(|pair| compare(pair) == Unified::Yes).count();
        if pairs.len() < 5 && follow < pairs.len().div_ceil(2) || pairs.len() >= 5 && follow * 3 < sample.len() * 2 {
            return BTreeMap::new();
        }
        let compared: Vec<Unified> = pairs.par_iter().map(compare).collect();
        // Where so many differ, they are edited by habit, and nobody renders them any more.
        let edited = compared.iter().filter(|unified| matches!(unified, Unified::No { .. })).count();
        if edited >= MANY && edited * 10 > pairs.len() {
            return BTreeMap::new();
        }
        pairs.iter().map(|(output, ..)| (*output).to_owned()).zip(compared).collect()
    }
}
