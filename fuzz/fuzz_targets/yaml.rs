//! Any text, read as YAML, JSON and TOML: no panic, and every span lies inside it.
#![no_main]

use homelint::source::FileId;
use homelint::yaml::{Parsed, parse, parse_json, parse_toml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let readers: [fn(FileId, &str) -> Parsed; 3] = [parse, parse_json, parse_toml];
    for read in readers {
        for document in read(FileId(0), text).documents {
            document.root.walk(&mut |node| {
                assert!(text.get(node.span.start as usize..node.span.end as usize).is_some());
            });
        }
    }
});
