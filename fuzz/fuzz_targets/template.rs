//! A template and an output, cut out of one text: comparing them ends, whatever they are.
#![no_main]

use homelint::resource::{File, Tree};
use homelint::source::FileId;
use homelint::template::projects;
use libfuzzer_sys::fuzz_target;

const PROJECT: &str = "[makejinja]\ninputs = [\"templates\"]\noutput = \"out\"\njinja_suffix = \".j2\"\n";

fuzz_target!(|text: &str| {
    let (template, output) = text.split_once("\n###\n").unwrap_or((text, text));
    let files = [("makejinja.toml", PROJECT), ("out/a.yaml", output), ("templates/a.yaml.j2", template)];
    let file = |(id, (path, text)): (usize, &(&str, &str))| File::read(FileId(id as u32), *path, Some((*text).to_owned()));
    projects(&Tree::new(files.iter().enumerate().map(file).collect()));
});
