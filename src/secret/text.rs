//! Credentials in texts that have no structure for us: `name=value`, `name: value`, `--name value`.

use super::table::names_credential;
use memchr::{memchr3_iter, memmem};
use std::ops::Range;

/// Longest name, in bytes, that is compared.
const MAX_NAME: usize = 80;

/// The byte ranges of values that stand behind the name of a credential.
pub(super) fn credentials(text: &str) -> impl Iterator<Item = Range<usize>> {
    assigned(text).chain(flags(text))
}

/// `name=value`, `"name": "value"`, `<name>value</name>`
fn assigned(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut done = 0;
    memchr3_iter(b'=', b':', b'>', text.as_bytes()).filter_map(move |at| {
        let name = name_before(text, at).filter(|_| at >= done)?;
        let element = text.as_bytes().get(at) == Some(&b'>');
        let opened = name.start.checked_sub(1).and_then(|before| text.as_bytes().get(before)) == Some(&b'<');
        let rest = text.get(at + 1..)?;
        let fits = !rest.starts_with("//") && element == opened;
        let named = fits && text.get(name.clone()).is_some_and(names_credential);
        let value = named.then(|| value_after(text, at + 1, &name)).flatten()?;
        done = value.end;
        Some(value)
    })
}

/// `--name value` within a command.
fn flags(text: &str) -> impl Iterator<Item = Range<usize>> {
    memmem::find_iter(text.as_bytes(), "--").filter_map(move |at| {
        let rest = text.get(at..)?;
        let length = rest.bytes().take(MAX_NAME).position(|byte| byte == b' ' || byte == b'\t')?;
        let (_, value) = rest.split_at_checked(length).filter(|(flag, _)| is_credential_flag(flag))?;
        let value = value.trim_start_matches([' ', '\t']);
        let start = at + rest.len() - value.len();
        let value = value.split(char::is_whitespace).next().filter(|value| !value.starts_with('-'))?;
        (!is_open(value)).then_some(start..start + value.len())
    })
}

/// Whether an argument says that the next one is a credential.
pub(super) fn is_credential_flag(argument: &str) -> bool {
    argument.len() <= MAX_NAME && argument.starts_with('-') && !argument.contains('=') && names_credential(argument)
}

/// The name that stands before a `=` or `:`, quoted or not.
fn name_before(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let around = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'\\');
    let from = at.saturating_sub(MAX_NAME);
    let before = bytes.get(from..at)?;
    let end = from + before.len() - before.iter().rev().take_while(|byte| around(byte)).count();
    let length = bytes.get(from..end)?.iter().rev().take_while(|byte| is_name(byte)).count();
    (length > 0).then_some(end - length..end)
}

/// The value that begins behind a separator: to the closing quote, to the end of a line that holds nothing else, or to
/// the next blank.
fn value_after(text: &str, at: usize, name: &Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    // `=>`, but not `: >`, which begins a block.
    let value = rest.strip_prefix('>').unwrap_or(rest).trim_start_matches(['=', ':', ' ', '\t']);
    let start = at + rest.len() - value.len();
    let head = line_before(text, name.start);
    let rest = text.get(start..)?;
    if rest.starts_with(['|', '>']) && rest.bytes().take(4).any(|byte| byte == b'\n') {
        return below(text, start + rest.find('\n')?, head?);
    }
    let markup = rest.starts_with('<') || text.as_bytes().get(name.start.wrapping_sub(1)) == Some(&b'<');
    let alone = !markup && head.is_some_and(begins_line);
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '<' | '\\');
    let length = match rest.bytes().next()? {
        b'\\' | b'"' | b'\'' => {
            let open = rest.len() - rest.trim_start_matches('\\').len();
            let escaped = open > 0;
            let quote = rest.get(open..)?.chars().next()?;
            let open = open + quote.len_utf8();
            open + quoted(rest.get(open..)?, quote, escaped)
        }
        _ if alone => rest.lines().next()?.trim_end().len(),
        _ => {
            // `Bearer abc`: the first word says how to read the second.
            let scheme = ["Bearer ", "Basic ", "Token "].iter().find(|scheme| rest.starts_with(**scheme));
            let from = scheme.map_or(0, |scheme| scheme.len());
            from + rest.get(from..)?.find(ends).unwrap_or(rest.len() - from)
        }
    };
    let value = rest.get(..length)?;
    (!is_open(value)).then_some(start..start + length)
}

