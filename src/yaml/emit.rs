//! Nodes to YAML text and to JSON, with the data that kustomize's own output has.

use super::resolve::{Mode, Resolved, resolve};
use super::{Node, Scalar, Style, Value};
use serde_json::{Map, Number, Value as Json};

/// The data of a node as JSON, plain scalars read as YAML 1.2; dates and what is not known are strings.
pub fn to_json(node: &Node) -> Json {
    to_json_in(node, Mode::Yaml12)
}

/// The data of a node as JSON, plain scalars read as a mode says; dates and what is not known are strings.
pub fn to_json_in(node: &Node, mode: Mode) -> Json {
    match &node.value {
        Value::Scalar(scalar) => scalar_to_json(node, scalar, mode),
        Value::Seq(items) => items.iter().map(|item| to_json_in(item, mode)).collect(),
        Value::Map(entries) => {
            let mut map = Map::with_capacity(entries.len());
            for entry in entries.iter() {
                map.insert(key_text(&entry.key), to_json_in(&entry.value, mode));
            }
            Json::Object(map)
        }
    }
}

fn key_text(key: &Node) -> String {
    key.as_scalar().map(|scalar| scalar.text.to_string()).unwrap_or_default()
}

fn scalar_to_json(node: &Node, scalar: &Scalar, mode: Mode) -> Json {
    let text = || Json::String(scalar.text.to_string());
    if scalar.unknown && !is_absent(scalar) {
        return text();
    }
    match node.resolve(mode) {
        Some(Resolved::Null) => Json::Null,
        Some(Resolved::Bool(truth)) => Json::Bool(truth),
        Some(Resolved::Int(int)) => match (i64::try_from(int), u64::try_from(int)) {
            (Ok(int), _) => Json::Number(int.into()),
            (_, Ok(int)) => Json::Number(int.into()),
            _ => text(),
        },
        // Go writes a number without fraction as a whole one.
        Some(Resolved::Float(float)) if float.fract() == 0.0 && float.abs() < 1e18 => {
            Json::Number((float as i64).into())
        }
        Some(Resolved::Float(float)) => Number::from_f64(float).map_or_else(text, Json::Number),
        _ => text(),
    }
}

/// A document as YAML text, block style, ending with a line break.
pub fn to_yaml(node: &Node) -> String {
    to_yaml_in(node, Mode::Yaml12, &|_| None)
}

/// A document as YAML text whose plain scalars mean what they mean in a mode, with a comment behind each scalar
/// where `comment` has one to give.
pub fn to_yaml_in(node: &Node, mode: Mode, comment: &dyn Fn(&Node) -> Option<String>) -> String {
    let mut writer = Writer { text: String::new(), mode, comment };
    if is_filled(node) {
        writer.block(node, 0)
    } else {
        writer.line(node, 0)
    }
    writer.text
}

/// Whether this is a mapping or sequence with entries, which are written on lines of their own.
fn is_filled(node: &Node) -> bool {
    !node.entries().is_empty() || !node.items().is_empty()
}

struct Writer<'a> {
    text: String,
    mode: Mode,
    comment: &'a dyn Fn(&Node) -> Option<String>,
}

impl Writer<'_> {
    /// A mapping or sequence that is not empty, each entry on its own lines.
    fn block(&mut self, node: &Node, indent: usize) {
        for (at, entry) in node.entries().iter().enumerate() {
            // The first line of a mapping in a sequence stands behind the dash.
            if at > 0 || !self.text.ends_with("- ") {
                pad(&mut self.text, indent);
            }
            write_key(&mut self.text, &entry.key);
            self.text.push(':');
            match &entry.value {
                value if !is_filled(value) => {
                    self.text.push(' ');
                    self.line(value, indent);
                }
                value => {
                    self.text.push('\n');
                    self.block(value, if value.is_map() { indent + 2 } else { indent });
                }
            }
        }
        for item in node.items() {
            pad(&mut self.text, indent);
            self.text.push_str("- ");
            if !is_filled(item) {
                self.line(item, indent);
                continue;
            }
            if item.is_seq() {
                self.text.pop();
                self.text.push('\n');
            }
            self.block(item, indent + 2);
        }
    }

    /// A scalar, or a collection without entries, to the end of its line.
    fn line(&mut self, node: &Node, indent: usize) {
        let comment = (self.comment)(node).map_or_else(String::new, |comment| format!(" # {comment}"));
        let text = &mut self.text;
        match node.as_scalar() {
            None => text.push_str(if node.is_map() { "{}" } else { "[]" }),
            Some(scalar) => {
                let string = matches!(node.resolve(self.mode), Some(Resolved::Str | Resolved::Date));
                let lines = scalar.text.contains('\n') && scalar.style != Style::Double && is_block(&scalar.text);
                match scalar.text.as_str() {
                    _ if is_absent(scalar) => text.push_str("null"),
                    plain if !string && !scalar.unknown => text.push_str(plain),
                    value if lines => return write_literal(text, value, indent + 2, &comment),
                    value if is_plain(value) => text.push_str(value),
                    value => write_double(text, value),
                }
            }
        }
        text.push_str(&comment);
        text.push('\n');
    }
}

