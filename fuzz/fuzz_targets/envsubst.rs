//! Any text, substituted with variables that are known, unknown and undefined.
#![no_main]

use homelint::flux::envsubst::{Variable, expand};
use homelint::source::{FileId, Span};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lookup = |name: &str| match name.len() % 3 {
        0 => Variable::Undefined,
        1 => Variable::Known(name.into(), Span::new(FileId(0), 0, 0)),
        _ => Variable::Unknown(None),
    };
    if let Ok(expanded) = expand(text, &lookup) {
        assert!(expanded.uses.iter().all(|used| text.get(used.range.clone()).is_some()));
    }
});
