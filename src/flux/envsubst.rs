//! `${VAR}` in a text, as Flux's post-build substitution reads it (a fork of drone's envsubst).

use crate::source::Span;
use smol_str::SmolStr;
use std::ops::Range;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// Its value, and where it is defined.
    Known(SmolStr, Span),
    /// It may be defined, or is, but its value is not known offline; where, if some place is known.
    Unknown(Option<Span>),
    /// Nothing defines it.
    Undefined,
}

/// One `${…}` of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The variable.
    pub name: SmolStr,
    /// Bytes of the text from `$` to `}`.
    pub range: Range<usize>,
    /// The words after `=`, `:=`, `:-`, `:?` or `:+`, as written: with one of these, an undefined variable is no mistake.
    pub default: Option<SmolStr>,
    /// What it stood for.
    pub variable: Variable,
}

impl Use {
    /// Whether Flux refuses to build because of it: undefined, and nothing to take its place.
    pub fn is_missing(&self) -> bool {
        self.variable == Variable::Undefined && self.default.is_none()
    }
}

/// Why a text cannot be substituted: Flux fails the whole Kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// From the `$` of the expression to where reading it stopped.
    pub range: Range<usize>,
    /// What is wrong, lower case.
    pub message: &'static str,
}

/// A text after substitution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expanded {
    /// The new text; an expression whose value is not known stands in it as written.
    pub text: String,
    /// Whether it holds something unknown or undefined, so that it could be anything.
    pub unknown: bool,
    /// Whether the unknown stands in it as written: else the text is what Flux before 2.9 made, without the undefined.
    pub partial: bool,
    /// Every variable, in the order of evaluation.
    pub uses: Vec<Use>,
}

/// Deepest nesting of `${A:=${B:=…}}` that is read.
const MAX_NESTING: usize = 50;

/// Longest value that patterns are matched against; a longer one gives an unknown result.
const MAX_PATTERN_VALUE: usize = 4096;

/// Whether a text holds anything that substitution would change.
pub fn is_template(text: &str) -> bool {
    let after = memchr::memchr(b'$', text.as_bytes()).and_then(|at| text.as_bytes().get(at..));
    after.is_some_and(|rest| rest.windows(2).any(|pair| matches!(pair, b"${" | b"$$")))
}

/// Whether Flux accepts this as the name of a variable.
pub fn is_variable_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// Replaces every `${…}` of a text, and `$$` by `$`.
pub fn expand(text: &str, lookup: &dyn Fn(&str) -> Variable) -> Result<Expanded, Malformed> {
    let mut reader = Reader { text, at: 0, lookup, uses: Vec::new() };
    let mut out = Piece::default();
    while !reader.rest().is_empty() {
        let plain = reader.take_until_dollar();
        out.text.push_str(plain);
        let rest = reader.rest();
        if rest.starts_with("${") {
            out.join(reader.expression(0)?);
        } else if !rest.is_empty() {
            // An escaped dollar opens nothing: `$${A}` is the text `${A}`.
            reader.at += if rest.starts_with("$$") { 2 } else { 1 };
            out.text.push('$');
        }
    }
    Ok(Expanded { text: out.text, unknown: out.unknown, partial: out.partial, uses: reader.uses })
}

/// Evaluated text.
#[derive(Default)]
struct Piece {
    text: String,
    unknown: bool,
    partial: bool,
}