/// Whether nothing is written, or nothing was left of a variable that nobody defines.
fn is_absent(scalar: &Scalar) -> bool {
    scalar.text.is_empty() && scalar.style == Style::Plain
}

fn pad(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn write_key(text: &mut String, key: &Node) {
    let Some(scalar) = key.as_scalar() else { return text.push_str("? {}") };
    if is_plain(&scalar.text) { text.push_str(&scalar.text) } else { write_double(text, &scalar.text) }
}

/// Whether text may stand as a literal block.
fn is_block(text: &str) -> bool {
    let first = text.chars().next();
    !first.is_some_and(char::is_whitespace)
        && !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t'))
}

fn write_literal(text: &mut String, value: &str, indent: usize, comment: &str) {
    let body = value.trim_end_matches('\n');
    let breaks = value.len() - body.len();
    text.push_str(match breaks {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    text.push_str(comment);
    for line in body.split('\n') {
        text.push('\n');
        if !line.is_empty() {
            pad(text, indent);
            text.push_str(line);
        }
    }
    text.extend(std::iter::repeat_n('\n', breaks.max(1)));
}

/// Whether text may stand without quotes and still be this string to every reader.
fn is_plain(text: &str) -> bool {
    let is_string = |mode| matches!(resolve(text, mode), Resolved::Str);
    let Some(first) = text.chars().next() else { return false };
    let safe_start =
        first.is_alphanumeric() || matches!(first, '/' | '_' | '.' | '$' | '(' | '+' | '<' | '=' | '^' | ';' | '\\');
    let last_is_space = text.ends_with([' ', ':']);
    let inside = text.contains(": ")
        || text.contains(" #")
        || text.chars().any(|letter| letter.is_control() || letter == '\u{feff}');
    let sexagesimal =
        text.contains(':') && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+'));
    safe_start
        && !(last_is_space
            || inside
            || sexagesimal
            || text == "="
            || text.starts_with("---")
            || text.starts_with("..."))
        && is_string(Mode::Yaml11)
        && is_string(Mode::Yaml12)
}

fn write_double(text: &mut String, value: &str) {
    text.push('"');
    for letter in value.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let code = u32::from(letter);
                text.push_str(&format!("\\u{code:04x}"));
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::source::FileId;

    fn root(text: &str) -> Node {
        parse(FileId(0), text).documents.remove(0).root
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let text = "a: {b: [1, {c: \"on\", d: ''}, [x, [y]], []], e: {}}\n\"true\": yes\nl: |\n  one\n\n  two\nk: |+\n  x\n\n\
                    f: >-\n  folded\n  text\nq: \"a: b # c\"\nn:\nd: 2024-01-01\ns: \"12:30\"\nw: '  lead\n\n  x'\nu: \"\\u0001é\"\no: 0777\n";
        let node = root(text);
        let written = to_yaml(&node);
        assert_eq!(to_json(&root(&written)), to_json(&node), "{written}");
        assert!(written.contains("c: \"on\""), "{written}");
        assert!(written.contains("l: |\n  one\n\n  two\n"), "{written}");
    }

    #[test]
    fn comments_stand_behind_scalars_and_change_nothing() {
        let node = root("a: {b: [1, {c: x}, [y]], e: {}}\nl: |\n  one\n\n  two\nn:\n");
        let written = to_yaml_in(&node, Mode::Yaml12, &|node| Some(format!("at {}", node.span.start)));
        assert_eq!(to_json(&root(&written)), to_json(&node), "{written}");
        assert!(written.contains("c: x # at 15\n") && written.contains("l: | # at "), "{written}");
    }

    #[test]
    fn a_mode_decides_what_plain_scalars_mean() {
        let node = root("[on, 0777]");
        assert_eq!(to_json_in(&node, Mode::Yaml11).to_string(), "[true,511]");
        assert_eq!(to_yaml_in(&node, Mode::Yaml11, &|_| None), "- on\n- 0777\n");
        assert!(to_yaml(&node).starts_with("- \"on\"\n"));
    }

    #[test]
    fn nothing_is_null_also_where_it_could_be_anything() {
        let mut node = root("{a: , b: ''}");
        for entry in node.entries_mut().into_iter().flatten() {
            if let Value::Scalar(scalar) = &mut entry.value.value {
                scalar.unknown = true;
            }
        }
        assert_eq!(to_json(&node).to_string(), r#"{"a":null,"b":""}"#);
        assert_eq!(to_yaml(&node), "a: null\nb: \"\"\n");
    }

    #[test]
    fn numbers_are_written_as_go_does() {
        let json = to_json(&root("[1.0, 1.5, 1e3, 0x1F, 18446744073709551615, ~, 2024-01-01, .nan]"));
        assert_eq!(json.to_string(), r#"[1,1.5,1000,31,18446744073709551615,null,"2024-01-01",".nan"]"#);
    }
}
