//! `src/lib.rs` is the architecture: a room uses only those declared above it, and no files use one another in a circle.
#![allow(clippy::unwrap_used)]

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::{Attribute, File, Item, UseTree};

/// A module: the names that lead to it from the root of its crate; `cli` is the binary's.
type Module = Vec<String>;

/// Every module that is a file, with its source.
type Sources = BTreeMap<Module, String>;

/// Which modules each module uses, itself left out.
type Uses = BTreeMap<Module, BTreeSet<Module>>;

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| files(&entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

fn sources() -> Sources {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let module = |path: PathBuf| {
        let inside = path.strip_prefix(&src).unwrap().with_extension("");
        let names = inside.iter().map(|name| name.to_str().unwrap().to_owned());
        let module: Module = names.filter(|name| !["mod", "lib", "main"].contains(&name.as_str())).collect();
        (module, std::fs::read_to_string(path).unwrap())
    };
    // The root of the binary only starts `cli`.
    files(&src).into_iter().filter(|path| !path.ends_with("main.rs")).map(module).collect()
}

/// The rooms in the order in which `lib.rs` declares them.
fn rooms(lib: &str) -> Vec<String> {
    let items = syn::parse_file(lib).unwrap().items.into_iter();
    items.filter_map(|item| if let Item::Mod(room) = item { Some(room.ident.to_string()) } else { None }).collect()
}

/// The paths of a use tree, each from its first name on.
fn leaves(tree: &UseTree, before: &[String], found: &mut Vec<Vec<String>>) {
    let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(path.ident.to_string()), found),
        UseTree::Name(name) => found.push(with(name.ident.to_string())),
        UseTree::Rename(name) => found.push(with(name.ident.to_string())),
        UseTree::Glob(_) => found.push(before.to_vec()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
    }
}

/// Every path in code, macros included: names with `::` between them.
fn paths(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(name) if colons == 2 => path.push(name.to_string()),
            TokenTree::Ident(name) => {
                found.push(std::mem::replace(&mut path, vec![name.to_string()]));
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Group(group) => paths(group.stream(), found),
            _ => found.push(std::mem::take(&mut path)),
        }
        colons = 0;
    }
    found.push(path);
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|one| one.path().is_ident("cfg") && one.meta.to_token_stream().to_string().contains("test"))
}

/// Every path that the code of a module follows, from the root of the crate. What only tests use is left out.
fn followed(items: &[Item], module: &[String], found: &mut Vec<Module>) {
    for item in items {
        let mut paths_here = Vec::new();
        match item {
            Item::Mod(inner) if is_test(&inner.attrs) => continue,
            Item::Mod(inner) => {
                let path: Module = module.iter().cloned().chain([inner.ident.to_string()]).collect();
                followed(inner.content.as_ref().map_or(&[][..], |(_, items)| items), &path, found);
                continue;
            }
            Item::Use(use_item) => leaves(&use_item.tree, &[], &mut paths_here),
            other => {
                uses_inside(other.to_token_stream(), &mut paths_here);
                paths(other.to_token_stream(), &mut paths_here);
            }
        }
        found.extend(paths_here.iter().filter_map(|path| absolute(path, module)));
    }
}

/// The use trees inside of functions.
fn uses_inside(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(name) if name == "use" => {
                let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';');
                let tree: TokenStream = tokens.by_ref().take_while(|token| !is_end(token)).collect();
                if let Ok(tree) = syn::parse2::<UseTree>(tree) {
                    leaves(&tree, &[], found);
                }
            }
            TokenTree::Group(group) => uses_inside(group.stream(), found),
            _ => {}
        }
    }
}

/// A path from the root of the crate; one that begins with a name of the module itself leads to its children.
fn absolute(path: &[String], module: &[String]) -> Option<Module> {
    let mut base: &[String] = module;
    let mut rest = path;
    while let Some((first, others)) = rest.split_first() {
        match first.as_str() {
            "crate" | "homelint" => base = &[],
            "self" => {}
            "super" => base = base.split_last()?.1,
            _ => break,
        }
        rest = others;
    }
    Some(base.iter().chain(rest).cloned().collect())
}