impl Piece {
    fn join(&mut self, other: Piece) {
        self.text.push_str(&other.text);
        self.unknown |= other.unknown;
        self.partial |= other.partial;
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    lookup: &'a dyn Fn(&str) -> Variable,
    uses: Vec<Use>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes the longest of the given words that comes next.
    fn take(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let rest = self.rest();
        let word = words.iter().filter(|word| rest.starts_with(**word)).max_by_key(|word| word.len())?;
        self.at += word.len();
        Some(word)
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    fn take_until_dollar(&mut self) -> &'a str {
        let rest = self.rest();
        let end = memchr::memchr(b'$', rest.as_bytes()).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    fn malformed<T>(&self, start: usize, message: &'static str) -> Result<T, Malformed> {
        Err(Malformed { range: start..self.at, message })
    }

    fn close(&mut self, start: usize) -> Result<(), Malformed> {
        match self.take(&["}"]) {
            Some(_) => Ok(()),
            None => self.malformed(start, "this `${` has no closing brace where one must be"),
        }
    }

    /// Reads and evaluates from `${` to `}`.
    fn expression(&mut self, depth: usize) -> Result<Piece, Malformed> {
        let start = self.at;
        if depth >= MAX_NESTING {
            return self.malformed(start, "substitutions are nested too deep");
        }
        self.at += 2;
        let length = self.take(&["#"]).is_some();
        let name = self.take_while(|c| c.is_alphanumeric() || c == '_');
        if name.is_empty() {
            self.take_while(|c| c != '}' && c != '\n');
            return self.malformed(start, "a variable's name must follow `${`");
        }
        let operator = if length { Some("#length") } else { self.operator() };
        let written = self.at;
        let arguments = self.arguments(start, operator, depth)?;
        let default = is_default(operator).then(|| SmolStr::new(self.text.get(written..self.at).unwrap_or("")));
        self.close(start)?;
        let variable = (self.lookup)(name);
        let whole = self.text.get(start..self.at).unwrap_or("");
        let piece = evaluate(&variable, operator, arguments, whole);
        self.uses.push(Use { name: SmolStr::new(name), range: start..self.at, default, variable });
        Ok(piece)
    }

    fn operator(&mut self) -> Option<&'static str> {
        if self.peek() == Some('}') {
            return None;
        }
        self.take(&[
            ":=", ":-", ":?", ":+", "=", ":", "^^", "^", ",,", ",", "//", "/#", "/%", "/", "##", "#", "%%", "%",
        ])
    }

    fn arguments(&mut self, start: usize, operator: Option<&str>, depth: usize) -> Result<Vec<Piece>, Malformed> {
        let mut arguments = Vec::new();
        match operator {
            Some("=" | ":=" | ":-" | ":?" | ":+") => {
                while self.peek().is_some_and(|c| c != '}') {
                    arguments.push(self.argument(start, depth, "}", false)?);
                }
            }
            Some("#" | "##" | "%" | "%%") => arguments.push(self.argument(start, depth, "}", false)?),
            Some(":") => {
                arguments.push(self.argument(start, depth, ":}", false)?);
                if !self.take_while(|c| c == ':').is_empty() {
                    arguments.push(self.argument(start, depth, "}", false)?);
                }
            }
            Some("/" | "//" | "/#" | "/%") => {
                let empty = self.peek() == Some('/');
                arguments.push(if empty { Piece::default() } else { self.argument(start, depth, "/", true)? });
                if self.take_while(|c| c == '/').is_empty() {
                    return self.malformed(start, "a replacement needs a second `/`");
                }
                if self.peek() != Some('}') {
                    arguments.push(self.argument(start, depth, "}", true)?);
                }
            }
            _ => {}
        }
        Ok(arguments)
    }

    /// One argument: a nested expression, or text up to one of `stops` or the next expression.
    fn argument(&mut self, start: usize, depth: usize, stops: &str, escapes: bool) -> Result<Piece, Malformed> {
        if self.rest().starts_with("${") {
            return self.expression(depth + 1);
        }
        let mut text = String::new();
        while let Some(next) = self.peek() {
            let rest = self.rest();
            if escapes && ["$$", "\\/", "\\\\"].iter().any(|pair| rest.starts_with(pair)) {
                text.extend(rest.chars().nth(1));
                self.at += 2;
                continue;
            }
            if stops.contains(next) || rest.starts_with("${") {
                break;
            }
            text.push(next);
            self.at += next.len_utf8();
        }
        if text.is_empty() {
            return self.malformed(start, "this `${` has no closing brace where one must be");
        }
        Ok(Piece { text, ..Piece::default() })
    }
}

fn is_default(operator: Option<&str>) -> bool {
    matches!(operator, Some("=" | ":=" | ":-" | ":?" | ":+"))
}

fn evaluate(variable: &Variable, operator: Option<&str>, arguments: Vec<Piece>, whole: &str) -> Piece {
    let as_written = || Piece { text: whole.to_owned(), unknown: true, partial: true };
    let value = match variable {
        Variable::Known(value, _) => value.as_str(),
        Variable::Unknown(_) => return as_written(),
        Variable::Undefined => "",
    };
    if is_default(operator) {
        if !value.is_empty() {
            return Piece { text: value.to_owned(), ..Piece::default() };
        }
        let mut joined = Piece::default();
        arguments.into_iter().for_each(|argument| joined.join(argument));
        return joined;
    }
    if arguments.iter().any(|argument| argument.unknown) || value.len() > MAX_PATTERN_VALUE && !arguments.is_empty() {
        return as_written();
    }
    let argument = |index: usize| arguments.get(index).map(|piece| piece.text.as_str());
    let text = match operator {
        Some("#length") => value.len().to_string(),
        Some("^^") => value.to_uppercase(),
        Some(",,") => value.to_lowercase(),
        Some("^") => first(value, |c| c.to_uppercase().collect()),
        Some(",") => first(value, |c| c.to_lowercase().collect()),
        Some(":") => substring(value, argument(0).unwrap_or(""), argument(1)),
        Some("#") => trim_prefix(value, argument(0).unwrap_or(""), Extent::Shortest),
        Some("##") => trim_prefix(value, argument(0).unwrap_or(""), Extent::Longest),
        Some("%") => trim_suffix(value, argument(0).unwrap_or(""), Extent::Shortest),
        Some("%%") => trim_suffix(value, argument(0).unwrap_or(""), Extent::Longest),
        Some(operator) => replace(value, operator, argument(0).unwrap_or(""), argument(1)),
        None => value.to_owned(),
    };
    // Without a value there is nothing to judge by: the text is what a lenient Flux makes, the use says why.
    Piece { text, unknown: *variable == Variable::Undefined, partial: false }
}

fn first(value: &str, change: impl Fn(char) -> String) -> String {
    let mut chars = value.chars();
    chars.next().map(change).unwrap_or_default() + chars.as_str()
}

/// `${value:offset:length}` in bytes; what is no number leaves the value as it is.
fn substring(value: &str, offset: &str, length: Option<&str>) -> String {
    let Ok(offset) = offset.parse::<i64>() else {
        return value.to_owned();
    };
    let size = value.len() as i64;
    let from = if offset < 0 { (size.saturating_add(offset)).max(0) } else { offset.min(size) };
    let to = match length.map(str::parse::<i64>) {
        None => size,
        Some(Err(_)) => return value.to_owned(),
        Some(Ok(length)) if length < 0 => size.saturating_add(length),
        Some(Ok(length)) => from.saturating_add(length).min(size),
    };
    let range = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
    value.get(range).unwrap_or("").to_owned()
}

fn replace(value: &str, operator: &str, pattern: &str, by: Option<&str>) -> String {
    match (operator, by) {
        ("//", by) => value.replace(pattern, by.unwrap_or("")),
        ("/", by) => value.replacen(pattern, by.unwrap_or(""), 1),
        ("/#", Some(by)) => value.strip_prefix(pattern).map(|rest| format!("{by}{rest}")).unwrap_or(value.to_owned()),
        ("/%", Some(by)) => value.strip_suffix(pattern).map(|rest| format!("{rest}{by}")).unwrap_or(value.to_owned()),
        _ => value.to_owned(),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Extent {
    Shortest,
    Longest,
}

fn trim_prefix(value: &str, pattern: &str, extent: Extent) -> String {
    let value: Vec<char> = value.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let mut lengths: Vec<usize> = (1..=value.len()).collect();
    if extent == Extent::Longest {
        lengths.reverse();
    }
    let matching = lengths.into_iter().find(|length| glob(&pattern, value.get(..*length).unwrap_or(&[])));
    value.iter().skip(matching.unwrap_or(0)).collect()
}

/// A suffix is the prefix of the reversed text, as the original computes it.
fn trim_suffix(value: &str, pattern: &str, extent: Extent) -> String {
    let reverse = |text: &str| text.chars().rev().collect::<String>();
    reverse(&trim_prefix(&reverse(value), &reverse(pattern), extent))
}

/// Shell patterns: `*`, `?`, `[a-z]`, `[^a]`, `\x`. A malformed one matches nothing.
fn glob(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            None if t == text.len() => return true,
            Some(_) if t < text.len() => {
                if let Some(width) = text.get(t).and_then(|c| glob_one(pattern.get(p..).unwrap_or(&[]), *c)) {
                    p += width;
                    t += 1;
                    continue;
                }
            }
            _ => {}
        }
        // The last star takes one more character and the rest is tried again.
        match star {
            Some((at, taken)) if taken < text.len() => {
                star = Some((at, taken + 1));
                p = at + 1;
                t = taken + 1;
            }
            _ => return false,
        }
    }
}

/// Width of the pattern's first element, when it matches the character.
fn glob_one(pattern: &[char], c: char) -> Option<usize> {
    match *pattern.first()? {
        '?' => Some(1),
        '\\' => (*pattern.get(1)? == c).then_some(2),
        '[' => {
            let end = pattern.iter().skip(2).position(|next| *next == ']')? + 2;
            let negated = pattern.get(1) == Some(&'^');
            let set = pattern.get(1 + usize::from(negated)..end)?;
            let mut at = 0;
            let mut inside = false;
            while let Some(low) = set.get(at) {
                let range = set.get(at + 1) == Some(&'-') && set.get(at + 2).is_some();
                let high = if range { set.get(at + 2)? } else { low };
                inside |= *low <= c && c <= *high;
                at += if range { 3 } else { 1 };
            }
            (inside != negated).then_some(end + 1)
        }
        literal => (literal == c).then_some(1),
    }
}
