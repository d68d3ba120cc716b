//! The code of a template as tokens.

use std::ops::Range;

/// A token of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// A name or keyword.
    Word(&'a str),
    /// A number.
    Number,
    /// A string; false where its closing quote is missing.
    Text(bool),
    /// Anything else.
    Sign(char),
}

/// The tokens of some code with their bytes. A string without an end reaches to the end of the code.
pub fn tokens(code: &str) -> Vec<(Token<'_>, Range<usize>)> {
    let mut tokens = Vec::new();
    let mut rest = code.char_indices().peekable();
    while let Some((at, letter)) = rest.next() {
        let mut end = at + letter.len_utf8();
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let token = match letter {
            ' ' | '\t' | '\r' | '\n' => continue,
            '"' | '\'' => {
                let (mut escaped, mut closed) = (false, false);
                for (at, inner) in rest.by_ref() {
                    end = at + inner.len_utf8();
                    closed = inner == letter && !escaped;
                    if closed {
                        break;
                    }
                    escaped = inner == '\\' && !escaped;
                }
                Token::Text(closed)
            }
            _ if is_word(letter) => {
                while let Some((at, letter)) = rest.next_if(|(_, letter)| is_word(*letter)) {
                    end = at + letter.len_utf8();
                }
                if letter.is_ascii_digit() { Token::Number } else { Token::Word(&code[at..end]) }
            }
            sign => Token::Sign(sign),
        };
        tokens.push((token, at..end));
    }
    tokens
}