/// Length of a text up to its closing quote, or the end of the line; `escaped` where a backslash stands before quotes.
fn quoted(text: &str, quote: char, escaped: bool) -> usize {
    let mut letters = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, letter)) = letters.next() {
        let closes = letter == quote && (before == '\\') == escaped;
        // Twice is one quote within single quotes.
        if closes && quote == '\'' && letters.next_if(|(_, next)| *next == quote).is_some() {
            continue;
        }
        if closes || letter == '\n' {
            return at;
        }
        before = letter;
    }
    text.len()
}

/// What stands before a place on its line, where that is not too long to be nothing.
fn line_before(text: &str, at: usize) -> Option<&str> {
    let from = at.saturating_sub(MAX_NAME);
    let bytes = text.as_bytes().get(from..at)?;
    let start = bytes.iter().rposition(|byte| *byte == b'\n').map(|line| from + line + 1);
    text.get(start.or((from == 0).then_some(0))?..at)
}

/// Whether a line has only begun: with a dash, a comment, a quote.
fn begins_line(head: &str) -> bool {
    head.trim_start_matches([' ', '\t', '-', '#', '"', '\'', '/']).trim_start_matches("export ").is_empty()
}

/// The lines of a block that belong to a key: those that are indented more than it.
fn below(text: &str, line_end: usize, head: &str) -> Option<Range<usize>> {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let own = indent(head);
    let mut end = line_end;
    for line in text.get(line_end..)?.split_inclusive('\n').skip(1) {
        if !line.trim().is_empty() && indent(line) <= own {
            break;
        }
        end += line.len();
    }
    (end > line_end).then_some(line_end + 1..(end + 1).min(text.len()))
}

/// Whether a value may be shown: nothing, a variable, a template, a truth value.
pub(super) fn is_open(value: &str) -> bool {
    let bare = value.trim_matches(['"', '\'', '\\', ',', ' ']);
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let between = |start: &str, end: &str| bare.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    let variable = between("${", "}").or(between("$(", ")")).is_some_and(|name| name.bytes().all(word));
    let plain = |name: &str| name.bytes().all(|byte| word(byte) && !byte.is_ascii_lowercase());
    let template = between("{{", "}}").is_some_and(|inner| !inner.contains("}}"));
    variable
        || bare.strip_prefix('$').is_some_and(plain)
        || template
        || bare == "{{"
        || matches!(bare.trim_matches(['}', ']']), "" | "true" | "false" | "null" | "~" | "{" | "[")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut out = text.to_owned();
        for range in credentials(text) {
            let stars = "*".repeat(range.len());
            out.replace_range(range, &stars);
        }
        out
    }

    #[test]
    fn values_behind_names_of_credentials_are_found() {
        for text in [
            "DB_PASSWORD=open sesame",
            "export TOKEN='open'",
            "run --token=open --x=shown",
            "run --token open shown",
            "password: open sesame",
            "{\"password\": \"open\", \"host\": \"shown\"}",
            "//registry/:_authToken=open",
            "https://example.org/?api_key=open",
            "# password: open",
            "password = open sesame",
            "<ApiKey>open</ApiKey>",
            "Server=shown;Password=open;x",
            "password: |\n  open\n  open\nhost: shown",
            "a:\n  - token: >-\n      open\n    host: shown",
            "token => 'open'",
            "password: 'it''s open'",
            "password: \"a \\\" open\"",
            "password: $open",
            "sh -c \"PGPASSWORD=open psql\"",
            "{\\\"token\\\": \\\"open\\\"}",
            "password:open",
            "token := \"open\"",
        ] {
            let masked = masked(text);
            assert!(!masked.contains("open"), "{masked}");
            assert_eq!(masked.matches("shown").count(), text.matches("shown").count(), "{masked}");
        }
    }

    #[test]
    fn what_is_no_value_is_left() {
        for text in [
            "token: ${TOKEN}",
            "PASSWORD=$PASSWORD",
            "password: {{ .password }}",
            "token:\n  x: y",
            "--token --other",
            "https://example.org/token://x",
            "automountToken: false",
            "existingSecret: web",
            "a>b",
            "password: ''",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
