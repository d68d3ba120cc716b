//! Rule text to tokens, one at a time and without copies.

/// Why a rule cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseError {
    /// Byte offset in the rule.
    pub at: usize,
    /// What is wrong, lower case, no full stop.
    pub message: &'static str,
}

use std::borrow::Cow;

/// A token; punctuation stands for itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'s> {
    End,
    Ident(&'s str),
    /// Magnitude; a sign is an operator.
    Int(u64),
    Uint(u64),
    Double(f64),
    Str(Cow<'s, str>),
    Bytes(Vec<u8>),
    Sign(&'static str),
}

/// Longest first, so that `<=` is not `<`.
const SIGNS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", "(", ")", "[", "]", "{", "}",
    ".", ",",
];

/// Where in the text the next token begins.
#[derive(Clone)]
pub(super) struct Lexer<'s> {
    text: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        Lexer { text, at: 0 }
    }

    pub(super) fn error(&self, message: &'static str) -> ParseError {
        ParseError { at: self.at.min(self.text.len()), message }
    }

    fn rest(&self) -> &'s str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn take(&mut self, length: usize) -> &'s str {
        let taken = self.rest().get(..length).unwrap_or("");
        self.at += taken.len();
        taken
    }

    fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'s str {
        let length = self.rest().bytes().take_while(|byte| accept(*byte)).count();
        self.take(length)
    }

    pub(super) fn next(&mut self) -> Result<Token<'s>, ParseError> {
        loop {
            self.take_while(|byte| byte.is_ascii_whitespace());
            if !self.rest().starts_with("//") {
                break;
            }
            self.take_while(|byte| byte != b'\n');
        }
        let rest = self.rest().as_bytes();
        let Some(first) = rest.first() else {
            return Ok(Token::End);
        };
        match first {
            b'"' | b'\'' => self.string(false, false),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let prefix: &[u8] = rest.get(..3).unwrap_or(rest);
                let quoted = |at: usize| matches!(prefix.get(at), Some(b'"' | b'\''));
                let is = |at: usize, letter: u8| prefix.get(at).is_some_and(|byte| byte.eq_ignore_ascii_case(&letter));
                for (length, raw, bytes) in [(1, true, false), (1, false, true), (2, true, true)] {
                    let named = match (raw, bytes) {
                        (true, false) => is(0, b'r'),
                        (false, _) => is(0, b'b'),
                        (true, true) => is(0, b'r') && is(1, b'b') || is(0, b'b') && is(1, b'r'),
                    };
                    if named && quoted(length) {
                        self.take(length);
                        return self.string(raw, bytes);
                    }
                }
                Ok(Token::Ident(self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_')))
            }
            // A field name in backquotes: any text that is not an identifier.
            b'`' => {
                self.take(1);
                let name = self.take_while(|byte| byte != b'`');
                if self.take(1).is_empty() {
                    return Err(self.error("a backquote is not closed"));
                }
                Ok(Token::Ident(name))
            }
            b'0'..=b'9' => self.number(),
            b'.' if rest.get(1).is_some_and(u8::is_ascii_digit) => self.number(),
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign.as_bytes()));
                let sign = sign.ok_or_else(|| self.error("an unexpected character"))?;
                self.take(sign.len());
                Ok(Token::Sign(sign))
            }
        }
    }

    fn number(&mut self) -> Result<Token<'s>, ParseError> {
        let unreadable = self.error("a number that cannot be read");
        let whole = if self.rest().starts_with("0x") || self.rest().starts_with("0X") {
            self.take(2);
            let digits = self.take_while(|byte| byte.is_ascii_hexdigit());
            u64::from_str_radix(digits, 16)
        } else {
            let start = self.at;
            self.take_while(|byte| byte.is_ascii_digit());
            let after = self.rest().as_bytes();
            let fraction = after.first() == Some(&b'.') && after.get(1).is_some_and(u8::is_ascii_digit);
            if fraction {
                self.take(1);
                self.take_while(|byte| byte.is_ascii_digit());
            }
            let exponent = matches!(self.rest().as_bytes().first(), Some(b'e' | b'E'));
            if exponent {
                self.take(1);
                let signed = matches!(self.rest().as_bytes().first(), Some(b'+' | b'-'));
                self.take(usize::from(signed));
                self.take_while(|byte| byte.is_ascii_digit());
            }
            let text = self.text.get(start..self.at).unwrap_or("");
            if fraction || exponent {
                return text.parse().map(Token::Double).map_err(|_| unreadable);
            }
            text.parse()
        };
        let whole = whole.map_err(|_| unreadable)?;
        let unsigned = matches!(self.rest().as_bytes().first(), Some(b'u' | b'U'));
        self.take(usize::from(unsigned));
        Ok(if unsigned { Token::Uint(whole) } else { Token::Int(whole) })
    }

    fn string(&mut self, raw: bool, bytes: bool) -> Result<Token<'s>, ParseError> {
        let quote = match self.rest().get(..3) {
            Some(quote @ ("\"\"\"" | "'''")) => quote,
            _ => self.rest().get(..1).unwrap_or(""),
        };
        let open = self.error("a string is not closed");
        self.take(quote.len());
        let start = self.at;
        loop {
            let rest = self.rest();
            if rest.starts_with(quote) {
                break;
            }
            match rest.as_bytes().first() {
                None => return Err(open),
                Some(b'\n' | b'\r') if quote.len() == 1 => return Err(open),
                // Two steps, so that an escaped quote does not close; the second is one character.
                Some(b'\\') if !raw => {
                    self.take(1);
                    self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                }
                Some(_) => self.at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        let inner = self.text.get(start..self.at).unwrap_or("");
        self.take(quote.len());
        let plain = raw || !inner.contains('\\');
        if bytes {
            let value = if plain { inner.as_bytes().to_vec() } else { unescape(inner, true).ok_or(open)? };
            return Ok(Token::Bytes(value));
        }
        if plain {
            return Ok(Token::Str(Cow::Borrowed(inner)));
        }
        let value = unescape(inner, false).and_then(|value| String::from_utf8(value).ok());
        value.map(|value| Token::Str(Cow::Owned(value))).ok_or(open)
    }
}

/// Resolves escapes; in a byte string `\x` and octal escapes are bytes, in a string code points.
fn unescape(text: &str, bytes: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(rest.get(..at)?.as_bytes());
        let escape = rest.get(at + 1..)?;
        let letter = escape.chars().next()?;
        let (digits, radix, skip) = match letter {
            'x' | 'X' => (2, 16, 1),
            'u' => (4, 16, 1),
            'U' => (8, 16, 1),
            '0'..='3' => (3, 8, 0),
            _ => {
                out.push(match letter {
                    'a' => 7,
                    'b' => 8,
                    'f' => 12,
                    'n' => b'\n',
                    'r' => b'\r',
                    't' => b'\t',
                    'v' => 11,
                    '\\' | '?' | '"' | '\'' | '`' => letter as u8,
                    _ => return None,
                });
                rest = escape.get(1..)?;
                continue;
            }
        };
        let code = u32::from_str_radix(escape.get(skip..skip + digits)?, radix).ok()?;
        match u8::try_from(code) {
            Ok(byte) if bytes && !matches!(letter, 'u' | 'U') => out.push(byte),
            _ if bytes => return None,
            _ => out.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = escape.get(skip + digits..)?;
    }
    out.extend_from_slice(rest.as_bytes());
    Some(out)
}
