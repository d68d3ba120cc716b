//! CEL, the language of `x-kubernetes-validations`: rules are parsed once and evaluated over the
//! node tree. What is not known offline stays unknown, and a rule that fails to run says nothing.

mod arithmetic;
mod base64;
mod eval;
mod functions;
mod lex;
mod moment;
mod operator;
mod parse;
mod pattern;
mod scope;
mod semver;
mod syntax;
mod url;
mod value;

pub use lex::ParseError;
pub use parse::Program;
pub use scope::{Kind, Outcome, Scope, Shape};

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
