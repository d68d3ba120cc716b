//! The language of a ResourceSet's templates: Go's, between `<<` and `>>`. What it does not know is an error, so
//! that nothing is rendered wrong.

use super::functions;
use super::value::{Reason, Value};

/// Most bytes that one template may become.
const MAX_OUTPUT: usize = 4 << 20;

/// Most actions that one template may run.
const MAX_STEPS: usize = 200_000;

/// Deepest nesting of blocks and parentheses.
const MAX_DEPTH: usize = 50;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Field(String),
    Variable(String),
    Literal(Value),
    Dot,
    Open,
    Close,
    Pipe,
    Define,
    Assign,
    Comma,
}

#[derive(Debug)]
enum Piece<'a> {
    Text(&'a str),
    Action(Vec<Token>),
}

/// Renders a template with its `inputs`.
pub(super) fn render(template: &str, inputs: &Value) -> Result<String, Reason> {
    let pieces = pieces(template)?;
    let mut run = Run { pieces: &pieces, inputs, variables: Vec::new(), out: String::new(), steps: 0 };
    let end = run.block(0, &Value::Nil, true, 0)?;
    if end < pieces.len() {
        return Err("an `end` or `else` that closes nothing".to_owned());
    }
    Ok(run.out)
}

/// Text and actions; `<<-` and `->>` take the white space beside them.
fn pieces(template: &str) -> Result<Vec<Piece<'_>>, Reason> {
    let mut pieces = Vec::new();
    let mut rest = template;
    let mut trim = false;
    while let Some((before, after)) = rest.split_once("<<") {
        let opening_trim = after.starts_with("- ") || after.starts_with("-\n");
        let before = if trim { before.trim_start() } else { before };
        pieces.push(Piece::Text(if opening_trim { before.trim_end() } else { before }));
        let inside = if opening_trim { after.get(1..).unwrap_or("") } else { after };
        let end = closing(inside).ok_or("a `<<` that is not closed")?;
        let (inside, after) = inside.split_at_checked(end).ok_or("a `<<` that is not closed")?;
        trim = inside.ends_with(" -");
        let action = inside.strip_suffix(" -").unwrap_or(inside).trim();
        if !action.starts_with("/*") {
            pieces.push(Piece::Action(tokens(action)?));
        }
        rest = after.get(2..).unwrap_or("");
    }
    pieces.push(Piece::Text(if trim { rest.trim_start() } else { rest }));
    Ok(pieces)
}

/// Where the action ends, outside of its strings.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some('"'), '\\') => {
                chars.next();
            }
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '`') => quote = Some(c),
            (None, '>') if chars.peek().is_some_and(|(_, next)| *next == '>') => return Some(at),
            _ => {}
        }
    }
    None
}

fn tokens(action: &str) -> Result<Vec<Token>, Reason> {
    let mut tokens = Vec::new();
    let mut rest = action;
    while let Some(c) = rest.chars().next() {
        let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let (token, length) = match c {
            c if c.is_whitespace() => {
                rest = rest.trim_start();
                continue;
            }
            '|' => (Token::Pipe, 1),
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '=' => (Token::Assign, 1),
            ':' if rest.starts_with(":=") => (Token::Define, 2),
            '"' => {
                let (text, length) = quoted(rest).ok_or("a string that is not closed")?;
                (Token::Literal(Value::Text(text)), length)
            }
            '`' => {
                let end = rest.get(1..).and_then(|rest| rest.find('`')).ok_or("a string that is not closed")?;
                (Token::Literal(Value::Text(rest.get(1..end + 1).unwrap_or("").to_owned())), end + 2)
            }
            '$' => {
                let end = word(rest.get(1..).unwrap_or("")) + 1;
                (Token::Variable(rest.get(1..end).unwrap_or("").to_owned()), end)
            }
            '.' => {
                let end = word(rest.get(1..).unwrap_or("")) + 1;
                if end == 1 { (Token::Dot, 1) } else { (Token::Field(rest.get(1..end).unwrap_or("").to_owned()), end) }
            }
            c if c.is_ascii_digit() || c == '-' || c == '+' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-._".contains(c)).unwrap_or(rest.len());
                let text = rest.get(..end).unwrap_or("");
                let int = text.parse().map(Value::Int);
                let number =
                    int.or_else(|_| text.parse().map(Value::Float)).map_err(|_| format!("`{text}` is no number"))?;
                (Token::Literal(number), end)
            }
            c if c.is_alphabetic() || c == '_' => {
                let end = word(rest);
                let token = match rest.get(..end).unwrap_or("") {
                    "true" => Token::Literal(Value::Bool(true)),
                    "false" => Token::Literal(Value::Bool(false)),
                    "nil" => Token::Literal(Value::Nil),
                    name => Token::Name(name.to_owned()),
                };
                (token, end)
            }
            other => return Err(format!("`{other}` in a template")),
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or("");
    }
    Ok(tokens)
}

