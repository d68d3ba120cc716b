//! A text cut into the files of a small repository, which is built and checked.
#![no_main]

use homelint::check::{Selection, check};
use homelint::kustomize::Kustomize;
use homelint::model::repo::Repo;
use homelint::model::inputs::Inputs;
use homelint::resource::File;
use homelint::rules::RULES;
use homelint::source::FileId;
use libfuzzer_sys::fuzz_target;

/// Where the pieces lie: what Flux begins with, a kustomization, what it lists, a component, a configuration.
const PATHS: [&str; 6] = [
    ".homelint.yaml",
    ".sops.yaml",
    "app/component/kustomization.yaml",
    "app/kustomization.yaml",
    "app/resource.yaml",
    "flux/gotk-sync.yaml",
];

fuzz_target!(|text: &str| {
    let pieces = text.split("\n###\n").chain(std::iter::repeat(""));
    let file = |(id, (path, piece)): (usize, (&&str, &str))| File::read(FileId(id as u32), *path, Some(piece.to_owned()));
    let repo = Repo::new(Inputs::of(PATHS.iter().zip(pieces).enumerate().map(file).collect(), &[]));
    Kustomize::new(&repo.tree).build("app");
    check(&repo, RULES, &Selection::default());
});
