//! Rule text to a tree that is ready to run: names, macros and functions are resolved here.

use super::functions;
use super::lex::{Lexer, ParseError, Token};
use super::operator::Operator;
use super::pattern;
use super::scope::MAX_DEPTH;
use super::syntax::{Expr, Fold, Literal, Loop};

/// A rule, parsed once and shared between threads.
#[derive(Debug)]
pub struct Program {
    pub(super) root: Expr,
    transition: bool,
}

impl Program {
    /// Parses a `rule` or a `messageExpression`.
    pub fn parse(text: &str) -> Result<Program, ParseError> {
        let mut lexer = Lexer::new(text);
        let token = lexer.next()?;
        let mut parser = Parser { lexer, token, locals: Vec::new(), depth: 0, transition: false };
        let (root, _) = parser.expression()?;
        if parser.token != Token::End {
            return Err(parser.lexer.error("the expression goes on where it should end"));
        }
        Ok(Program { root, transition: parser.transition })
    }

    /// Whether the rule compares with the previous value, so that it says nothing about a new one.
    pub fn is_transition(&self) -> bool {
        self.transition
    }
}

/// A tree with its depth.
type Tree = (Expr, usize);

struct Parser<'s> {
    lexer: Lexer<'s>,
    /// The next token.
    token: Token<'s>,
    locals: Vec<&'s str>,
    depth: usize,
    transition: bool,
}