/// A quoted string at the start of a text, and its length.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, at + 1)),
            '\\' => out.push(match chars.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            }),
            c => out.push(c),
        }
    }
    None
}

struct Run<'a> {
    pieces: &'a [Piece<'a>],
    inputs: &'a Value,
    variables: Vec<(String, Value)>,
    out: String,
    steps: usize,
}

impl Run<'_> {
    /// Runs from a piece to the `else` or `end` that closes the block, and returns that one; silently where not `live`.
    fn block(&mut self, start: usize, dot: &Value, live: bool, depth: usize) -> Result<usize, Reason> {
        if depth > MAX_DEPTH {
            return Err("blocks are nested too deep".to_owned());
        }
        let pieces = self.pieces;
        let mut at = start;
        while let Some(piece) = pieces.get(at) {
            self.steps += 1;
            if self.steps > MAX_STEPS || self.out.len() > MAX_OUTPUT {
                return Err("the template renders too much".to_owned());
            }
            match piece {
                Piece::Text(text) => {
                    if live {
                        self.out.push_str(text);
                    }
                    at += 1;
                }
                Piece::Action(tokens) => match tokens.first() {
                    Some(Token::Name(name)) if name == "end" || name == "else" => return Ok(at),
                    Some(Token::Name(name)) if matches!(name.as_str(), "if" | "with" | "range") => {
                        at = self.control(at, name, tokens.get(1..).unwrap_or(&[]), dot, live, depth + 1)?;
                    }
                    Some(Token::Name(name))
                        if matches!(name.as_str(), "define" | "template" | "block" | "break" | "continue") =>
                    {
                        return Err(format!("`{name}` is not supported"));
                    }
                    _ => {
                        if live {
                            let (value, silent) = self.statement(tokens, dot)?;
                            if !silent {
                                self.out.push_str(&value.text());
                            }
                        }
                        at += 1;
                    }
                },
            }
        }
        Ok(at)
    }

    /// Runs `if`, `with` or `range` at a piece, and returns the piece after its `end`.
    fn control(
        &mut self,
        at: usize,
        keyword: &str,
        tokens: &[Token],
        dot: &Value,
        live: bool,
        depth: usize,
    ) -> Result<usize, Reason> {
        let scope = self.variables.len();
        let (names, tokens) = declared(tokens);
        let value = if live { self.pipeline(tokens, dot)? } else { Value::Nil };
        let taken = live && value.is_true();
        let body = at + 1;
        let end = if keyword == "range" {
            self.range(body, &names, &value, dot, live, depth)?
        } else {
            if let Some(name) = names.first() {
                self.variables.push((name.clone(), value.clone()));
            }
            let inner = if keyword == "with" { &value } else { dot };
            self.block(body, inner, taken, depth)?
        };
        let after = self.otherwise(end, dot, live && !taken, depth)?;
        self.variables.truncate(scope);
        Ok(after)
    }

    fn range(
        &mut self,
        body: usize,
        names: &[String],
        value: &Value,
        dot: &Value,
        live: bool,
        depth: usize,
    ) -> Result<usize, Reason> {
        let items: Vec<(Value, Value)> = match value {
            _ if !live => Vec::new(),
            Value::Nil => Vec::new(),
            Value::List(items) => {
                items.iter().enumerate().map(|(index, item)| (Value::Int(index as i64), item.clone())).collect()
            }
            Value::Map(entries) => {
                entries.iter().map(|(key, value)| (Value::Text(key.clone()), value.clone())).collect()
            }
            Value::Int(count) => (0..(*count).min(MAX_STEPS as i64)).map(|n| (Value::Int(n), Value::Int(n))).collect(),
            _ => return Err("`range` over something that is no list".to_owned()),
        };
        let scope = self.variables.len();
        for (key, item) in &items {
            let values = if names.len() > 1 { vec![key.clone(), item.clone()] } else { vec![item.clone()] };
            self.variables.extend(names.iter().cloned().zip(values));
            self.block(body, item, true, depth)?;
            self.variables.truncate(scope);
        }
        // Once more without a trace, to find the end of the body.
        self.block(body, dot, false, depth)
    }

    /// From an `else` or `end`: runs the `else`, and returns the piece after the `end`.
    fn otherwise(&mut self, at: usize, dot: &Value, live: bool, depth: usize) -> Result<usize, Reason> {
        let pieces = self.pieces;
        let Some(Piece::Action(tokens)) = pieces.get(at) else { return Err("a block without `end`".to_owned()) };
        if tokens.first() == Some(&Token::Name("end".to_owned())) {
            return Ok(at + 1);
        }
        if let Some(Token::Name(keyword)) = tokens.get(1) {
            // `else if` shares the `end` of the `if` it belongs to.
            let rest = tokens.get(2..).unwrap_or(&[]);
            return self.control(at, keyword, rest, dot, live, depth + 1);
        }
        let end = self.block(at + 1, dot, live, depth)?;
        match pieces.get(end) {
            Some(Piece::Action(tokens)) if tokens.first() == Some(&Token::Name("end".to_owned())) => Ok(end + 1),
            _ => Err("a block without `end`".to_owned()),
        }
    }

    /// An action that prints, or that sets a variable in silence.
    fn statement(&mut self, tokens: &[Token], dot: &Value) -> Result<(Value, bool), Reason> {
        match tokens {
            [Token::Variable(name), Token::Define, rest @ ..] => {
                let value = self.pipeline(rest, dot)?;
                self.variables.push((name.clone(), value));
                Ok((Value::Nil, true))
            }
            [Token::Variable(name), Token::Assign, rest @ ..] => {
                let value = self.pipeline(rest, dot)?;
                let variable = self.variables.iter_mut().rev().find(|(known, _)| known == name);
                variable.ok_or_else(|| format!("no variable `${name}`"))?.1 = value;
                Ok((Value::Nil, true))
            }
            _ => Ok((self.pipeline(tokens, dot)?, false)),
        }
    }

    fn pipeline(&self, tokens: &[Token], dot: &Value) -> Result<Value, Reason> {
        let mut at = 0;
        let value = self.piped(tokens, &mut at, dot, 0)?;
        if at < tokens.len() {
            return Err("a parenthesis that opens nothing".to_owned());
        }
        Ok(value)
    }

    fn piped(&self, tokens: &[Token], at: &mut usize, dot: &Value, depth: usize) -> Result<Value, Reason> {
        if depth > MAX_DEPTH {
            return Err("parentheses are nested too deep".to_owned());
        }
        let mut last: Option<Value> = None;
        loop {
            last = Some(self.command(tokens, at, dot, last, depth)?);
            if tokens.get(*at) != Some(&Token::Pipe) {
                return last.ok_or_else(|| "an empty action".to_owned());
            }
            *at += 1;
        }
    }

    /// One command of a pipeline: a function with its arguments, or a value.
    fn command(
        &self,
        tokens: &[Token],
        at: &mut usize,
        dot: &Value,
        piped: Option<Value>,
        depth: usize,
    ) -> Result<Value, Reason> {
        let name = match tokens.get(*at) {
            Some(Token::Name(name)) if name != "inputs" => Some(name.clone()),
            _ => None,
        };
        if name.is_some() {
            *at += 1;
        }
        let mut arguments = Vec::new();
        while !matches!(tokens.get(*at), None | Some(Token::Pipe | Token::Close)) {
            arguments.push(self.operand(tokens, at, dot, depth)?);
        }
        arguments.extend(piped);
        match name {
            Some(name) => functions::call(&name, arguments),
            None => match <[Value; 1]>::try_from(arguments) {
                Ok([value]) => Ok(value),
                Err(_) => Err("a value that is used as a function".to_owned()),
            },
        }
    }

    fn operand(&self, tokens: &[Token], at: &mut usize, dot: &Value, depth: usize) -> Result<Value, Reason> {
        let token = tokens.get(*at).ok_or("an action that ends too early")?;
        *at += 1;
        let mut value = match token {
            Token::Literal(value) => value.clone(),
            Token::Dot => dot.clone(),
            Token::Field(name) => field(dot, name)?,
            Token::Variable(name) => {
                let variable = self.variables.iter().rev().find(|(known, _)| known == name);
                variable.map(|(_, value)| value.clone()).ok_or_else(|| format!("no variable `${name}`"))?
            }
            Token::Name(name) if name == "inputs" => self.inputs.clone(),
            Token::Name(name) => functions::call(name, Vec::new())?,
            Token::Open => {
                let value = self.piped(tokens, at, dot, depth + 1)?;
                if tokens.get(*at) != Some(&Token::Close) {
                    return Err("a parenthesis that is not closed".to_owned());
                }
                *at += 1;
                value
            }
            _ => return Err("an action that cannot be read".to_owned()),
        };
        while let Some(Token::Field(name)) = tokens.get(*at) {
            // `a .b` are two arguments in Go; tables and lists are never applied so in practice.
            value = field(&value, name)?;
            *at += 1;
        }
        Ok(value)
    }
}