fn uses(sources: &Sources) -> Uses {
    let of = |(module, text): (&Module, &String)| {
        let File { items, .. } = syn::parse_file(text).unwrap();
        let mut found = Vec::new();
        followed(&items, module, &mut found);
        // A path leads through modules to an item: the last module is the one that is used.
        let last_module = |path: Module| {
            (0..=path.len()).rev().map(|length| path[..length].to_vec()).find(|prefix| sources.contains_key(prefix))
        };
        // Files of a folder may use what its `mod.rs` declares for all of them.
        let used = found.into_iter().filter_map(last_module).filter(|used| !module.starts_with(used));
        (module.clone(), used.collect())
    };
    sources.iter().map(of).collect()
}

/// What is wrong with how rooms use one another.
fn upward(uses: &Uses, rooms: &[String]) -> Vec<String> {
    let position = |module: &Module| rooms.iter().position(|room| Some(room) == module.first());
    let mut faults = Vec::new();
    for (module, used) in uses.iter().flat_map(|(module, used)| used.iter().map(move |used| (module, used))) {
        // The binary may use every room.
        let Some(own) = position(module) else { continue };
        if position(used).is_none_or(|other| other > own) {
            faults.push(format!("`{}` uses `{}`, which is declared below it", module.join("::"), used.join("::")));
        }
    }
    faults
}

/// The modules that use one another in a circle, directly or through others; each circle once.
fn circles(uses: &Uses) -> Vec<Vec<&Module>> {
    let reach = |from: &Module| {
        let mut seen: BTreeSet<&Module> = BTreeSet::new();
        let mut waiting: Vec<&Module> = uses.get(from).into_iter().flatten().collect();
        while let Some(next) = waiting.pop() {
            if seen.insert(next) {
                waiting.extend(uses.get(next).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<&Module>> = uses.keys().map(|module| (module, reach(module))).collect();
    let circle = |module: &&Module| -> Vec<&Module> {
        let others =
            reached[*module].iter().filter(|other| reached.get(**other).is_some_and(|back| back.contains(*module)));
        others.copied().collect()
    };
    let found: BTreeSet<Vec<&Module>> =
        uses.keys().map(|module| circle(&module)).filter(|one| !one.is_empty()).collect();
    found.into_iter().collect()
}

#[test]
fn rooms_use_only_those_above_them() {
    let sources = sources();
    let rooms = rooms(&sources[&Module::new()]);
    assert!(rooms.len() > 10 && sources.len() > 100, "the source is read");
    assert_eq!(upward(&uses(&sources), &rooms), [""; 0]);
}

#[test]
fn no_files_use_one_another_in_a_circle() {
    let uses = uses(&sources());
    let circles =
        circles(&uses).into_iter().map(|circle| circle.iter().map(|one| one.join("::")).collect::<Vec<_>>().join(" "));
    assert_eq!(circles.collect::<Vec<_>>(), [""; 0]);
}

/// However an import is spelt, the guard sees it.
#[test]
fn no_spelling_passes_the_guard() {
    let module = |path: &str| -> Module { path.split("::").map(str::to_owned).collect() };
    for import in [
        "use crate::low::Thing;",
        "use crate::{low::Thing as T};",
        "use crate::low as l;",
        "use super::low;",
        "use super::super::low::*;",
        "use crate::low::{self, Thing};",
        "pub use self::super::super::low::Thing;",
        "fn a() { use crate::low::Thing; }",
        "fn a(_: &crate::low::Thing) {}",
        "fn a() { assert!(crate::low::thing()); }",
        "mod inner { use super::super::super::low; }",
    ] {
        let depth = if import.contains("super::super") { "high::deep" } else { "high" };
        let sources = Sources::from([
            (module("high"), String::new()),
            (module(depth), import.to_owned()),
            (module("low"), String::new()),
        ]);
        assert_eq!(upward(&uses(&sources), &module("high::low")).len(), 1, "{import}");
    }
    let circle = Sources::from([
        (module("a"), "mod b; use b::B;".to_owned()),
        (module("a::b"), "use super::c::C;".to_owned()),
        (module("a::c"), "fn c(_: super::b::B) {}".to_owned()),
    ]);
    assert_eq!(circles(&uses(&circle)).len(), 1);
}