impl<'s> Parser<'s> {
    fn advance(&mut self) -> Result<Token<'s>, ParseError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(found) if found == sign)
    }

    fn accept(&mut self, sign: &str) -> Result<bool, ParseError> {
        let found = self.is(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, sign: &str) -> Result<(), ParseError> {
        if self.accept(sign)? { Ok(()) } else { Err(self.lexer.error("a sign is missing")) }
    }

    fn identifier(&mut self) -> Result<&'s str, ParseError> {
        match self.advance()? {
            Token::Ident(name) => Ok(name),
            _ => Err(self.lexer.error("a name is missing")),
        }
    }

    /// The depth of a node above others; the limit keeps every walk over the tree from overflowing.
    fn above(&self, depth: usize) -> Result<usize, ParseError> {
        if depth >= MAX_DEPTH { Err(self.lexer.error("the expression nests too deep")) } else { Ok(depth + 1) }
    }

    fn expression(&mut self) -> Result<Tree, ParseError> {
        self.depth = self.above(self.depth)?;
        let (condition, first) = self.any()?;
        let tree = if self.accept("?")? {
            let (yes, second) = self.any()?;
            self.expect(":")?;
            let (no, third) = self.expression()?;
            (Expr::Choose(Box::new([condition, yes, no])), self.above(first.max(second).max(third))?)
        } else {
            (condition, first)
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn any(&mut self) -> Result<Tree, ParseError> {
        self.chain("||", Self::every, Expr::Or)
    }

    fn every(&mut self) -> Result<Tree, ParseError> {
        self.chain("&&", |parser| parser.binary(1), Expr::And)
    }

    /// Operands of one logical operator lie side by side: hundreds of them are no deep tree.
    fn chain(
        &mut self,
        sign: &str,
        operand: impl Fn(&mut Self) -> Result<Tree, ParseError>,
        make: impl Fn(Vec<Expr>) -> Expr,
    ) -> Result<Tree, ParseError> {
        let (first, mut depth) = operand(self)?;
        if !self.is(sign) {
            return Ok((first, depth));
        }
        let mut operands = vec![first];
        while self.accept(sign)? {
            let (next, below) = operand(self)?;
            operands.push(next);
            depth = depth.max(below);
        }
        Ok((make(operands), self.above(depth)?))
    }

    /// Relations bind at 1, sums at 2, products at 3.
    fn operator(&self) -> Option<(Operator, u8)> {
        let sign = match self.token {
            Token::Sign(sign) => sign,
            Token::Ident("in") => "in",
            _ => return None,
        };
        Some(match sign {
            "==" => (Operator::Equal, 1),
            "!=" => (Operator::NotEqual, 1),
            "<" => (Operator::Less, 1),
            "<=" => (Operator::LessEqual, 1),
            ">" => (Operator::Greater, 1),
            ">=" => (Operator::GreaterEqual, 1),
            "in" => (Operator::In, 1),
            "+" => (Operator::Add, 2),
            "-" => (Operator::Subtract, 2),
            "*" => (Operator::Multiply, 3),
            "/" => (Operator::Divide, 3),
            "%" => (Operator::Remainder, 3),
            _ => return None,
        })
    }

    fn binary(&mut self, least: u8) -> Result<Tree, ParseError> {
        let (mut left, mut depth) = self.unary()?;
        while let Some((operator, binding)) = self.operator().filter(|(_, binding)| *binding >= least) {
            self.advance()?;
            let (right, below) = self.binary(binding + 1)?;
            left = Expr::Binary(operator, Box::new((left, right)));
            depth = self.above(depth.max(below))?;
        }
        Ok((left, depth))
    }

    fn unary(&mut self) -> Result<Tree, ParseError> {
        let negate = self.is("-");
        if !negate && !self.is("!") {
            return self.member();
        }
        self.advance()?;
        match (negate, &self.token) {
            (true, Token::Int(magnitude)) => {
                let number = i64::try_from(-i128::from(*magnitude));
                let number = number.map_err(|_| self.lexer.error("a number is too large"))?;
                self.advance()?;
                self.members((Expr::Literal(Literal::Int(number)), 1))
            }
            (true, Token::Double(number)) => {
                let number = -number;
                self.advance()?;
                self.members((Expr::Literal(Literal::Double(number)), 1))
            }
            _ => {
                self.depth = self.above(self.depth)?;
                let (operand, depth) = self.unary()?;
                self.depth -= 1;
                let make = if negate { Expr::Negate } else { Expr::Not };
                Ok((make(Box::new(operand)), self.above(depth)?))
            }
        }
    }

    fn member(&mut self) -> Result<Tree, ParseError> {
        let first = self.primary()?;
        self.members(first)
    }

    /// Fields, indexes and method calls after an operand.
    fn members(&mut self, first: Tree) -> Result<Tree, ParseError> {
        let (mut operand, mut depth) = first;
        loop {
            if self.accept("[")? {
                let optional = self.accept("?")?;
                let (key, below) = self.expression()?;
                self.expect("]")?;
                operand = Expr::Index(Box::new((operand, key)), optional);
                depth = self.above(depth.max(below))?;
            } else if self.accept(".")? {
                let optional = self.accept("?")?;
                let name = self.identifier()?;
                if !optional && self.accept("(")? {
                    (operand, depth) = self.method(operand, depth, name)?;
                } else {
                    operand = Expr::Field(Box::new(operand), unescape(name), optional);
                    depth = self.above(depth)?;
                }
            } else {
                return Ok((operand, depth));
            }
        }
    }

    /// After `operand.name(`.
    fn method(&mut self, operand: Expr, depth: usize, name: &'s str) -> Result<Tree, ParseError> {
        let fold = match name {
            "all" => Fold::All,
            "exists" => Fold::Exists,
            "exists_one" | "existsOne" => Fold::ExistsOne,
            "filter" => Fold::Filter,
            "map" | "transformList" => Fold::Map,
            "transformMap" => Fold::TransformMap,
            "transformMapEntry" => Fold::TransformMapEntry,
            "sortBy" => Fold::SortBy,
            "optMap" => Fold::OptMap,
            "optFlatMap" => Fold::OptFlatMap,
            _ => return self.call(name, vec![operand], depth),
        };
        let bound = self.locals.len();
        let first = self.identifier()?;
        self.locals.push(first);
        self.expect(",")?;
        let pairs = matches!(fold, Fold::All | Fold::Exists | Fold::ExistsOne) && self.names_another()
            || name.starts_with("transform");
        if pairs {
            let second = self.identifier()?;
            self.locals.push(second);
            self.expect(",")?;
        }
        let (mut body, mut below) = self.expression()?;
        let mut test = None;
        if self.accept(",")? {
            let (second, deeper) = self.expression()?;
            // map(x, test, value), but transformList(i, x, test, value).
            test = Some(std::mem::replace(&mut body, second));
            below = below.max(deeper);
        }
        self.locals.truncate(bound);
        self.accept(",")?;
        self.expect(")")?;
        let depth = self.above(depth.max(below))?;
        Ok((Expr::Loop(Box::new(Loop { fold, range: operand, pairs, test, body })), depth))
    }

    /// Whether a name and a comma come next: a second variable.
    fn names_another(&self) -> bool {
        matches!(self.token, Token::Ident(_)) && self.lexer.clone().next() == Ok(Token::Sign(","))
    }

    /// Arguments up to the closing sign, after those that are known.
    fn call(&mut self, name: &str, mut arguments: Vec<Expr>, mut depth: usize) -> Result<Tree, ParseError> {
        while !self.accept(")")? {
            let (argument, below) = self.expression()?;
            arguments.push(argument);
            depth = depth.max(below);
            if !self.is(")") {
                self.expect(",")?;
            }
        }
        let depth = self.above(depth)?;
        if let (Some(using), Some(Expr::Literal(Literal::Str(_)))) = (pattern::Use::named(name), arguments.get(1)) {
            let Expr::Literal(Literal::Str(pattern)) = arguments.remove(1) else {
                return Err(self.lexer.error("a pattern is missing"));
            };
            return Ok((Expr::Pattern(using, arguments, pattern, Box::default()), depth));
        }
        let function = functions::named(name).ok_or_else(|| self.lexer.error("there is no such function"))?;
        Ok((Expr::Call(function, arguments), depth))
    }

    fn primary(&mut self) -> Result<Tree, ParseError> {
        let literal = match self.advance()? {
            Token::Int(number) => {
                Literal::Int(i64::try_from(number).map_err(|_| self.lexer.error("a number is too large"))?)
            }
            Token::Uint(number) => Literal::Uint(number),
            Token::Double(number) => Literal::Double(number),
            Token::Str(text) => Literal::Str(text.into()),
            Token::Bytes(bytes) => Literal::Bytes(bytes.into()),
            Token::Ident(name) => return self.named(name),
            Token::Sign("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Sign("[") => return self.list(),
            Token::Sign("{") => return self.map(),
            Token::Sign(".") => {
                let name = self.identifier()?;
                return self.named(name);
            }
            _ => return Err(self.lexer.error("a value is missing")),
        };
        Ok((Expr::Literal(literal), 1))
    }

    fn list(&mut self) -> Result<Tree, ParseError> {
        let (mut items, mut depth) = (Vec::new(), 0);
        while !self.accept("]")? {
            let optional = self.accept("?")?;
            let (item, below) = self.expression()?;
            items.push((item, optional));
            depth = depth.max(below);
            if !self.is("]") {
                self.expect(",")?;
            }
        }
        Ok((Expr::List(items), self.above(depth)?))
    }

    fn map(&mut self) -> Result<Tree, ParseError> {
        let (mut entries, mut depth) = (Vec::new(), 0);
        while !self.accept("}")? {
            let optional = self.accept("?")?;
            let (key, below) = self.expression()?;
            self.expect(":")?;
            let (value, deeper) = self.expression()?;
            entries.push((key, value, optional));
            depth = depth.max(below).max(deeper);
            if !self.is("}") {
                self.expect(",")?;
            }
        }
        Ok((Expr::Map(entries), self.above(depth)?))
    }

    fn named(&mut self, name: &'s str) -> Result<Tree, ParseError> {
        let local = self.locals.iter().rposition(|local| *local == name);
        if let Some(at) = local
            && !self.is("(")
        {
            return Ok((Expr::Local(at), 1));
        }
        if self.accept("(")? {
            return match name {
                "has" => self.has(),
                _ => self.call(name, Vec::new(), 0),
            };
        }
        let expr = match name {
            "self" => Expr::This,
            "true" => Expr::Literal(Literal::Bool(true)),
            "false" => Expr::Literal(Literal::Bool(false)),
            "null" => Expr::Literal(Literal::Null),
            "oldSelf" => {
                self.transition = true;
                Expr::Unbound
            }
            "cel" | "math" | "sets" | "ip" | "format" | "optional" | "lists" | "strings" | "base64" | "semver"
            | "google"
                if self.is(".") =>
            {
                return self.qualified(name);
            }
            "in" => return Err(self.lexer.error("a value is missing")),
            _ => functions::type_named(name).map_or(Expr::Unbound, |name| Expr::Literal(Literal::Type(name))),
        };
        Ok((expr, 1))
    }

    /// A name in one of the namespaces of functions and types.
    fn qualified(&mut self, namespace: &str) -> Result<Tree, ParseError> {
        let mut name = namespace.to_owned();
        while self.accept(".")? {
            name.push('.');
            name.push_str(self.identifier()?);
        }
        if !self.accept("(")? {
            let found = functions::type_named(&name).ok_or_else(|| self.lexer.error("there is no such name"))?;
            return Ok((Expr::Literal(Literal::Type(found)), 1));
        }
        if name != "cel.bind" {
            return self.call(&name, Vec::new(), 0);
        }
        let variable = self.identifier()?;
        self.expect(",")?;
        let (value, first) = self.expression()?;
        self.expect(",")?;
        self.locals.push(variable);
        let (body, second) = self.expression()?;
        self.locals.pop();
        self.expect(")")?;
        Ok((Expr::Bind(Box::new((value, body))), self.above(first.max(second))?))
    }

    /// After `has(`.
    fn has(&mut self) -> Result<Tree, ParseError> {
        let (operand, depth) = self.expression()?;
        self.expect(")")?;
        match operand {
            Expr::Field(operand, name, false) => Ok((Expr::Has(operand, name), depth)),
            _ => Err(self.lexer.error("has() takes a field")),
        }
    }
}

/// The field that Kubernetes' escaped name stands for.
fn unescape(name: &str) -> Box<str> {
    let Some(first) = name.find("__") else {
        return name.into();
    };
    if let Some(word) = name.strip_prefix("__").and_then(|name| name.strip_suffix("__"))
        && matches!(
            word,
            "true"
                | "false"
                | "null"
                | "in"
                | "as"
                | "break"
                | "const"
                | "continue"
                | "else"
                | "for"
                | "function"
                | "if"
                | "import"
                | "let"
                | "loop"
                | "package"
                | "namespace"
                | "return"
                | "var"
                | "void"
                | "while"
        )
    {
        return word.into();
    }
    let mut out = name.get(..first).unwrap_or("").to_owned();
    let mut rest = name.get(first..).unwrap_or("");
    const ESCAPES: [(&str, &str); 4] =
        [("__underscores__", "__"), ("__dot__", "."), ("__dash__", "-"), ("__slash__", "/")];
    while let Some(letter) = rest.chars().next() {
        let escape = ESCAPES.iter().find_map(|(escape, text)| Some((rest.strip_prefix(escape)?, text)));
        match escape {
            Some((after, text)) => {
                out.push_str(text);
                rest = after;
            }
            None => {
                out.push(letter);
                rest = rest.get(letter.len_utf8()..).unwrap_or("");
            }
        }
    }
    out.into()
}
