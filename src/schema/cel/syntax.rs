//! The tree of a rule: names, macros and functions are resolved.

use super::operator::Operator;
use super::pattern;
use super::value::Function;
use regex::Regex;
use std::sync::{Arc, OnceLock};

/// A constant.
#[derive(Debug)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Str(Box<str>),
    Bytes(Arc<[u8]>),
    Type(&'static str),
}

/// What a macro does with each item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
    TransformMap,
    TransformMapEntry,
    SortBy,
    OptMap,
    OptFlatMap,
}

/// A macro call: binds one variable, or two, to each item of a range.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) fold: Fold,
    pub(super) range: Expr,
    pub(super) pairs: bool,
    pub(super) test: Option<Expr>,
    pub(super) body: Expr,
}

/// A node of the tree.
#[derive(Debug)]
pub(super) enum Expr {
    Literal(Literal),
    This,
    /// A variable, counted from the outermost.
    Local(usize),
    /// A name that means nothing here; an error only when it is reached.
    Unbound,
    /// Items, each optional or not.
    List(Vec<(Expr, bool)>),
    /// Keys and values, each optional or not.
    Map(Vec<(Expr, Expr, bool)>),
    /// Operand, name, optional.
    Field(Box<Expr>, Box<str>, bool),
    Has(Box<Expr>, Box<str>),
    /// Operand and key, optional.
    Index(Box<(Expr, Expr)>, bool),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Choose(Box<[Expr; 3]>),
    Binary(Operator, Box<(Expr, Expr)>),
    /// The receiver of a method is the first argument.
    Call(Function, Vec<Expr>),
    /// A function of text and a constant pattern, which is compiled when it is first needed.
    Pattern(pattern::Use, Vec<Expr>, Box<str>, Box<OnceLock<Option<Regex>>>),
    Loop(Box<Loop>),
    Bind(Box<(Expr, Expr)>),
}
