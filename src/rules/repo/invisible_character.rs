use crate::diagnostic::Finding;
use crate::model::repo::Repo;
use crate::resource::File;
use crate::rule::Rule;

/// A file name with a character that nobody sees.
pub const RULE: Rule = Rule::error(check);

fn check(file: &File, _: &Repo) -> Vec<Finding> {
    if file.source.path.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Vec::new();
    }
    let Some(hidden) = file.source.path.chars().find(|letter| is_invisible(*letter)) else { return Vec::new() };
    let message = format!("the file's name contains the invisible character U+{:04X}", hidden as u32);
    vec![Finding::new(file.source.span(0..0), message).help("rename the file: nothing that lists it will find it")]
}

/// Controls, zero-width characters, byte order marks, directional marks and blanks that are no plain space.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || (letter.is_whitespace() && letter != ' ')
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}