/// `$key, $value :=` before a pipeline.
fn declared(tokens: &[Token]) -> (Vec<String>, &[Token]) {
    match tokens {
        [Token::Variable(value), Token::Define, rest @ ..] => (vec![value.clone()], rest),
        [Token::Variable(key), Token::Comma, Token::Variable(value), Token::Define, rest @ ..] => {
            (vec![key.clone(), value.clone()], rest)
        }
        _ => (Vec::new(), tokens),
    }
}

fn field(value: &Value, name: &str) -> Result<Value, Reason> {
    match value {
        Value::Map(entries) => entries.get(name).cloned().ok_or_else(|| format!("no input `{name}`")),
        _ => Err(format!("`{name}` of something that is no mapping")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml;

    fn run(template: &str) -> Result<String, Reason> {
        let inputs = "{a: x, n: 3, list: [{k: p}, {k: q, on: true}], map: {one: 1, two: b}, none: null}";
        let parsed = yaml::parse(FileId(0), inputs);
        render(template, &Value::of(&parsed.documents[0].root))
    }

    #[test]
    fn renders_as_go_does() {
        let cases = [
            ("a-<< inputs.a >>-<<inputs.n>>", "a-x-3"),
            ("<<- range $i, $e := inputs.list >>\n[<< $i >>:<< $e.k >>]\n<<- end >>", "\n[0:p]\n[1:q]"),
            (
                "<< range inputs.list >><< if get . \"on\" >>on<< else if eq .k \"p\" >>p<< else >>no<< end >><< end >>",
                "pon",
            ),
            ("<< inputs.map | toYaml | nindent 2 >>", "\n  one: 1\n  two: b\n  "),
            ("<< get inputs \"zz\" | default (printf \"%s-%d\" inputs.a inputs.n) | quote >>", "\"x-3\""),
            ("<< dig \"zz\" inputs.a inputs >>|<< dig \"list\" list (dict) | toYaml >>", "x|[]\n"),
            ("<< $x := inputs.n >><< with $x >><< add . 1 >><< end >><< /* no */ >>", "4"),
            ("a <<- \" b\" ->> c", "a bc"),
            ("<< range $k, $v := inputs.map >><< $k >>=<< $v >>;<< end >>", "one=1;two=b;"),
        ];
        for (template, expected) in cases {
            assert_eq!(run(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for template in [
            "<< inputs.zz >>",
            "<< nonsense 1 >>",
            "<< if true >>",
            "<< end >>",
            "<< (1 >>",
            "<< \"a >>",
            "<< template \"x\" >>",
        ] {
            assert!(run(template).is_err(), "{template}");
        }
        assert!(run(&"<< if true >>".repeat(10_000)).is_err());
        assert!(run("<< range 100000 >><< range 100000 >>x<< end >><< end >>").is_err());
    }
}
